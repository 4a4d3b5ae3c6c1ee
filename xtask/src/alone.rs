//! Every crate alone, and with one database alone: what the rest of the workspace lends to a build must not be needed.

use crate::process::{self, cargo};

/// Crates that know of no database.
const PLAIN: [&str; 3] = ["framewright-macros-core", "framewright-macros", "framewright-core"];

/// Crates that are built with the databases that their features name, in the order of the layers.
const WITH_A_DATABASE: [&str; 4] =
    ["framewright-data", "framewright-factory", "framewright-http", "framewright"];

const DATABASES: [&str; 3] = ["sqlite", "postgres", "mysql"];

/// Checks each, those of one database after another, so that what they share is compiled once for each.
pub(crate) fn run() -> Result<(), String> {
    for line in lines() {
        process::run(&mut cargo(&line))?;
    }
    Ok(())
}

fn lines() -> Vec<Vec<&'static str>> {
    let check = |package, features: &[&'static str]| {
        let mut line = vec!["check", "--quiet", "--locked", "--package", package];
        line.extend(features);
        line
    };
    let mut lines: Vec<_> = PLAIN.into_iter().map(|package| check(package, &[])).collect();
    for database in DATABASES {
        let alone = ["--no-default-features", "--features", database];
        lines.extend(WITH_A_DATABASE.into_iter().map(|package| check(package, &alone)));
    }
    lines.push(check("framewright-testing", &[]));
    lines.push(check("framewright", &["--features", "testing"]));
    lines
}

#[cfg(test)]
mod tests {
    use super::{DATABASES, PLAIN, WITH_A_DATABASE, lines};

    #[test]
    fn every_crate_of_the_runtime_is_built_alone() {
        let lines: Vec<String> = lines().iter().map(|l| l.join(" ")).collect();
        for package in PLAIN {
            assert!(lines.iter().any(|l| l.ends_with(&format!("--package {package}"))), "{package}");
        }
        for (package, database) in WITH_A_DATABASE.iter().flat_map(|p| DATABASES.map(|d| (p, d))) {
            let end = format!("--package {package} --no-default-features --features {database}");
            assert!(lines.iter().any(|l| l.ends_with(&end)), "{end}");
        }
    }
}
