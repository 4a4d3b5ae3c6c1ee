//! What is shipped: the binary, and nothing beside it.

use framewright::data::Dialect;
use framewright::data::ddl::Schema;
use framewright::data::migrate::MigrationFiles;
use framewright::registry;
use framewright::testing::{TestDatabase, skipped};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
fn the_migrations_lead_to_what_the_structs_say() {
    let _ = blog::app();
    for dialect in Dialect::ALL {
        let files = MigrationFiles::embedded(dialect);
        let lock = files.lock.as_deref().and_then(|l| serde_json::from_str(l).ok());
        let lock: Value = lock.expect("the migrations are embedded");
        let made = Schema::from_json(&lock).expect("a schema").fingerprint();
        assert_eq!(made, Schema::of(&registry::resources()).fingerprint(), "run `migrate make`");
        assert!(!files.files.is_empty(), "{}", dialect.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_binary_migrates_and_serves_in_production() {
    let folder = std::env::temp_dir().join(format!("blog_shipped_{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let binary = folder.join("blog");
    std::fs::copy(env!("CARGO_BIN_EXE_blog"), &binary).expect("a copy of the binary");
    for dialect in Dialect::ALL {
        if skipped(dialect) {
            continue;
        }
        let database = TestDatabase::create(dialect, "empty", async |_| Ok(())).await.expect("a database");
        let run = |line: &str| run(&folder, &binary, database.url(), line);
        let (ok, error) = run("serve");
        assert!(!ok && error["code"] == "migrate.pending", "{error}");
        let (ok, status) = run("migrate status");
        assert!(!ok && status["migrations"][0]["state"] == "pending", "{status}");
        let (ok, up) = run("migrate up");
        assert!(ok && up["migrations"].as_array().is_some_and(|m| !m.is_empty()), "{up}");
        for line in ["migrate status", "drift", "record list Post"] {
            let (ok, answer) = run(line);
            assert!(ok, "{line} on {}: {answer}", dialect.name());
        }
        let (ok, fresh) = run("migrate fresh --force");
        assert!(ok && fresh == up, "{fresh}");
        assert!(run("drift").0, "fresh makes what it drops");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// Runs the binary in production, in a folder that holds nothing else.
fn run(folder: &Path, binary: &Path, url: &str, line: &str) -> (bool, Value) {
    let mut command = Command::new(binary);
    command.args(line.split_whitespace()).arg("--json").current_dir(folder).env("DATABASE_URL", url);
    for name in ["CARGO_MANIFEST_DIR", "FW_ROOT", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.env("FW_ENV", "production").env("PORT", "0");
    // Any secret will do here; a production server insists on one.
    command.env("FW_APP_SECRET", "0123456789abcdef".repeat(4));
    let out = command.output().expect("the binary runs");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    let answer = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}: {text}{said}"));
    (out.status.success(), answer)
}
