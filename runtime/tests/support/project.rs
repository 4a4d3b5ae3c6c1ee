//! An empty project, in which the commands of the fixture are run for real.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, clippy::panic)]

use framewright::Database;
use framewright::data::DatabaseConfig;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// An empty project for the fixture; removed afterwards.
pub struct Project(pub PathBuf);

impl Project {
    pub fn new(name: &str) -> Self {
        let at = std::env::temp_dir().join(format!("fw_project_{}_{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&at);
        std::fs::create_dir_all(&at).unwrap();
        Self(at)
    }
    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.join(file), text).unwrap();
    }
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_framewright-fixture"));
        command.args(line.split_whitespace()).env("FW_ROOT", &self.0).current_dir(&self.0);
        for name in ["DATABASE_URL", "PORT", "RUST_LOG", "FW_ENV", "FW_APP_SECRET", "CARGO_MANIFEST_DIR"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }
    /// Runs a script on its SQLite database, as somebody else does.
    pub fn batch(&self, sql: &str) {
        let url = format!("sqlite:{}", self.0.join("app.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = Database::connect(&DatabaseConfig::new(url)).await.unwrap();
            database.batch(sql).await.unwrap();
        });
    }
    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }
    /// The JSON of a command that ends with this exit code.
    #[track_caller]
    pub fn json(&self, line: &str, code: i32) -> Value {
        let out = self.run(&format!("{line} --json"));
        let text = String::from_utf8(out.stdout).unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{line}: {text}{said}");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}: {text}{said}"))
    }
    /// The text of a command, however it ends.
    pub fn text_of(&self, line: &str) -> String {
        String::from_utf8(self.run(line).stdout).unwrap()
    }
    /// The text of a command that ends well.
    #[track_caller]
    pub fn text(&self, line: &str) -> String {
        let out = self.run(line);
        assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }
}
impl Drop for Project {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Every failure under `--json` has this shape.
#[track_caller]
pub fn assert_error(error: &Value, code: &str) {
    assert_eq!(error["code"], code, "{error}");
    for member in ["message", "hint", "docs"] {
        assert!(error[member].as_str().is_some_and(|t| !t.is_empty()), "{member}: {error}");
    }
}
