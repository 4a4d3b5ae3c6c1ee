//! Names of constraints and indexes, and identifiers in quotes.

use crate::dialect::Dialect;

/// The longest identifier that all three databases keep whole (PostgreSQL cuts at 63 bytes).
const LONGEST: usize = 63;

/// The name of a constraint or an index: `uq_posts_author_id_slug`. What would be too long for PostgreSQL ends in a
/// hash of the whole name instead.
///
/// ```
/// use framewright_data::ddl::constraint_name;
/// assert_eq!(constraint_name("uq", "posts", &["author_id", "slug"]), "uq_posts_author_id_slug");
/// assert_eq!(constraint_name("ix", "posts", &["x".repeat(80).as_str()]).len(), 63);
/// ```
#[must_use]
pub fn constraint_name(prefix: &str, table: &str, columns: &[&str]) -> String {
    let whole = format!("{prefix}_{table}_{}", columns.join("_"));
    if whole.len() <= LONGEST { whole } else { hashed(&whole, &whole) }
}

/// The name of a constraint whose plain name another one has already (`post`.`tags_slug` and `post_tags`.`slug` give the
/// same): it ends in a hash of its table and its columns.
pub(crate) fn distinct_name(plain: &str, table: &str, columns: &[String]) -> String {
    hashed(plain, &format!("{table}\0{}", columns.join("\0")))
}

/// A name with the hash of something at its end, no longer than allowed.
fn hashed(whole: &str, of: &str) -> String {
    let hash = super::json::fingerprint(of);
    let mut cut = whole.len().min(LONGEST - 9);
    while !whole.is_char_boundary(cut) {
        cut -= 1;
    }
    let (head, tail) = (whole.get(..cut).unwrap_or_default(), hash.get(..8).unwrap_or_default());
    format!("{head}_{tail}")
}

/// An identifier in quotes.
pub(crate) fn quoted(dialect: Dialect, identifier: &str) -> String {
    let mut out = String::with_capacity(identifier.len() + 2);
    dialect.quote(&mut out, identifier);
    out
}

/// Identifiers in quotes, with commas between.
pub(crate) fn list<S: AsRef<str>>(dialect: Dialect, identifiers: &[S]) -> String {
    identifiers.iter().map(|i| quoted(dialect, i.as_ref())).collect::<Vec<_>>().join(", ")
}
