//! Installing what is absent, where that may be done: as root on Debian and its children, after saying so.

use super::Service;
use crate::process::works;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

/// Installs the packages, or prints the one line that would.
pub(crate) fn install(missing: &[Service], may_install: bool) {
    let names: Vec<&str> = missing.iter().map(|s| s.name()).collect();
    let packages: Vec<&str> = missing.iter().map(|s| s.package()).collect();
    let line = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    let debian = Path::new("/etc/debian_version").exists() && Path::new("/usr/bin/apt-get").exists();
    let root = std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    if !(debian && root && may_install) {
        let type_this = match (debian, cfg!(target_os = "macos")) {
            (true, _) => format!("sudo {line}"),
            (_, true) => "brew install postgresql mariadb redis".to_owned(),
            _ => format!("install these with your package manager: {}", packages.join(" ")),
        };
        eprintln!("absent: {}. To have them:\n\n    {type_this}\n", names.join(", "));
        return;
    }
    eprintln!("absent: {}. Installing (forbid it with --no-install):\n\n    {line}\n", names.join(", "));
    // The packages would start their servers on the standard ports: this tells them not to.
    let _quiet = Quiet::new();
    if !apt(&["install", "-y", "--no-install-recommends"], &packages) {
        apt(&["update"], &[]);
        if !apt(&["install", "-y", "--no-install-recommends"], &packages) {
            eprintln!("apt-get could not install them.");
        }
    }
}

fn apt(args: &[&str], packages: &[&str]) -> bool {
    let mut command = Command::new("apt-get");
    command.args(["-qq", "-o", "DPkg::Lock::Timeout=120"]).args(args).args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").stdin(Stdio::null());
    command.stdout(Stdio::null()).status().is_ok_and(|s| s.success())
}

const POLICY: &str = "/usr/sbin/policy-rc.d";
const KEPT: &str = "/usr/sbin/policy-rc.d.kept-by-framewright";

/// While it lives, packages do not start their services.
struct Quiet {
    ours: bool,
}

impl Quiet {
    fn new() -> Self {
        let forbids = Command::new(POLICY).args(["postgresql", "start"]).status();
        if forbids.is_ok_and(|s| s.code() == Some(101)) {
            return Self { ours: false };
        }
        if Path::new(POLICY).exists() && std::fs::rename(POLICY, KEPT).is_err() {
            return Self { ours: false };
        }
        let ours = std::fs::write(POLICY, "#!/bin/sh\nexit 101\n")
            .and_then(|()| std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755)))
            .is_ok();
        Self { ours }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.ours {
            let _ = std::fs::remove_file(POLICY);
            if Path::new(KEPT).exists() {
                works(Command::new("mv").args([KEPT, POLICY]));
            }
        }
    }
}
