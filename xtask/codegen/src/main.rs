//! Writes the pages of the book that come from tables in the code: options, configuration, compile errors. With
//! `--check` it writes nothing and names what is stale. Started by `cargo xtask codegen`, in the workspace's root.

mod errors;

use std::path::Path;
use std::process::ExitCode;

/// A page: where it stands under `book/src/`, and its text.
pub(crate) type Page = (String, String);

const NOTE: &str = "<!-- Written by `cargo xtask codegen` from the tables in the code. -->\n\n";

fn main() -> ExitCode {
    let check = std::env::args().any(|a| a == "--check");
    let book = Path::new("book/src");
    let mut pages = vec![
        ("reference/options.md".to_owned(), framewright_macros_core::reference_markdown()),
        ("reference/configuration.md".to_owned(), configuration()),
        ("reference/commands.md".to_owned(), format!("# Commands\n\n{}", framewright::command_reference())),
    ];
    pages.extend(errors::pages());
    for (_, text) in &mut pages {
        text.insert_str(0, NOTE);
    }
    match std::fs::read_to_string(book.join("SUMMARY.md")) {
        Ok(summary) => pages.push(("SUMMARY.md".to_owned(), errors::contents(&summary))),
        Err(e) => {
            eprintln!("book/src/SUMMARY.md: {e}");
            return ExitCode::FAILURE;
        }
    }
    let mut stale = 0;
    for (name, text) in pages {
        let path = book.join(&name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            eprintln!("book/src/{name} is stale: run `cargo xtask codegen`");
            stale += 1;
        } else if let Err(e) = std::fs::write(&path, text) {
            eprintln!("book/src/{name}: {e}");
            stale += 1;
        } else {
            println!("book/src/{name}");
        }
    }
    if stale == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn configuration() -> String {
    let sections = framewright::config::sections();
    let intro = "# Configuration\n\nEvery setting, where it may stand and what holds without it. How the layers lie over one \
                 another is told in [Configuration](../guide/configuration.md).\n\n\
                 Two variables are no settings: `FW_ENV` says where the program runs (`development`, `test` or `production`), \
                 `FW_ROOT` where its files are.\n\n";
    format!("{intro}{}", framewright::config::SectionSpec::reference(&sections))
}
