//! `migrate make`: what the descriptors say against the last snapshot, as files to read and commit.

use super::change::Plan;
use super::danger::{Danger, dangers, idle_approval, refusal};
use super::script::MigrationFiles;
use super::{alter, rebuild};
use crate::ddl::{Schema, pretty};
use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, ResourceDescriptor, Result};
use std::path::{Path, PathBuf};

/// The statements that carry a plan out on a dialect.
#[must_use]
pub fn plan_statements(dialect: Dialect, plan: &Plan) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => rebuild::statements(plan),
        _ => alter::statements(dialect, plan),
    }
}

/// What `migrate make` did.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// the new migration, `0002_add_slug_to_posts`; `None` when the snapshot is up to date
    pub name: Option<String>,
    /// what it does, a line per table
    pub summary: Vec<String>,
    /// the files that were written
    pub files: Vec<PathBuf>,
    /// what was approved, and why
    pub approved: Vec<Danger>,
    /// its `up.sql`, by dialect
    pub sql: Vec<(&'static str, String)>,
}

/// What `migrate make` is told.
#[derive(Debug, Clone, Default)]
pub struct MakeOptions {
    /// a name in place of the one that the changes suggest
    pub name: Option<String>,
    /// codes of approved changes: `drop:posts.title`
    pub approve: Vec<String>,
    /// write nothing
    pub pretend: bool,
}

/// Writes the migration that leads from `schema.lock` to what the resources say, for every dialect, and the new lock.
///
/// # Errors
/// `migrate.refused` when something in it needs approval; `migrate.lock` when the snapshot is missing or damaged;
/// and when a file cannot be written.
pub fn make(directory: &Path, resources: &[&ResourceDescriptor], options: &MakeOptions) -> Result<Made> {
    make_for(directory, &Schema::of(resources), options)
}

/// [`make`], for a schema.
///
/// # Errors
/// As [`make`].
pub fn make_for(directory: &Path, new: &Schema, options: &MakeOptions) -> Result<Made> {
    let old = snapshot(directory)?;
    let plan = Plan::between(&old, new);
    let dangers = dangers(&plan, &options.approve);
    if let Some(refusal) = refusal(&dangers).or_else(|| idle_approval(&plan, new, &dangers)) {
        return Err(refusal);
    }
    let mut made = Made { summary: plan.summary(), approved: dangers, ..Made::default() };
    let back = plan.reversed();
    let scripts: Vec<_> =
        Dialect::ALL.iter().map(|d| (*d, plan_statements(*d, &plan), plan_statements(*d, &back))).collect();
    let idle = scripts.iter().all(|(_, up, down)| up.is_empty() && down.is_empty());
    if !idle {
        let title = slug(options.name.as_deref().unwrap_or(&plan.name()));
        made.name = Some(format!("{:04}_{title}", last_number(directory)? + 1));
    }
    if let Some(name) = &made.name {
        for (dialect, up, down) in &scripts {
            let folder = directory.join(dialect.name()).join(name);
            let what = header(*dialect, name, &made, (&old.fingerprint(), &new.fingerprint()));
            let up = format!("{what}{}", script(up));
            let down = format!("-- {name}, the way back.\n{}", script(down));
            made.files.extend([folder.join("up.sql"), folder.join("down.sql")]);
            made.sql.push((dialect.name(), up.clone()));
            if !options.pretend {
                write(&folder.join("up.sql"), &up)?;
                write(&folder.join("down.sql"), &down)?;
            }
        }
    }
    if old.fingerprint() != new.fingerprint() && !options.pretend {
        write(&directory.join("schema.lock"), &pretty(&new.snapshot()))?;
        made.files.push(directory.join("schema.lock"));
    }
    if !options.pretend && (made.name.is_some() || !directory.join("embed.rs").exists()) && directory.exists()
    {
        write(&directory.join("embed.rs"), &embed(directory)?)?;
        made.files.push(directory.join("embed.rs"));
    }
    Ok(made)
}

/// The schema that the files lead to.
///
/// # Errors
/// `migrate.lock` when there are migrations without a snapshot, or it is damaged.
pub fn snapshot(directory: &Path) -> Result<Schema> {
    let path = directory.join("schema.lock");
    let broken = |what: &str| {
        Error::new(ErrorKind::Conflict, "migrate.lock", format!("{} {what}", path.display())).hint(
            "take it back from version control: it says what the migrations lead to, and the next one starts there",
        )
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => parse_lock(&text).ok_or_else(|| broken("is damaged")),
        Err(_) if last_number(directory)? > 0 => Err(broken("is missing, although there are migrations")),
        Err(_) => Ok(Schema::default()),
    }
}

/// The schema in the text of a lock.
pub(crate) fn parse_lock(text: &str) -> Option<Schema> {
    Schema::from_json(&serde_json::from_str(text).ok()?)
}

fn last_number(directory: &Path) -> Result<u32> {
    let mut last = 0;
    for dialect in Dialect::ALL {
        for file in MigrationFiles::in_directory(directory, dialect)?.files {
            last = last.max(file.version().parse().unwrap_or(0));
        }
    }
    Ok(last)
}

fn slug(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let words: Vec<&str> = plain.split('_').filter(|w| !w.is_empty()).collect();
    let mut slug = if words.is_empty() { "migration".to_owned() } else { words.join("_") };
    slug.truncate(80);
    slug
}

fn header(dialect: Dialect, name: &str, made: &Made, schemas: (&str, &str)) -> String {
    let mut out = format!(
        "-- {name}, for {}. Yours to read and to edit, until it is applied somewhere.\n",
        dialect.name()
    );
    for line in &made.summary {
        out.push_str(&format!("-- {line}\n"));
    }
    for danger in &made.approved {
        let reason = danger.approved.as_deref().unwrap_or_default().replace('\n', " ");
        out.push_str(&format!("-- approved ({reason}): {}\n", danger.message));
    }
    out.push_str(&format!("-- schema: {} -> {}\n", schemas.0, schemas.1));
    out
}

/// `diesel_migrations` takes no empty script.
fn script(statements: &[String]) -> String {
    if statements.is_empty() {
        return "\n-- nothing to do on this database\nSELECT 1;\n".to_owned();
    }
    statements.iter().map(|s| format!("\n{s};\n")).collect()
}

/// `embed.rs`: literals only, so that it compiles wherever it is included.
fn embed(directory: &Path) -> Result<String> {
    let mut out = String::from(
        "// What `framewright::embed_migrations!()` puts into the program; written by `migrate make`.\n(\n    include_str!(\"schema.lock\"),\n    &[\n",
    );
    for dialect in Dialect::ALL {
        for file in MigrationFiles::in_directory(directory, dialect)?.files {
            let (d, n) = (dialect.name(), &file.name);
            let down = if file.down.is_some() {
                format!("include_str!(\"{d}/{n}/down.sql\")")
            } else {
                "\"\"".to_owned()
            };
            out.push_str(&format!(
                "        (\"{d}\", \"{n}\", include_str!(\"{d}/{n}/up.sql\"), {down}, {}),\n",
                file.transaction
            ));
        }
    }
    out.push_str("    ],\n)\n");
    Ok(out)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let written =
        path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
    written.map_err(|e| {
        Error::new(
            ErrorKind::Internal,
            "migrate.unwritable",
            format!("{} cannot be written: {e}", path.display()),
        )
        .hint("migrations are made in the project, not where the program is deployed")
    })
}
