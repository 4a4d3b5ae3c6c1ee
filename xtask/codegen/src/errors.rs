//! The pages of compile errors: the title from the table of codes, the example from the fixture that shows it. The
//! page includes the fixture, so that it can't tell another story than the test.

use crate::Page;
use framewright_macros_core::diag::Code;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FIXTURES: &str = "derive-tests/tests/ui";
const BEGIN: &str = "<!-- errors -->";

/// The index and a page per code.
pub(crate) fn pages() -> Vec<Page> {
    let mut fixtures = Vec::new();
    collect(Path::new(FIXTURES), &mut fixtures);
    // Smallest first: a fixture of `cascade/` shows much use of what one mistake has broken.
    fixtures.sort_by_key(|(path, said)| {
        (path.components().any(|c| c.as_os_str() == "cascade"), said.len(), path.clone())
    });
    let mut index = String::from(
        "# Compile errors\n\nEvery mistake in an annotation has a code, a place and a way out. The first digit is the family: 1 the \
         shape of the item, 2 options, 3 fields, 4 keys and relations, 5 routes, 6 policies, 7 other crates, 9 a bug of ours.\n\n\
         | code | what is wrong |\n|---|---|\n",
    );
    let mut pages = Vec::new();
    for code in Code::ALL {
        let (name, title) = (code.name(), code.title());
        let _ = writeln!(index, "| [{name}]({name}.md) | {title} |");
        let mut page = format!("# {name}: {}\n\n", title.trim_end_matches('.'));
        let shown: Vec<_> = fixtures.iter().filter(|(_, said)| said.contains(name)).collect();
        for (n, (path, _)) in shown.iter().take(2).enumerate() {
            let source = path.with_extension("rs");
            let lead = if n == 0 { "This is refused:" } else { "And this:" };
            let _ = write!(
                page,
                "{lead}\n\n```rust,ignore\n{{{{#include ../../../{}}}}}\n```\n\nThe compiler says:\n\n```text\n{{{{#include ../../../{}}}}}\n```\n\n",
                source.display(),
                path.display()
            );
        }
        if shown.is_empty() && name == "FW900" {
            page.push_str(
                "The expansion itself failed. Please report it, with the item that it stands on.\n",
            );
        }
        page.push_str("[All compile errors](index.md)\n");
        pages.push((format!("errors/{name}.md"), page));
    }
    pages.push(("errors/index.md".to_owned(), index));
    pages
}

/// The table of contents with a line per code behind the mark.
pub(crate) fn contents(summary: &str) -> String {
    let head = summary.split_once(BEGIN).map_or(summary, |(head, _)| head);
    let mut text = format!("{head}{BEGIN}\n");
    for code in Code::ALL {
        let _ = writeln!(text, "  - [{name}](errors/{name}.md)", name = code.name());
    }
    text
}

/// Every `.stderr` under a folder with its text.
fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "stderr")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push((path, text));
        }
    }
}
