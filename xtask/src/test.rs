//! `cargo xtask test`: sets everything up, runs every test on every database there is, says what it did not run.

use crate::process::{cargo, line, works};
use crate::services::{self, Durability, Service, Services};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Runs the tests; words that are not options of ours choose among them, as the test runner understands them.
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    let may_install = !args.contains(&"--no-install");
    let filter: Vec<&str> = args.iter().copied().filter(|a| *a != "--no-install").collect();

    let absent = services::provide(may_install);
    let mut services = Services::start(Durability::None)?;
    for (service, url) in &services.urls {
        eprintln!("started {} for these tests: {url}", service.name());
    }
    let ledger = Ledger::new();
    let outcome = run_all(&mut services, &ledger, &filter);
    drop(services);
    let (seen, result) = match outcome {
        Ok(seen) => (seen, Ok(())),
        Err((seen, problem)) => (seen, Err(problem)),
    };
    report(&seen, &ledger, &absent);
    result
}

/// What the test runners said: the tests by name, and their own last lines.
#[derive(Default)]
struct Seen {
    tests: BTreeSet<String>,
    summaries: Vec<String>,
}

fn run_all(services: &mut Services, ledger: &Ledger, filter: &[&str]) -> Result<Seen, (Seen, String)> {
    let mut seen = Seen::default();
    let mut problems = Vec::new();
    let mut doc = cargo(&["test", "--doc", "--workspace"]);
    let nextest = works(&mut cargo(&["nextest", "--version"]));
    let mut main = if nextest {
        let color = if std::io::stderr().is_terminal() { "always" } else { "auto" };
        cargo(&["nextest", "run", "--workspace", "--no-fail-fast", "--color", color])
    } else {
        // Without the targets of doc tests, which come in a run of their own with either runner.
        cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"])
    };
    main.args(filter);
    // A chosen few are in a hurry: documentation is tested by the whole run.
    let commands = if filter.is_empty() { vec![&mut doc, &mut main] } else { vec![&mut main] };
    for command in commands {
        for (service, url) in &services.urls {
            command.env(service.variable(), url);
        }
        command.env("TEST_LEDGER", &ledger.path).env("INSTA_UPDATE", "no").env_remove("DATABASE_URL");
        if let Err(problem) = tee(command, services, &mut seen) {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(seen) } else { Err((seen, problems.join("; "))) }
}

/// Runs a command, passes on what it prints and keeps what the report needs.
fn tee(command: &mut Command, services: &mut Services, seen: &mut Seen) -> Result<(), String> {
    let line = line(command);
    eprintln!("\n$ {line}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("`{line}` can't be started: {e}"))?;
    services.watch(child.id());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (mut a, mut b) = (Seen::default(), Seen::default());
    std::thread::scope(|scope| {
        scope.spawn(|| pass(out, std::io::stdout(), &mut a));
        scope.spawn(|| pass(err, std::io::stderr(), &mut b));
    });
    for mut part in [a, b] {
        seen.tests.append(&mut part.tests);
        seen.summaries.append(&mut part.summaries);
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed: {status}")),
        Err(e) => Err(format!("`{line}`: {e}")),
    }
}

fn pass(from: Option<impl Read>, mut to: impl Write, seen: &mut Seen) {
    let Some(from) = from else { return };
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let text = String::from_utf8_lossy(&line).into_owned();
        // A reader that has gone away must not stop the tests.
        let _ = writeln!(to, "{text}").and_then(|()| to.flush());
        let plain = without_colour(&text);
        let words = plain.trim();
        let empty = words.starts_with("test result: ok. 0 passed; 0 failed; 0 ignored");
        if words.starts_with("Summary [") || (words.starts_with("test result:") && !empty) {
            seen.summaries.push(plain.trim_end().to_owned());
        } else if let Some(rest) = words.strip_prefix("PASS [") {
            let name = rest.split_once(']').map(|(_, name)| name.trim()).unwrap_or_default();
            // `(3/200) binary test`
            seen.tests.insert(name.trim_start_matches(|c| "()/0123456789 ".contains(c)).to_owned());
        } else if let Some(rest) = words.strip_prefix("test ").and_then(|r| r.strip_suffix(" ... ok")) {
            seen.tests.insert(rest.to_owned());
        }
    }
}

fn without_colour(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(c);
        }
    }
    plain
}

/// The file in which tests note the database that they used: one line `<database>\t<test>`, or
/// `skipped <variable>\t<test>`.
struct Ledger {
    path: PathBuf,
}

impl Ledger {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("framewright-ledger-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self { path }
    }

    fn count(&self, seen: &Seen, words: &[&str]) -> usize {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let mut tests: BTreeSet<&str> = text
            .lines()
            .filter_map(|l| l.split_once('\t'))
            .filter(|(database, _)| words.contains(database))
            .map(|(_, test)| test.trim())
            .collect();
        // A test that has the database in its name needs no note.
        tests.extend(seen.tests.iter().map(String::as_str).filter(|t| words.iter().any(|w| t.contains(w))));
        tests.len()
    }

    fn skipped(&self, variable: &str) -> usize {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let lines: BTreeSet<&str> = text.lines().collect();
        let mark = format!("skipped {variable}\t");
        lines.into_iter().filter(|l| l.starts_with(&mark)).count()
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn report(seen: &Seen, ledger: &Ledger, absent: &[Service]) {
    eprintln!("\ntests per database:");
    for (name, words, service) in [
        ("SQLite", &["sqlite"][..], None),
        ("PostgreSQL", &["postgres", "postgresql"][..], Some(Service::Postgres)),
        ("MariaDB", &["mysql", "mariadb"][..], Some(Service::Mysql)),
        ("Redis", &["redis"][..], Some(Service::Redis)),
    ] {
        match service.filter(|s| absent.contains(s)) {
            Some(s) => {
                eprintln!(
                    "  {name:11} NOT TESTED: {} skipped; it is not installed",
                    ledger.skipped(s.variable())
                );
            }
            None => eprintln!("  {name:11} {}", ledger.count(seen, words)),
        }
    }
    if !absent.is_empty() {
        let names: Vec<&str> = absent.iter().map(|s| s.name()).collect();
        eprintln!("\nTHIS RUN SAYS NOTHING ABOUT {}.", names.join(" AND ").to_uppercase());
    }
    eprintln!();
    for line in &seen.summaries {
        eprintln!("{line}");
    }
}
