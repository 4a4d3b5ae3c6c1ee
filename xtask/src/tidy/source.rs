//! Rules of a single file: it says what it is for, is short, keeps to our words and names no machine.

use super::File;

/// No source file is longer.
const LONGEST: usize = 600;

/// Words that promise work or sell it; pairs, so that this list does not find itself.
const WORDS: [(&str, &str); 7] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("HA", "CK"),
    ("blazing", "ly"),
    ("todo", "!("),
    ("unimple", "mented!("),
];

/// Places on somebody's machine, and hosts that stand in front of the public registry.
const PLACES: [(&str, &str); 8] = [
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("/wo", "rk/"),
    ("artifac", "tory"),
    ("nexus/repo", "sitory"),
    ("registry.in", "ternal"),
    ("sparse+http:", "//"),
];

/// Names that say nothing about what a module owns.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "misc", "common", "stuff"];

/// Checks every file.
pub(crate) fn check(files: &[File], found: &mut Vec<String>) {
    for file in files {
        if file.is_rust() && !file.is_fixture() {
            rust(file, found);
        }
        words(file, found);
        if file.path.starts_with("book/src/") && file.path.ends_with(".md") {
            listings(file, found);
        }
        if file.path == "Cargo.lock" {
            lock(file, found);
        }
    }
}

fn rust(file: &File, found: &mut Vec<String>) {
    let lines = file.text.lines().count();
    if lines > LONGEST {
        found.push(format!("{}:{LONGEST}: {lines} lines: cut it where its subject changes", file.path));
    }
    let first =
        file.text.lines().find(|l| !l.trim().is_empty() && !l.starts_with("#!") && !l.starts_with("// "));
    // What `migrate make` writes for `include!` is an expression, not a module.
    let generated = file.path.ends_with("/embed.rs");
    if !generated && !first.is_some_and(|l| l.starts_with("//!")) {
        found.push(format!("{}:1: no `//!` line that says what this module owns", file.path));
    }
    let name = file.path.rsplit('/').find(|p| *p != "mod.rs").map(|p| p.trim_end_matches(".rs"));
    if name.is_some_and(|n| EMPTY_NAMES.contains(&n)) && !file.path.contains("/tests/") {
        found.push(format!("{}:1: a name for what it owns is missing", file.path));
    }
    if in_production(file) {
        // Tests stand at the end, under `#[cfg(test)]`, and may do as they like.
        let code = file.text.lines().take_while(|l| !l.starts_with("#[cfg(test)]"));
        for (number, line) in code.enumerate() {
            let allows = line.contains("allow(") || line.contains("expect(");
            let lint = line.contains("clippy::unwrap_used") || line.contains("clippy::expect_used");
            if allows && lint && !line.contains("reason") && !line.contains("cfg_attr(test") {
                found.push(format!("{}:{}: a lint is switched off without a reason", file.path, number + 1));
            }
        }
    }
}

/// Code that meets input from outside: the lints against panics hold there.
fn in_production(file: &File) -> bool {
    ["runtime/", "macros/"].iter().any(|p| file.path.starts_with(p))
        && file.path.contains("/src/")
        && !file.path.ends_with("tests.rs")
        && !file.path.ends_with("/golden.rs")
        && !file.path.contains("/tests/")
        && !file.path.starts_with("runtime/testing/")
}

fn words(file: &File, found: &mut Vec<String>) {
    let generated = file.path.ends_with(".lock") || file.path.ends_with(".svg");
    for (number, line) in file.text.lines().enumerate() {
        let at = |what: &str| format!("{}:{}: {what}", file.path, number + 1);
        for (a, b) in PLACES {
            if line.contains(&format!("{a}{b}")) && !(a == "/ho" && line.contains("HOME")) {
                found.push(at(&format!(
                    "`{a}{b}` is a place on one machine: name it relative, or by a variable"
                )));
            }
        }
        if generated || !file.is_rust() {
            continue;
        }
        for (a, b) in WORDS {
            if contains_word(line, &format!("{a}{b}")) {
                found.push(at(&format!(
                    "`{a}{b}`: do it, or write down in CHANGELOG.md that it is not there"
                )));
            }
        }
    }
}

/// Whether a word stands in a line as a word, not inside another.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !inside(before) && (word.ends_with(['(', ':']) || !inside(after))
    })
}

/// A listing of the book is a piece of a file that is compiled: written into the page, it would be right only until
/// something changes.
fn listings(file: &File, found: &mut Vec<String>) {
    let mut lines = file.text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let bare = line.trim_start().strip_prefix("```").is_some_and(|info| info.trim() == "rust");
        if !bare {
            continue;
        }
        let inner: Vec<&str> =
            lines.by_ref().map(|(l, _)| l.trim()).take_while(|l| !l.starts_with("```")).collect();
        if !inner.iter().all(|l| l.is_empty() || l.starts_with("{{#include ")) {
            found.push(format!(
                "{}:{number}: a listing that nobody compiles: `{{{{#include …}}}}` a piece of a file",
                file.path
            ));
        }
    }
}

fn lock(file: &File, found: &mut Vec<String>) {
    for (number, line) in file.text.lines().enumerate() {
        let ours = line.contains("\"registry+https://github.com/rust-lang/crates.io-index\"");
        if line.starts_with("source = ") && !ours {
            found.push(format!("{}:{}: a crate that is not from the public registry", file.path, number + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_that_is_written_into_a_page_is_found() {
        let check = |text: &str| {
            let mut found = Vec::new();
            listings(&File { path: "book/src/page.md".to_owned(), text: text.to_owned() }, &mut found);
            found.len()
        };
        assert_eq!(check("```rust\n{{#include ../x.rs}}\n```\n```console\n$ ls\n```\n"), 0);
        assert_eq!(check("```rust,ignore\nlet x = 1;\n```\n"), 0);
        assert_eq!(check("text\n```rust\nlet x = 1;\n```\n```rust\n{{#include a}}\nlet y = 2;\n```\n"), 2);
    }
}
