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
use crate::value::Value;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A JSON text, with integers kept exact and no key twice.
enum Node {
    Null,
    Bool(bool),
    Integer(i128),
    Double(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Node, E> {
        Ok(Node::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Node, E> {
        Ok(Node::Integer(i128::from(v)))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Node, E> {
        Ok(Node::Integer(i128::from(v)))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Node, E> {
        Ok(Node::Double(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Node, E> {
        Ok(Node::Text(v.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut all = Vec::new();
        while let Some(node) = seq.next_element()? {
            all.push(node);
        }
        Ok(Node::List(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut all: Vec<(String, Node)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            // No object here has more than a handful of keys; a huge one is refused before it costs anything.
            if all.len() >= 64 || all.iter().any(|(k, _)| *k == key) {
                return Err(de::Error::custom(TWICE));
            }
            all.push((key, map.next_value()?));
        }
        Ok(Node::Object(all))
    }
}

const TWICE: &str = "a key is there twice";

/// What the body of `POST /query` asks for.
///
/// # Errors
/// 400 `json.malformed` when it is not JSON; 422 with every mistake at once, each at its path in the body.
pub fn list_query(d: &'static ResourceDescriptor, body: &[u8], key: &CursorKey) -> Result<ListQuery> {
    let node: Node = serde_json::from_slice(body).map_err(|e| {
        let at = format!("line {}, column {}", e.line(), e.column());
        let what = if e.is_data() { TWICE } else { "the body is not JSON" };
        Error::new(ErrorKind::BadRequest, "json.malformed", format!("{what} ({at})"))
    })?;
    let mut problems = Problems::default();
    let mut query = ListQuery::of(d);
    let mut page = RawPage::default();
    let Node::Object(entries) = node else {
        problems.push(code::VALUE, "", "the body must be an object");
        return problems.finish(query);
    };
    let trash = d.kept.deleted_at.is_some();
    for (name, node) in &entries {
        match (name.as_str(), node) {
            ("filter", Node::Null) => {}
            ("filter", node) => {
                query.filter = Build { nodes: 0, clauses: 0, full: false, problems: &mut problems }.filter(d, node, "filter", 0);
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
            ("sort" | "fields" | "include", _) => problems.push(code::VALUE, name, "must be a list of names"),
            ("count", Node::Text(text)) => query.count = exact("count", text, &mut problems),
            ("with_trashed", Node::Text(text)) if trash => query.deleted = trashed("with_trashed", text, &mut problems),
            ("with_trashed", Node::Bool(on)) if trash => query.deleted = trashed("with_trashed", if *on { "true" } else { "false" }, &mut problems),
            ("count", _) => problems.push(code::VALUE, name, "the only count is `exact`"),
            ("with_trashed", _) if trash => problems.push(code::VALUE, name, "must be true, \"only\" or false"),
            ("page", Node::Object(entries)) => entries.iter().for_each(|(name, node)| paging(&mut page, name, node, &mut problems)),
            ("page", _) => problems.push(code::PAGE, name, "must be an object of `size` and `after` or `number`"),
            _ => {
                let names = ["filter", "sort", "page", "fields", "include", "count"].into_iter().chain(trash.then_some("with_trashed"));
                problems.push(code::PARAMETER, shown(name), format!("there is no `{}`; accepted: {}", shown(name), list(names)));
            }
        }
    }
    page.apply(d, &mut query, key, &mut problems);
    problems.finish(query)
}

fn paging<'a>(page: &mut RawPage<'a>, name: &str, node: &'a Node, problems: &mut Problems) {
    match (name, node) {
        ("size", Node::Integer(n)) => page.size = Some(*n),
        ("number", Node::Integer(n)) => page.number = Some(*n),
        ("after", Node::Text(text)) => page.after = Some(Cow::Borrowed(text)),
        ("after", Node::Null) => {}
        ("size" | "number", _) => problems.push(code::PAGE, format!("page.{name}"), "must be an integer"),
        ("after", _) => problems.push(code::PAGE, "page.after", "must be a cursor"),
        _ => problems.push(code::PARAMETER, format!("page.{}", shown(name)), "accepted: size, after, number"),
    }
}

fn texts<'a>(all: &'a [Node], at: &str, problems: &mut Problems) -> Vec<&'a str> {
    all.iter()
        .filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
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
    fn filter(&mut self, d: &'static ResourceDescriptor, node: &Node, at: &str, depth: usize) -> Option<Filter> {
        if depth >= limits::DEPTH {
            self.problems.push(code::COMPLEX, at, format!("nested deeper than {} levels", limits::DEPTH));
            return None;
        }
        let Node::Object(entries) = node else {
            self.problems.push(code::VALUE, at, SHAPES);
            return None;
        };
        let get = |name: &str| entries.iter().find(|(n, _)| n == name).map(|(_, v)| v);
        let only = |names: &[&str]| entries.iter().all(|(n, _)| names.contains(&n.as_str()));
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
            self.problems.push(code::COMPLEX, at, format!("at most {} comparisons, and {} with `and`, `or` and `not`", limits::CLAUSES, limits::NODES));
        }
        !over
    }

    fn each(&mut self, d: &'static ResourceDescriptor, all: &[Node], at: &str, depth: usize) -> Vec<Filter> {
        // What cannot be built has left its problem behind, so the predicate that misses it is never used.
        all.iter().take(limits::NODES + 1).enumerate().filter_map(|(i, node)| self.filter(d, node, &format!("{at}[{i}]"), depth + 1)).collect()
    }

    fn leaf(&mut self, d: &'static ResourceDescriptor, name: &str, verb: &str, node: &Node, at: &str) -> Option<Filter> {
        let path = path::filterable(d, name, at, self.problems)?;
        let Some(verb) = Verb::named(verb).filter(|v| v.fits(path.field)) else {
            let accepted = Verb::accepted(path.field);
            self.problems.push(code::OPERATOR, at, format!("`{}` is no operator of `{}`; accepted: {accepted}", shown(verb), path.field.name));
            return None;
        };
        let values = match (verb, node) {
            (Verb::In | Verb::NotIn | Verb::Between, Node::List(all)) => all.iter().take(limits::SET + 1).map(|n| of_node(path.field, n)).collect(),
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
fn of_node(field: &FieldDescriptor, node: &Node) -> Result<Value, String> {
    use crate::value::Kind;
    match (field.kind(), node) {
        (_, Node::Null) => Err("can't be compared with null; use the operator `null`".to_owned()),
        (Kind::Bool, Node::Bool(v)) => Ok(Value::Bool(*v)),
        (Kind::I16 | Kind::I32 | Kind::I64 | Kind::F64 | Kind::Decimal, Node::Integer(n)) => value::of_integer(field, *n),
        (Kind::F64, Node::Double(n)) if n.is_finite() => Ok(Value::F64(*n)),
        (Kind::Bool | Kind::I16 | Kind::I32 | Kind::I64 | Kind::F64, _) => Err(value::expected(field)),
        (_, Node::Text(text)) => value::of_text(field, text),
        _ => Err(value::expected(field)),
    }
}
