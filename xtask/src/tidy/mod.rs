//! `cargo xtask tidy`: the rules of the project that no compiler holds. Each check is a function from the tree to
//! a list of `file:line: what is wrong: what to do`.

mod catalogue;
mod layers;
mod source;

use crate::process::{output, root};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the project, read once for all checks.
pub(crate) struct File {
    /// relative to the root, with forward slashes
    pub(crate) path: String,
    /// its text
    pub(crate) text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Error fixtures and their like are wrong on purpose.
    fn is_fixture(&self) -> bool {
        self.path.starts_with("derive-tests/tests/ui/") || self.path.contains("/snapshots/")
    }
}

/// Runs every check and reports all that is wrong at once.
pub(crate) fn run() -> Result<(), String> {
    let files = files(&root())?;
    let mut found = Vec::new();
    source::check(&files, &mut found);
    catalogue::check(&files, &mut found);
    layers::check(&files, &mut found)?;
    if found.is_empty() {
        eprintln!("tidy: {} files, nothing to say", files.len());
        return Ok(());
    }
    found.sort();
    for line in &found {
        eprintln!("{line}");
    }
    Err(format!("tidy found {} thing(s)", found.len()))
}

/// Everything that is, or would be, committed; outside a clone everything but the target folder.
fn files(root: &Path) -> Result<Vec<File>, String> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed: Vec<PathBuf> = match output(&mut git) {
        Ok(text) => text.lines().map(PathBuf::from).collect(),
        Err(_) => walk(root, Path::new("")),
    };
    let mut files: Vec<File> = listed
        .into_iter()
        .filter_map(|path| {
            // A binary file, or one deleted but not yet committed, has no text to check.
            let text = std::fs::read_to_string(root.join(&path)).ok()?;
            Some(File { path: path.to_string_lossy().replace('\\', "/"), text })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    if files.is_empty() { Err("there are no files to check".to_owned()) } else { Ok(files) }
}

fn walk(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    entries
        .filter(|e| !matches!(e.file_name().to_str(), Some("target" | ".git")))
        .flat_map(|e| {
            let path = folder.join(e.file_name());
            if e.path().is_dir() { walk(root, &path) } else { vec![path] }
        })
        .collect()
}
