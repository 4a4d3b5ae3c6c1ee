//! Every code that a command can fail with has its entry in the book, where `docs` leads.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

/// The families of codes that commands fail with before they reach the application.
const FAMILIES: [&str; 8] =
    ["usage", "config", "registry", "refused", "migrate", "seed", "server", "testing"];

fn codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            codes(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            // only where an error is made: settings and files have names of the same form
            for (at, _) in text.match_indices("Error::new(").chain(text.match_indices("refused(")) {
                let rest: String = text[at..].chars().take(200).collect();
                let Some(code) = rest.split('"').nth(1) else { continue };
                if code.split_once('.').is_some_and(|(family, _)| FAMILIES.contains(&family))
                    && !code.contains(' ')
                {
                    found.insert(code.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_code_of_a_command_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in ["src", "core/src", "data/src", "testing/src"] {
        codes(&root.join(folder), &mut found);
    }
    assert!(found.len() > 15 && found.contains("config.invalid"), "{found:?}");
    let page = std::fs::read_to_string(root.join("../book/src/reference/codes.md")).unwrap();
    let missing: Vec<&String> = found.iter().filter(|c| !page.contains(&format!("### {c}\n"))).collect();
    assert!(missing.is_empty(), "the book does not explain {missing:?}");
}
