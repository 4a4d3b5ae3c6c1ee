//! Adding a resource is adding one file: a copy of this project gets a second file with a struct in it, and one `mod` line.
//! Nothing else is touched, and the whole slice is there: routes, document, migration, validation, repository.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const LABEL: &str = r#"//! Labels.

use framewright::prelude::*;

/// A word that tasks can be found by.
#[resource(policy = public)]
pub struct Label {
    /// The word.
    #[field(length(min = 2, max = 20), unique, filter, sort)]
    pub word: String,
    /// The task that has it.
    #[field(filter, on_delete = cascade)]
    pub task_id: Option<Id<crate::Task>>,
}
"#;

struct Project {
    folder: PathBuf,
    binary: PathBuf,
}

impl Project {
    /// A copy of the quickstart outside the workspace, with one more resource.
    fn with_a_label() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = support::project("one-more", &here.join("Cargo.toml"), "../../runtime");

        // The whole change: a line here …
        let main = fs::read_to_string(here.join("src/main.rs")).expect("a program");
        let main = main.replacen(
            "use framewright::prelude::*;\n",
            "mod label;\n\nuse framewright::prelude::*;\n",
            1,
        );
        assert!(main.contains("mod label;"));
        fs::write(folder.join("src/main.rs"), main).expect("written");
        // … and a file.
        fs::write(folder.join("src/label.rs"), LABEL).expect("written");

        let built = support::cargo(&folder, "build").status().expect("cargo");
        assert!(built.success(), "the project with one more resource builds");
        let binary = folder.join("application");
        fs::copy(support::target().join("debug/quickstart"), &binary).expect("the program");
        Self { folder, binary }
    }

    /// Runs a command of the application: whether it went well, and everything that it said.
    fn run(&self, words: &[&str]) -> (bool, String) {
        let mut command = Command::new(&self.binary);
        command.current_dir(&self.folder).args(words).stdin(Stdio::null());
        for name in ["DATABASE_URL", "FW_ENV", "RUST_LOG", "PORT", "CARGO_MANIFEST_DIR"] {
            command.env_remove(name);
        }
        let out = command.output().expect("the application runs");
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        (out.status.success(), text)
    }

    fn says(&self, words: &[&str], expected: &[&str]) -> String {
        let (well, text) = self.run(words);
        assert!(well, "{words:?} failed: {text}");
        for part in expected {
            assert!(text.contains(part), "{words:?} does not say {part:?}: {text}");
        }
        text
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_resource_is_one_file_and_brings_its_whole_slice() {
    let project = Project::with_a_label();
    // routes
    project.says(
        &["routes", "--json"],
        &["/api/v1/labels", "/api/v1/labels/{id}", "/api/v1/tasks", "src/label.rs"],
    );
    // the document
    project.says(&["openapi"], &["/api/v1/labels", "A word that tasks can be found by."]);
    // the migration, for each database
    project.says(&["migrate", "make", "begin"], &[]);
    let mut migrations = String::new();
    collect(&project.folder.join("migrations"), &mut migrations);
    assert!(migrations.matches("labels").count() >= 3, "a table on each database: {migrations}");
    // the repository, through the whole chain
    let created =
        project.says(&["record", "create", "Label", "word=home", "--json"], &["home", "created_at"]);
    assert!(created.contains("\"id\""));
    project.says(&["record", "list", "Label", "--filter", "word=home", "--json"], &["home"]);
    // validation, and the unique key
    let (well, text) = project.run(&["record", "create", "Label", "word=x", "--json"]);
    assert!(!well && text.contains("validation") && text.contains("word"), "{text}");
    let (well, text) = project.run(&["record", "create", "Label", "word=home", "--json"]);
    assert!(!well && text.contains("conflict"), "{text}");
}

fn collect(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
