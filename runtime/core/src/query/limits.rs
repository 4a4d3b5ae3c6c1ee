//! How much a client may ask for in one query. What is over is 422 `query.too_complex`, never a slow statement.

/// Comparisons in one predicate.
pub const CLAUSES: usize = 32;
/// Comparisons and the `and`, `or` and `not` around them.
pub const NODES: usize = 64;
/// Values in one list of `in` or `nin`.
pub const SET: usize = 100;
/// Keys of one sort order.
pub const SORTS: usize = 3;
/// How deep `and`, `or`, `not` and `related` may nest.
pub const DEPTH: usize = 16;
/// Characters of the value of `contains`, `starts_with` and `ends_with`.
pub const PATTERN: usize = 256;
/// Relations from the listed resource to the one that a path names: `comments.author.company`.
pub const HOPS: usize = 3;
/// Paths of relations that one `include` may name, each of at most [`HOPS`].
pub const INCLUDES: usize = 10;
/// Rows that the database may read for one answer: the records listed and all that is included.
pub const ROWS: usize = 50_000;
