//! Which SQL a database speaks.

/// The three families of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, bundled
    Sqlite,
    /// PostgreSQL
    Postgres,
    /// MySQL and MariaDB
    Mysql,
}

impl Dialect {
    /// Every dialect, for tests and for `migrate make`.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The name in file names, configuration and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// Writes an identifier in quotes. Identifiers come from descriptors only, never from a client.
    pub fn quote(self, out: &mut String, identifier: &str) {
        let mark = if self == Self::Mysql { '`' } else { '"' };
        out.push(mark);
        for c in identifier.chars() {
            if c == mark {
                out.push(mark);
            }
            out.push(c);
        }
        out.push(mark);
    }
}
