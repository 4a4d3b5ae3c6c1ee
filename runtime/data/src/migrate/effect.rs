//! What a statement leaves behind, read from its first words: the verb, and the object that the catalogue can be asked for.

use crate::dialect::Dialect;

/// Something that the catalogue knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Object {
    /// a table, a view or a sequence
    Table(String),
    Column(String, String),
    /// the table is known where the statement names it
    Index(Option<String>, String),
    Constraint(String, String),
    Trigger(String),
}

/// What a statement leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    There(Object),
    Gone(Object),
    Renamed(Object, Object),
}

/// Whether a statement changes rows: such a one and the note that it happened commit together.
pub(super) fn changes_rows(dialect: Dialect, statement: &str) -> bool {
    let words = Words::of(dialect, statement);
    let verb = |w: &Word| ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"].iter().any(|v| w.is(v));
    match words.words.first() {
        Some(first) if first.is("WITH") => words.words.iter().any(verb),
        Some(first) => verb(first),
        None => false,
    }
}

/// What a statement of DDL leaves behind; `None` where that is not known, or running it again does no harm.
pub(super) fn effect(dialect: Dialect, statement: &str) -> Option<Effect> {
    let mut w = Words::of(dialect, statement);
    if w.eat("CREATE") {
        let _ = w.any(&["UNIQUE", "FULLTEXT", "SPATIAL", "UNLOGGED", "MATERIALIZED"]);
        return match w.word()?.to_ascii_uppercase().as_str() {
            "INDEX" => {
                w.eat("CONCURRENTLY");
                w.exists();
                let name = w.name()?;
                w.eat("ON");
                w.eat("ONLY");
                Some(Effect::There(Object::Index(w.name(), name)))
            }
            "TABLE" | "VIEW" | "SEQUENCE" => {
                w.exists();
                Some(Effect::There(Object::Table(w.name()?)))
            }
            "TRIGGER" => {
                w.exists();
                Some(Effect::There(Object::Trigger(w.name()?)))
            }
            _ => None,
        };
    }
    if w.eat("DROP") {
        w.eat("MATERIALIZED");
        let what = w.word()?.to_ascii_uppercase();
        w.eat("CONCURRENTLY");
        w.exists();
        let name = w.name()?;
        if w.eat(",") {
            return None;
        }
        return match what.as_str() {
            "TABLE" | "VIEW" | "SEQUENCE" => Some(Effect::Gone(Object::Table(name))),
            "INDEX" => {
                let table = w.eat("ON").then(|| w.name()).flatten();
                Some(Effect::Gone(Object::Index(table, name)))
            }
            "TRIGGER" => Some(Effect::Gone(Object::Trigger(name))),
            _ => None,
        };
    }
    if w.eat("RENAME") {
        w.eat("TABLE");
        let from = w.name()?;
        w.eat("TO");
        return Some(Effect::Renamed(Object::Table(from), Object::Table(w.name()?)));
    }
    if !w.eat("ALTER") {
        return None;
    }
    if w.eat("INDEX") {
        w.exists();
        let from = w.name()?;
        return (w.eat("RENAME") && w.eat("TO"))
            .then(|| w.name())
            .flatten()
            .map(|to| Effect::Renamed(Object::Index(None, from), Object::Index(None, to)));
    }
    if !w.eat("TABLE") {
        return None;
    }
    w.exists();
    w.eat("ONLY");
    let table = w.name()?;
    // A statement of several clauses happens as a whole: the first one tells.
    match w.word()?.to_ascii_uppercase().as_str() {
        "ADD" => added(&mut w, table).map(Effect::There),
        "DROP" => dropped(&mut w, table).map(Effect::Gone),
        "RENAME" => renamed(&mut w, table),
        _ => None,
    }
}

fn added(w: &mut Words, table: String) -> Option<Object> {
    if w.eat("CONSTRAINT") {
        w.exists();
        return Some(Object::Constraint(table, w.name()?));
    }
    if w.any(&["UNIQUE", "FULLTEXT", "SPATIAL", "INDEX", "KEY"]) {
        let _ = w.any(&["INDEX", "KEY"]);
        w.exists();
        return w.name().map(|name| Object::Index(Some(table), name));
    }
    if w.any(&["CHECK", "FOREIGN", "PRIMARY", "PARTITION", "("]) {
        return None;
    }
    w.eat("COLUMN");
    w.exists();
    Some(Object::Column(table, w.name()?))
}

fn dropped(w: &mut Words, table: String) -> Option<Object> {
    if w.eat("CONSTRAINT") || w.eat("CHECK") {
        w.exists();
        return Some(Object::Constraint(table, w.name()?));
    }
    if w.eat("FOREIGN") {
        w.eat("KEY");
        w.exists();
        return Some(Object::Constraint(table, w.name()?));
    }
    if w.any(&["INDEX", "KEY"]) {
        w.exists();
        return Some(Object::Index(Some(table), w.name()?));
    }
    if w.any(&["PRIMARY", "PARTITION"]) {
        return None;
    }
    w.eat("COLUMN");
    w.exists();
    Some(Object::Column(table, w.name()?))
}

fn renamed(w: &mut Words, table: String) -> Option<Effect> {
    if w.any(&["TO", "AS"]) {
        return Some(Effect::Renamed(Object::Table(table), Object::Table(w.name()?)));
    }
    let index = w.any(&["INDEX", "KEY"]);
    let constraint = !index && w.eat("CONSTRAINT");
    if !index && !constraint {
        w.eat("COLUMN");
    }
    let from = w.name()?;
    w.eat("TO");
    let to = w.name()?;
    let object = |name| match (index, constraint) {
        (true, _) => Object::Index(Some(table.clone()), name),
        (_, true) => Object::Constraint(table.clone(), name),
        _ => Object::Column(table.clone(), name),
    };
    Some(Effect::Renamed(object(from), object(to)))
}

/// A word, a name in quotes, or a mark.
struct Word {
    text: String,
    quoted: bool,
}

impl Word {
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// A statement read from its beginning, without comments.
struct Words {
    words: Vec<Word>,
    at: usize,
}

impl Words {
    fn of(dialect: Dialect, statement: &str) -> Self {
        let mut words = Vec::new();
        let mut rest = statement.trim_start();
        while let Some(c) = rest.chars().next() {
            let length = if rest.starts_with("--") || (c == '#' && dialect == Dialect::Mysql) {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |n| n + 2)
            } else if matches!(c, '"' | '`' | '\'') {
                let end = rest.get(1..).and_then(|r| r.find(c)).map_or(rest.len(), |n| n + 2);
                let text = rest.get(1..end - 1).unwrap_or_default().to_owned();
                words.push(Word { text, quoted: true });
                end
            } else {
                let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
                let end = rest.find(|c: char| !part(c)).filter(|n| *n > 0);
                let end = if part(c) { end.unwrap_or(rest.len()) } else { c.len_utf8() };
                words.push(Word { text: rest.get(..end).unwrap_or_default().to_owned(), quoted: false });
                end
            };
            rest = rest.get(length..).unwrap_or_default().trim_start();
        }
        Self { words, at: 0 }
    }

    fn word(&mut self) -> Option<String> {
        let word = self.words.get(self.at)?.text.clone();
        self.at += 1;
        Some(word)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|w| w.is(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|w| self.eat(w))
    }

    /// `IF [NOT] EXISTS`
    fn exists(&mut self) {
        if self.eat("IF") {
            self.eat("NOT");
            self.eat("EXISTS");
        }
    }

    /// A name; of a qualified one the last part.
    fn name(&mut self) -> Option<String> {
        let mut name = self.identifier()?;
        while self.eat(".") {
            name = self.identifier()?;
        }
        Some(name)
    }

    fn identifier(&mut self) -> Option<String> {
        let word = self.words.get(self.at)?;
        let is_name =
            word.quoted || word.text.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let name = is_name.then(|| word.text.clone())?;
        self.at += 1;
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_says_what_it_leaves_behind() {
        let s = str::to_owned;
        let column = |t: &str, c: &str| Object::Column(s(t), s(c));
        for (sql, expected) in [
            ("-- why\nCREATE TABLE `posts` (x INT)", Some(Effect::There(Object::Table(s("posts"))))),
            ("create table if not exists app.posts (x INT)", Some(Effect::There(Object::Table(s("posts"))))),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY \"a b\" ON posts (x)",
                Some(Effect::There(Object::Index(Some(s("posts")), s("a b")))),
            ),
            ("ALTER TABLE posts ADD COLUMN note TEXT", Some(Effect::There(column("posts", "note")))),
            ("ALTER TABLE posts ADD note TEXT", Some(Effect::There(column("posts", "note")))),
            ("ALTER TABLE posts DROP COLUMN IF EXISTS note", Some(Effect::Gone(column("posts", "note")))),
            (
                "ALTER TABLE posts ADD CONSTRAINT ck CHECK (n > 0)",
                Some(Effect::There(Object::Constraint(s("posts"), s("ck")))),
            ),
            (
                "ALTER TABLE posts DROP FOREIGN KEY fk",
                Some(Effect::Gone(Object::Constraint(s("posts"), s("fk")))),
            ),
            (
                "ALTER TABLE posts RENAME COLUMN a TO b",
                Some(Effect::Renamed(column("posts", "a"), column("posts", "b"))),
            ),
            (
                "ALTER TABLE posts RENAME TO articles",
                Some(Effect::Renamed(Object::Table(s("posts")), Object::Table(s("articles")))),
            ),
            ("ALTER TABLE posts MODIFY COLUMN a INT", None),
            ("UPDATE posts SET a = 'CREATE TABLE x'", None),
            ("CREATE OR REPLACE FUNCTION f() RETURNS trigger", None),
            ("DROP TABLE a, b", None),
        ] {
            assert_eq!(effect(Dialect::Mysql, sql), expected, "{sql}");
        }
        assert!(changes_rows(Dialect::Postgres, "-- UPDATE\nwith x as (select 1) delete from posts"));
        assert!(!changes_rows(Dialect::Postgres, "CREATE TABLE \"update\" (x int)"));
    }
}
