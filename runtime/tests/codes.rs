//! Every code that the framework can answer or fail with has its entry in the book, where `docs` leads.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

/// What has the form of a code and is none: endings of files, and examples in tables of ours.
const FILES: [&str; 7] = ["toml", "sql", "rs", "lock", "js", "db", "md"];
const OTHERS: [&str; 2] = ["page.after", "user.email_taken"];

fn is_code(text: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match text.split_once('.') {
        Some((family, rest)) => {
            word(family) && word(rest) && !FILES.contains(&rest) && !OTHERS.contains(&text)
        }
        None => false,
    }
}

/// The texts of a source that are codes: all of the form `family.what`, and the single words that errors are made with.
fn codes_of(source: &str, found: &mut BTreeSet<String>) {
    let code = source.split("#[cfg(test)]").next().unwrap_or(source);
    let code: String =
        code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let texts = code.split('"').skip(1).step_by(2);
    found.extend(texts.filter(|t| is_code(t)).map(str::to_owned));
    for made in ["Error::new(", "Error::unavailable(", "Self::new(ErrorKind"] {
        for (at, _) in code.match_indices(made) {
            let rest: String = code[at..].chars().take(120).collect();
            let before = rest.split('"').next().unwrap_or_default();
            let first = rest.split('"').nth(1).unwrap_or_default();
            let plain = !first.is_empty() && first.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            // the code itself, not a text that something inside is called with
            if plain && before.matches('(').count() == 1 {
                found.insert(first.to_owned());
            }
        }
    }
    // the codes of bare statuses: `404 => ("not_found", "…"),`
    for line in code.lines().filter_map(|l| l.trim().split_once(" => (\"")) {
        if line.0.parse::<u16>().is_ok() {
            found.insert(line.1.split('"').next().unwrap_or_default().to_owned());
        }
    }
}

fn codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            codes(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            codes_of(&std::fs::read_to_string(&path).unwrap(), found);
        }
    }
}

#[test]
fn every_code_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in ["src", "core/src", "data/src", "http/src", "testing/src"] {
        codes(&root.join(folder), &mut found);
    }
    // settings are written `section.name` too
    for section in framewright::config::sections() {
        for setting in section.settings {
            found.remove(&format!("{}.{}", section.name, setting.name));
        }
    }
    for known in
        ["config.invalid", "internal", "overloaded", "json.too_deep", "rate_limited", "query.unknown_field"]
    {
        assert!(found.contains(known), "{known} is not found in the sources any more: {found:?}");
    }
    let page = std::fs::read_to_string(root.join("../book/src/reference/codes.md")).unwrap();
    let explained = |code: &str| {
        let row = format!("<a id=\"{}\"></a>`{code}`", code.replace('.', ""));
        page.contains(&format!("### {code}\n")) || page.contains(&row)
    };
    let missing: Vec<&String> = found.iter().filter(|c| !explained(c)).collect();
    assert!(missing.is_empty(), "the book does not explain {missing:?}");
}
