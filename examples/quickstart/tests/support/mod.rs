//! A project outside of the workspace, which depends on the framework by its path.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace")
}

/// A new folder with this manifest, in which `path` stands for the framework's.
pub fn project(name: &str, manifest: &Path, path: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let manifest = fs::read_to_string(manifest).expect("a manifest");
    let framework = format!("{:?}", root().join("runtime"));
    // the profile of the workspace, so that what it has built need not be built again
    let profile = "\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.build-override]\nopt-level = 1\n";
    let manifest = manifest.replace(&format!("{path:?}"), &framework) + profile;
    fs::write(folder.join("Cargo.toml"), manifest).expect("written");
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("copied");
    folder
}

/// Where the workspace has built what it needs.
pub fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target folder")
}

/// Cargo in that folder, without a network, beside what the workspace has built.
pub fn cargo(folder: &Path, command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).args([command, "--offline", "--quiet"]).env("CARGO_TARGET_DIR", target());
    cargo.stdin(Stdio::null());
    cargo
}
