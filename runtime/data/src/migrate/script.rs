//! Migrations as files: their SQL cut into statements, their checksum, and the two ways in which they reach a
//! program: a directory, or embedded.

use crate::ddl::fingerprint;
use crate::dialect::Dialect;
use framewright_core::{Error, ErrorKind, Result};
use std::path::Path;

/// A migration of one dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// the directory's name: `0001_create_posts`
    pub name: String,
    /// the way there
    pub up: String,
    /// the way back
    pub down: Option<String>,
    /// whether it runs in a transaction, where the database has such for DDL
    pub transaction: bool,
}

impl Migration {
    /// What stands before the first `_`: `0001`.
    #[must_use]
    pub fn version(&self) -> String {
        self.name.split('_').next().unwrap_or_default().replace('-', "")
    }

    /// The hash of all its files, which tells whether one was edited after it was applied; line endings do not count.
    #[must_use]
    pub fn checksum(&self) -> String {
        let down = self.down.as_deref().unwrap_or_default();
        let all = format!("{}\0{down}\0{}", self.up, self.transaction);
        fingerprint(&all.replace("\r\n", "\n"))
    }

    /// The fingerprints of the schema before and after, from the header that `migrate make` writes.
    #[must_use]
    pub fn schemas(&self) -> Option<(&str, &str)> {
        let line = self
            .up
            .lines()
            .take_while(|l| l.starts_with("--"))
            .find_map(|l| l.strip_prefix("-- schema: "))?;
        line.trim().split_once(" -> ")
    }
}

/// What `embed_migrations!` puts into the program.
pub struct Embedded {
    /// `schema.lock`
    pub lock: &'static str,
    /// dialect, name, up, down, transaction
    pub files: &'static [(&'static str, &'static str, &'static str, &'static str, bool)],
}
inventory::collect!(Embedded);

impl Embedded {
    /// What `migrations/embed.rs` says.
    #[must_use]
    // The file it reads holds literals only, so that it needs no path to us.
    pub const fn new(
        parts: (&'static str, &'static [(&'static str, &'static str, &'static str, &'static str, bool)]),
    ) -> Self {
        Self { lock: parts.0, files: parts.1 }
    }
}

/// Puts the migrations of this package (`migrations/`, as `migrate make` keeps it) into the program, so that it
/// needs no files where it runs. Written once, beside `main`.
#[macro_export]
macro_rules! embed_migrations {
    () => {
        $crate::__inventory::submit! {
            $crate::migrate::Embedded::new(include!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/embed.rs")))
        }
    };
}

/// Migrations and the snapshot behind them.
#[derive(Debug, Clone, Default)]
pub struct MigrationFiles {
    /// by name
    pub files: Vec<Migration>,
    /// the text of `schema.lock`
    pub lock: Option<String>,
}

impl MigrationFiles {
    /// Refuses two migrations of one version: only one of them would ever run.
    ///
    /// # Errors
    /// `migrate.duplicate_version`, with both names.
    pub fn check(&self) -> Result<()> {
        for (at, second) in self.files.iter().enumerate() {
            let Some(first) = self.files.iter().take(at).find(|f| f.version() == second.version()) else {
                continue;
            };
            let error = |message| Error::new(ErrorKind::Conflict, "migrate.duplicate_version", message);
            if first.name == second.name {
                return Err(error(format!("{} is embedded twice", first.name)).hint(
                    "`embed_migrations!()` is written once in a program, in the package whose `migrations/` it has",
                ));
            }
            let message = format!("{} and {} have the same version", first.name, second.name);
            return Err(error(message).hint(format!(
                "where they come from two branches: {}; where from two packages: one of them has the migrations of the whole program",
                super::check::RENUMBER
            )));
        }
        Ok(())
    }

    fn checked(self) -> Result<Self> {
        self.check().map(|()| self)
    }

    /// What is embedded in this program for a dialect.
    #[must_use]
    pub fn embedded(dialect: Dialect) -> Self {
        let mut all = Self::default();
        for embedded in inventory::iter::<Embedded> {
            all.lock = Some(embedded.lock.to_owned());
            let own = embedded.files.iter().filter(|f| f.0 == dialect.name());
            all.files.extend(own.map(|(_, name, up, down, transaction)| Migration {
                name: (*name).to_owned(),
                up: (*up).to_owned(),
                down: (!down.is_empty()).then(|| (*down).to_owned()),
                transaction: *transaction,
            }));
        }
        all.files.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// What stands in a directory for a dialect, in the layout of `diesel_migrations`:
    /// `migrations/<dialect>/0001_create_posts/{up.sql,down.sql,metadata.toml}`. A directory that is not there is
    /// one without migrations.
    ///
    /// # Errors
    /// `migrate.duplicate_version`; and when a file cannot be read.
    pub fn in_directory(directory: &Path, dialect: Dialect) -> Result<Self> {
        let lock = directory.join("schema.lock");
        let mut all = Self { lock: lock.exists().then(|| read(&lock)).transpose()?, files: Vec::new() };
        let Ok(entries) = std::fs::read_dir(directory.join(dialect.name())) else { return Ok(all) };
        for entry in entries {
            let path = entry.map_err(Error::internal)?.path();
            let up = path.join("up.sql");
            let Some(name) = path.file_name().and_then(|n| n.to_str()).filter(|n| !n.starts_with('.')) else {
                continue;
            };
            if !path.is_dir() {
                continue;
            }
            let (down, meta) = (path.join("down.sql"), path.join("metadata.toml"));
            let transaction = if meta.exists() { !outside(&read(&meta)?) } else { true };
            let down = if down.exists() { Some(read(&down)?) } else { None };
            all.files.push(Migration { name: name.to_owned(), up: read(&up)?, down, transaction });
        }
        all.files.sort_by(|a, b| a.name.cmp(&b.name));
        all.checked()
    }

    /// What is embedded, or else what stands in the directory.
    ///
    /// # Errors
    /// As [`MigrationFiles::in_directory`].
    pub fn find(directory: &Path, dialect: Dialect) -> Result<Self> {
        let embedded = Self::embedded(dialect);
        if embedded.lock.is_some() { embedded.checked() } else { Self::in_directory(directory, dialect) }
    }
}

fn outside(metadata: &str) -> bool {
    metadata.lines().any(|l| l.replace(' ', "") == "run_in_transaction=false")
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| {
        Error::new(
            ErrorKind::Internal,
            "migrate.unreadable",
            format!("{} cannot be read: {e}", path.display()),
        )
        .hint("every migration is a directory with an up.sql, and a down.sql if it has a way back")
    })
}

/// The statements of a script, without the `;` between them. Comments stay with the statement that follows.
#[must_use]
pub fn statements(dialect: Dialect, sql: &str) -> Vec<String> {
    let (mut out, mut start, mut at, mut depth) = (Vec::new(), 0, 0, 0u32);
    let bytes = sql.as_bytes();
    let mut body = Body::default();
    while let Some(&c) = bytes.get(at) {
        let rest = sql.get(at..).unwrap_or_default();
        match c {
            b'\'' | b'"' | b'`' => at = skip_quoted(dialect, bytes, at),
            b'-' if rest.starts_with("--") => at += rest.find('\n').unwrap_or(rest.len()),
            b'#' if dialect == Dialect::Mysql => at += rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => at += rest.find("*/").map_or(rest.len(), |n| n + 2),
            b'$' if dialect == Dialect::Postgres => at += dollar_quoted(rest),
            b';' if depth == 0 => {
                push(&mut out, sql.get(start..at));
                at += 1;
                start = at;
                body = Body::default();
            }
            c if c.is_ascii_alphabetic() || c == b'_' => {
                let length =
                    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                depth = body.word(&rest.get(..length).unwrap_or_default().to_ascii_uppercase(), depth);
                at += length;
            }
            _ => at += 1,
        }
    }
    push(&mut out, sql.get(start..));
    out
}

/// Follows `BEGIN … END` of triggers and routines, whose statements end with `;` too.
#[derive(Default)]
struct Body {
    words: u32,
    create: bool,
    routine: bool,
    ended: bool,
}

impl Body {
    fn word(&mut self, word: &str, depth: u32) -> u32 {
        self.words += 1;
        match word {
            "CREATE" if self.words == 1 => self.create = true,
            "TRIGGER" | "PROCEDURE" | "FUNCTION" if self.create && self.words <= 6 => self.routine = true,
            _ => {}
        }
        if !self.routine {
            return depth;
        }
        // `END IF` and `END LOOP` close what nothing counted.
        let closes = self.ended && matches!(word, "IF" | "LOOP" | "WHILE" | "REPEAT" | "CASE");
        self.ended = word == "END";
        match word {
            "CASE" if closes => depth,
            "IF" | "LOOP" | "WHILE" | "REPEAT" if closes => depth + 1,
            "BEGIN" | "CASE" => depth + 1,
            "END" => depth.saturating_sub(1),
            _ => depth,
        }
    }
}

fn push(out: &mut Vec<String>, statement: Option<&str>) {
    let statement = statement.unwrap_or_default().trim();
    // MySQL's `/*! … */` and `/*M! … */` are code.
    let code = |line: &str| !line.trim_start().starts_with("--") && !line.trim().is_empty();
    if statement.lines().any(code) {
        out.push(statement.to_owned());
    }
}

fn skip_quoted(dialect: Dialect, bytes: &[u8], start: usize) -> usize {
    let mark = bytes.get(start).copied();
    let mut at = start + 1;
    while let Some(&c) = bytes.get(at) {
        if c == b'\\' && dialect == Dialect::Mysql && mark != Some(b'`') {
            at += 2;
            continue;
        }
        at += 1;
        if Some(c) == mark {
            return at; // a doubled mark opens the next piece of the same literal
        }
    }
    at
}

fn dollar_quoted(rest: &str) -> usize {
    let Some(end) = rest.get(1..).and_then(|r| r.find(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
    else {
        return 1;
    };
    let tag = rest.get(..end + 2).unwrap_or_default();
    if !tag.ends_with('$') {
        return 1;
    }
    rest.get(tag.len()..).and_then(|r| r.find(tag)).map_or(rest.len(), |n| n + 2 * tag.len())
}

#[cfg(test)]
mod tests {
    use super::statements;
    use crate::dialect::Dialect;

    #[test]
    fn a_script_is_cut_only_between_statements() {
        let cut = |d, sql| statements(d, sql);
        assert_eq!(
            cut(Dialect::Sqlite, "-- one; two\nA 'x;''y'; ; B \"c;d\";\n-- end\n"),
            ["-- one; two\nA 'x;''y'", "B \"c;d\""]
        );
        assert_eq!(
            cut(Dialect::Mysql, "A 'it\\'s;'; B `c;d` # x;y\n; C /* ; */"),
            ["A 'it\\'s;'", "B `c;d` # x;y", "C /* ; */"]
        );
        assert_eq!(
            cut(Dialect::Postgres, "A $$ x; $$ $1; B $t$ ; $$ ; $t$; C"),
            ["A $$ x; $$ $1", "B $t$ ; $$ ; $t$", "C"]
        );
        let trigger = "CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE a SET b = CASE WHEN c THEN 1 END; SELECT 1; END; X";
        assert_eq!(cut(Dialect::Sqlite, trigger).len(), 2);
        let routine = "CREATE PROCEDURE p() BEGIN IF a THEN b; END IF; c; END; X";
        assert_eq!(cut(Dialect::Mysql, routine).len(), 2);
    }
}
