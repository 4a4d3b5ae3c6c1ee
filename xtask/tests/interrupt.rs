//! `cargo xtask test` stops what it started, also when it is interrupted: with the real servers that are installed, and
//! a test run that would take for ever.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn runs(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let alive = Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().unwrap().success();
    // one that has ended and was not asked for yet has ended
    alive && state.rsplit(") ").next().is_none_or(|s| !s.starts_with('Z'))
}

fn until(what: &str, done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Interrupts a run whose tests never end, by this target of `kill`; what ran must be gone.
fn interrupted(name: &str, target: impl Fn(u32) -> String) {
    let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (cargo, pid) = (folder.join("cargo"), folder.join("pid"));
    let script =
        format!("#!/bin/sh\n[ \"$2\" = --version ] && exit 0\necho $$ > {}\nexec sleep 600\n", pid.display());
    std::fs::write(&cargo, script).unwrap();
    Command::new("chmod").arg("755").arg(&cargo).status().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["test", "--no-install", "anything"]).env("CARGO", &cargo).process_group(0);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();

    let mut ports: Vec<u16> = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
        if let Some((_, url)) = line.split_once(" for these tests: ") {
            let host = url.split("://").nth(1).unwrap().split('/').next().unwrap();
            ports.push(host.rsplit(':').next().unwrap().parse().unwrap());
        }
        if line.starts_with("$ ") {
            break;
        }
    }
    let listens = |port: &u16| TcpStream::connect(("127.0.0.1", *port)).is_ok();
    assert!(ports.iter().all(listens), "{ports:?}");
    let run = || std::fs::read_to_string(&pid).unwrap_or_default().trim().to_owned();
    until("the tests begin", || !run().is_empty() && runs(&run()));

    let sent = Command::new("kill").args(["-INT", "--", &target(child.id())]).status().unwrap();
    assert!(sent.success());
    assert!(!child.wait().unwrap().success());
    until("the tests end", || !runs(&run()));
    until("the servers end", || !ports.iter().any(listens));
    remove(&folder);
    println!("{} servers were stopped", ports.len());
}

fn remove(folder: &Path) {
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn ctrl_c_stops_everything() {
    // a terminal sends it to the whole group
    interrupted("group", |pid| format!("-{pid}"));
}

#[test]
fn an_interrupt_for_it_alone_stops_everything_too() {
    interrupted("alone", |pid| pid.to_string());
}
