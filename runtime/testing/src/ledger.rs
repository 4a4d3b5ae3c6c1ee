//! The ledger of a test run: which test used which database, noted in the file that `TEST_LEDGER` names, so that the
//! runner can say how many tests ran on each. Without that variable nothing is noted.

use std::io::Write;

/// Notes that the test at hand uses a database: `sqlite`, `postgres`, `mysql`.
pub(crate) fn used(database: &str) {
    note(database);
}

/// Says that the test at hand leaves a database out, because this variable does not say where it is.
pub(crate) fn skipped(variable: &str) {
    eprintln!("skipped: {variable} is not set");
    note(&format!("skipped {variable}"));
}

fn note(what: &str) {
    let Some(path) = std::env::var_os("TEST_LEDGER") else { return };
    // nextest runs each test in a process of its own and says which; otherwise the thread has its name.
    let test = std::env::var("NEXTEST_TEST_NAME").ok();
    let test = test.or_else(|| std::thread::current().name().map(str::to_owned)).unwrap_or_default();
    let binary = std::env::var("NEXTEST_BINARY_ID").unwrap_or_default();
    let line = format!("{what}\t{binary} {test}\n");
    // One short write in append mode: lines of parallel tests do not mix. A ledger that can't be written is no reason to fail.
    if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path) {
        let _ = file.write_all(line.as_bytes());
    }
}
