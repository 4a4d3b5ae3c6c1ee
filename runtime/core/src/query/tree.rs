//! The body of `POST /query`: the same query as the parameters can say, and predicates that they cannot.
//!
//! ```json
//! { "filter": { "and": [
//!       { "field": "status", "op": "eq", "value": "published" },
//!       { "or": [ { "field": "views", "op": "gte", "value": 10 },
//!                 { "field": "author.name", "op": "starts_with", "value": "A" },
//!                 { "not": { "related": "comments", "where": { "field": "body", "op": "contains", "value": "spam" } } } ] } ] },
//!   "sort": ["-published_at", "title"], "page": { "size": 20, "after": "…" },
//!   "fields": ["title"], "include": ["author"], "count": "exact", "with_trashed": "only" }
//! ```

use super::cursor::CursorKey;
use super::params::{RawPage, exact, sort, trashed};
use super::problems::{Problems, code, list, shown};
use super::value::{self, Verb};
use super::{Filter, ListQuery, limits, path};
use crate::descriptor::{FieldDescriptor, ResourceDescriptor};
use crate::error::{Error, ErrorKind, Result};
use crate::json::{Limits, Number, Reader, Token};
use crate::value::Value;
use std::borrow::Cow;

/// A JSON text as a tree: what the words of a query mean depends on each other.
enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// Reads a value to its end. The reader bounds the depth, and with it the recursion.
fn node<'a>(reader: &mut Reader<'a>) -> Result<Node<'a>> {
    Ok(match reader.value()? {
        Token::Null => Node::Null,
        Token::Bool(v) => Node::Bool(v),
        Token::Number(v) => Node::Number(v),
        Token::Text(v) => Node::Text(v),
        Token::List => {
            let mut all = Vec::new();
            while reader.item()? {
                all.push(node(reader)?);
            }
            Node::List(all)
        }
        Token::Map => {
            let mut all: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
            while let Some(key) = reader.key()? {
                if all.iter().any(|(k, _)| *k == key) {
                    return Err(refused(code::VALUE, &shown(&key), "is given more than once"));
                }
                // No object of a query has more than a handful of keys.
                if all.len() >= 16 {
                    return Err(refused(code::COMPLEX, &shown(&key), "is the 17th key of one object"));
                }
                all.push((key, node(reader)?));
            }
            Node::Object(all)
        }
    })
}

fn refused(code: &'static str, key: &str, what: &str) -> Error {
    Error::new(ErrorKind::Invalid, code, format!("`{key}` {what}")).field(key, what)
}

/// What the body of `POST /query` asks for.
///
/// # Errors
/// 400 `json.malformed` when it is not JSON; 422 with every mistake at once, each at its path in the body.
pub fn list_query(d: &'static ResourceDescriptor, body: &[u8], key: &CursorKey) -> Result<ListQuery> {
    let mut reader = Reader::new(body, Limits::default())?;
    let node = node(&mut reader)?;
    reader.end()?;
    let mut problems = Problems::default();
    let mut query = ListQuery::of(d);
    let mut page = RawPage::default();
    let Node::Object(entries) = node else {
        problems.push(code::VALUE, "", "the body must be an object");
        return problems.finish(query);
    };
    let trash = d.kept.deleted_at.is_some();
    for (name, node) in &entries {
        match (name.as_ref(), node) {
            ("filter", Node::Null) => {}
            ("filter", node) => {
                query.filter = Build { nodes: 0, clauses: 0, full: false, problems: &mut problems }
                    .filter(d, node, "filter", 0);
            }
            ("sort", Node::List(all)) => {
                let names = texts(all, "sort", &mut problems);
                query.sort = sort(d, names.into_iter(), "sort", &mut problems);
            }
            ("fields", Node::List(all)) => {
                let names = texts(all, "fields", &mut problems);
                query.fields = Some(path::sparse(d, names.into_iter(), "fields", &mut problems));
            }
            ("include", Node::List(all)) => {
                let names = texts(all, "include", &mut problems);
                query.include = path::includes(d, names.into_iter(), "include", &mut problems);
            }
            ("sort" | "fields" | "include", _) => {
                problems.push(code::VALUE, name.as_ref(), "must be a list of names")
            }
            ("count", Node::Text(text)) => query.count = exact("count", text, &mut problems),
            ("with_trashed", Node::Text(text)) if trash => {
                query.deleted = trashed("with_trashed", text, &mut problems)
            }
            ("with_trashed", Node::Bool(on)) if trash => {
                query.deleted = trashed("with_trashed", if *on { "true" } else { "false" }, &mut problems)
            }
            ("count", _) => problems.push(code::VALUE, name.as_ref(), "the only count is `exact`"),
            ("with_trashed", _) if trash => {
                problems.push(code::VALUE, name.as_ref(), "must be true, \"only\" or false")
            }
            ("page", Node::Object(entries)) => {
                entries.iter().for_each(|(name, node)| paging(&mut page, name, node, &mut problems))
            }
            ("page", _) => problems.push(
                code::PAGE,
                name.as_ref(),
                "must be an object of `size` and `after` or `number`",
            ),
            _ => {
                let names = ["filter", "sort", "page", "fields", "include", "count"]
                    .into_iter()
                    .chain(trash.then_some("with_trashed"));
                problems.push(
                    code::PARAMETER,
                    shown(name),
                    format!("there is no `{}`; accepted: {}", shown(name), list(names)),
                );
            }
        }
    }
    page.apply(d, &mut query, key, &mut problems);
    problems.finish(query)
}

fn paging<'a>(page: &mut RawPage<'a>, name: &str, node: &'a Node<'_>, problems: &mut Problems) {
    match (name, node) {
        ("size", Node::Number(Number::Integer(n))) => page.size = Some(i128::from(*n)),
        ("number", Node::Number(Number::Integer(n))) => page.number = Some(i128::from(*n)),
        ("after", Node::Text(text)) => page.after = Some(Cow::Borrowed(text)),
        ("after", Node::Null) => {}
        ("size" | "number", _) => problems.push(code::PAGE, format!("page.{name}"), "must be an integer"),
        ("after", _) => problems.push(code::PAGE, "page.after", "must be a cursor"),
        _ => problems.push(code::PARAMETER, format!("page.{}", shown(name)), "accepted: size, after, number"),
    }
}

fn texts<'a>(all: &'a [Node<'_>], at: &str, problems: &mut Problems) -> Vec<&'a str> {
    all.iter()
        .filter_map(|node| match node {
            Node::Text(text) => Some(text.as_ref()),
            _ => {
                problems.push(code::VALUE, at, "must be a list of names");
                None
            }
        })
        .collect()
}

/// Builds a predicate, counting its parts: a tree of nothing but `not` compares nothing, and is still work.
struct Build<'a> {
    nodes: usize,
    clauses: usize,
    full: bool,
    problems: &'a mut Problems,
}

const SHAPES: &str = "must be one of {\"and\": […]}, {\"or\": […]}, {\"not\": {…}}, {\"field\": …, \"op\": …, \"value\": …}, {\"related\": …, \"where\": {…}}";

impl Build<'_> {
    fn filter(
        &mut self,
        d: &'static ResourceDescriptor,
        node: &Node<'_>,
        at: &str,
        depth: usize,
    ) -> Option<Filter> {
        if depth >= limits::DEPTH {
            self.problems.push(code::COMPLEX, at, format!("nested deeper than {} levels", limits::DEPTH));
            return None;
        }
        let Node::Object(entries) = node else {
            self.problems.push(code::VALUE, at, SHAPES);
            return None;
        };
        let get = |name: &str| entries.iter().find(|(n, _)| n == name).map(|(_, v)| v);
        let only = |names: &[&str]| entries.iter().all(|(n, _)| names.contains(&n.as_ref()));
        if !self.count(get("field").or(get("related")).is_some(), at) {
            return None;
        }
        if let (Some(Node::List(all)), true) = (get("and"), only(&["and"])) {
            return Some(Filter::And(self.each(d, all, &format!("{at}.and"), depth)));
        }
        if let (Some(Node::List(any)), true) = (get("or"), only(&["or"])) {
            return Some(Filter::Or(self.each(d, any, &format!("{at}.or"), depth)));
        }
        if let (Some(inner), true) = (get("not"), only(&["not"])) {
            return Some(Filter::Not(Box::new(self.filter(d, inner, &format!("{at}.not"), depth + 1)?)));
        }
        if let (Some(Node::Text(name)), true) = (get("related"), only(&["related", "where"])) {
            let relation = path::relation(d, name, at, self.problems)?;
            let inner = match get("where") {
                Some(inner) => self.filter((relation.target)(), inner, &format!("{at}.where"), depth + 1)?,
                None => Filter::And(Vec::new()),
            };
            return Some(Filter::Related(relation, Box::new(inner)));
        }
        if let (Some(Node::Text(name)), true) = (get("field"), only(&["field", "op", "value"])) {
            let verb = match get("op") {
                None => "eq",
                Some(Node::Text(verb)) => verb,
                Some(_) => "",
            };
            return self.leaf(d, name, verb, get("value").unwrap_or(&Node::Null), at);
        }
        self.problems.push(code::VALUE, at, SHAPES);
        None
    }

    /// Whether one more node fits; says so once when it does not.
    fn count(&mut self, is_clause: bool, at: &str) -> bool {
        self.nodes += 1;
        self.clauses += usize::from(is_clause);
        let over = self.clauses > limits::CLAUSES || self.nodes > limits::NODES;
        if over && !self.full {
            self.full = true;
            self.problems.push(
                code::COMPLEX,
                at,
                format!(
                    "at most {} comparisons, and {} with `and`, `or` and `not`",
                    limits::CLAUSES,
                    limits::NODES
                ),
            );
        }
        !over
    }

    fn each(
        &mut self,
        d: &'static ResourceDescriptor,
        all: &[Node<'_>],
        at: &str,
        depth: usize,
    ) -> Vec<Filter> {
        // What cannot be built has left its problem behind, so the predicate that misses it is never used.
        all.iter()
            .take(limits::NODES + 1)
            .enumerate()
            .filter_map(|(i, node)| self.filter(d, node, &format!("{at}[{i}]"), depth + 1))
            .collect()
    }

    fn leaf(
        &mut self,
        d: &'static ResourceDescriptor,
        name: &str,
        verb: &str,
        node: &Node<'_>,
        at: &str,
    ) -> Option<Filter> {
        let path = path::filterable(d, name, at, self.problems)?;
        let Some(verb) = Verb::named(verb).filter(|v| v.fits(path.field)) else {
            let accepted = Verb::accepted(path.field);
            self.problems.push(
                code::OPERATOR,
                at,
                format!("`{}` is no operator of `{}`; accepted: {accepted}", shown(verb), path.field.name),
            );
            return None;
        };
        let values = match (verb, node) {
            (Verb::In | Verb::NotIn | Verb::Between, Node::List(all)) => {
                all.iter().take(limits::SET + 1).map(|n| of_node(path.field, n)).collect()
            }
            (Verb::In | Verb::NotIn | Verb::Between, _) => Err("needs a list of values".to_owned()),
            (Verb::Null, Node::Bool(on)) => Ok(vec![Value::Bool(*on)]),
            (Verb::Null, _) => Ok(Vec::new()),
            (Verb::Compare(_), node) => of_node(path.field, node).map(|v| vec![v]),
        };
        match values.and_then(|values| value::predicate(path.index, path.field, verb, values)) {
            Ok(leaf) => Some(path.wrap(leaf)),
            Err(message) => {
                self.problems.push(code::VALUE, at, format!("`{name}` {message}"));
                None
            }
        }
    }
}

/// A value of the field from JSON, in the JSON type that answers write it in.
fn of_node(field: &FieldDescriptor, node: &Node<'_>) -> Result<Value, String> {
    use crate::value::Kind;
    match (field.kind(), node) {
        (_, Node::Null) => Err("can't be compared with null; use the operator `null`".to_owned()),
        (Kind::Bool, Node::Bool(v)) => Ok(Value::Bool(*v)),
        (_, Node::Number(Number::Integer(n))) => value::of_integer(field, i128::from(*n)),
        (Kind::F64, Node::Number(Number::Double(n) | Number::Huge(n))) => Ok(Value::F64(*n)),
        (Kind::I16 | Kind::I32 | Kind::I64, Node::Number(Number::Huge(_))) => {
            value::of_integer(field, i128::MAX)
        }
        (Kind::Bool | Kind::I16 | Kind::I32 | Kind::I64 | Kind::F64, _) => Err(value::expected(field)),
        (_, Node::Text(text)) => value::of_text(field, text),
        _ => Err(value::expected(field)),
    }
}
