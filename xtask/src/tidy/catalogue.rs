//! Lists that have to agree: error codes with their fixtures and their pages, parts with the list of parts, pages
//! with the table of contents.

use super::File;
use std::collections::BTreeMap;

/// Checks the lists against one another.
pub(crate) fn check(files: &[File], found: &mut Vec<String>) {
    codes(files, found);
    parts(files, found);
    pages(files, found);
}

/// Every `FWnnn` in a text.
fn codes_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("FW").filter_map(|(at, _)| {
        let code = text.get(at..at + 5)?;
        let digits = code[2..].bytes().all(|b| b.is_ascii_digit());
        let ends = !text[at + 5..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let begins = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        (digits && ends && begins).then_some(code)
    })
}

/// A code that the macros can say has a test that makes them say it and a page that explains it, and no other has.
fn codes(files: &[File], found: &mut Vec<String>) {
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut tested, mut explained) = (Vec::new(), Vec::new());
    for file in files {
        if file.path.starts_with("macros/core/src/") {
            for code in codes_in(&file.text) {
                said.entry(code).or_insert(&file.path);
            }
        } else if file.path.starts_with("derive-tests/") {
            tested.extend(codes_in(&file.text));
        } else if let Some(name) = file.path.strip_prefix("book/src/errors/") {
            let code = name.trim_end_matches(".md");
            if codes_in(code).next().is_some() {
                explained.push(code);
            }
        }
    }
    for (code, path) in &said {
        if !tested.contains(code) {
            found.push(format!("{path}: {code} has no test under derive-tests/ that shows its message"));
        }
        if !explained.contains(code) {
            found.push(format!(
                "{path}: {code} has no page book/src/errors/{code}.md (`cargo xtask codegen`)"
            ));
        }
    }
    for code in explained.iter().filter(|c| !said.contains_key(*c)) {
        found.push(format!("book/src/errors/{code}.md: no macro says {code}"));
    }
}

/// A part is one file in the macros and one line in the list of parts.
fn parts(files: &[File], found: &mut Vec<String>) {
    let folder = "macros/core/src/part/";
    let Some(list) = files.iter().find(|f| f.path == format!("{folder}mod.rs")) else { return };
    for file in files.iter().filter(|f| f.path.starts_with(folder) && f.path != list.path) {
        let name = file.path[folder.len()..].trim_end_matches(".rs");
        let used = list.text.matches(&format!("{name}::")).count();
        if !name.contains('/') && used == 0 {
            found.push(format!("{}: the part is not in the list of {}", file.path, list.path));
        }
    }
}

/// Every page of the book is in its table of contents, and the other way round; what a page includes is there.
fn pages(files: &[File], found: &mut Vec<String>) {
    let Some(summary) = files.iter().find(|f| f.path == "book/src/SUMMARY.md") else { return };
    let linked: Vec<&str> =
        summary.text.split("](").skip(1).filter_map(|l| l.split_once(')')).map(|(link, _)| link).collect();
    for file in files.iter().filter(|f| f.path.starts_with("book/src/") && f.path.ends_with(".md")) {
        let name = &file.path["book/src/".len()..];
        if name != "SUMMARY.md" && !linked.contains(&name) {
            found.push(format!("{}: not in book/src/SUMMARY.md", file.path));
        }
        includes(file, files, found);
    }
    for link in linked {
        if !files.iter().any(|f| f.path == format!("book/src/{link}")) {
            found.push(format!("book/src/SUMMARY.md: `{link}` is not there"));
        }
    }
}

/// `{{#include ../../examples/blog/src/post.rs:anchor}}` names a file and an anchor that exist.
fn includes(page: &File, files: &[File], found: &mut Vec<String>) {
    for include in page.text.split("{{#include ").skip(1).filter_map(|i| i.split_once("}}")).map(|(i, _)| i) {
        let (path, anchor) = include.split_once(':').map_or((include, None), |(p, a)| (p, Some(a)));
        let mut parts: Vec<&str> = page.path.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            if part == ".." {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        let target = parts.join("/");
        let file = files.iter().find(|f| f.path == target);
        let Some(file) = file else {
            found.push(format!("{}: includes `{target}`, which is not there", page.path));
            continue;
        };
        let numbers = anchor.is_some_and(|a| a.starts_with(|c: char| c.is_ascii_digit() || c == ':'));
        if let Some(anchor) = anchor.filter(|_| !numbers)
            && !file.text.contains(&format!("ANCHOR: {anchor}\n"))
        {
            found.push(format!("{}: `{target}` has no anchor `{anchor}`", page.path));
        }
    }
}
