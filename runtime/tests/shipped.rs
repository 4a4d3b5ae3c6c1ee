//! The program alone: copied into an empty folder, with an empty environment, it migrates and serves.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// An empty folder with nothing but the program in it; removed afterwards.
struct Shipped(PathBuf);

impl Shipped {
    fn new() -> Self {
        let at = std::env::temp_dir().join(format!("fw_shipped_{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&at);
        std::fs::create_dir_all(&at).unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_framewright-fixture"), at.join("app")).unwrap();
        Self(at)
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(self.0.join("app"));
        command.args(words.split(' ')).current_dir(&self.0).env_clear().stdin(Stdio::null());
        command
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Shipped {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn get(addr: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_program_in_an_empty_folder_migrates_and_serves() {
    let app = Shipped::new();
    let seeded = app.command("seed --json").output().unwrap();
    assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));

    let mut server = app.command("serve --port 0 --json").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    let addr = told["listening"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let answers = ["/readyz", "/api/v1/authors", "/docs", "/openapi.json"].map(|path| get(&addr, path));
    let stopped = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    let ended = server.wait().unwrap();

    for answer in &answers {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    assert!(answers[1].contains("ada@example.com"), "{}", answers[1]);
    assert!(stopped.success() && ended.success(), "{ended}");
    let names = app.names();
    assert!(
        names.iter().all(|n| n == "app" || n.starts_with("app.db")),
        "it leaves its database alone: {names:?}"
    );
}
