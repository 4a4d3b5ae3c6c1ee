//! The parameters of a list: `filter[status]=draft&filter[views][gte]=10&sort=-published_at&page[size]=20`.

use super::cursor::CursorKey;
use super::problems::{Problems, code, list, shown};
use super::value::{self, Verb};
use super::{Deleted, Filter, Include, ListQuery, Op, Page, RecordQuery, Sort, cursor, limits, path};
use crate::descriptor::{Access, ResourceDescriptor};
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;

/// Splits a URL's query string into names and values.
///
/// # Errors
/// 400 `query.malformed` when a percent escape is broken or the bytes are not UTF-8.
pub fn split(query: &str) -> Result<Vec<(String, String)>> {
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(malformed()),
            },
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

fn malformed() -> Error {
    Error::new(ErrorKind::BadRequest, "query.malformed", "the query string is not percent-encoded UTF-8")
}

/// What the parameters of a list ask for.
///
/// # Errors
/// 422 with every mistake at once: `query.unknown_parameter`, `query.unknown_field`, `query.invalid_value` …
pub fn list_query<'a>(
    d: &'static ResourceDescriptor,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
    key: &CursorKey,
) -> Result<ListQuery> {
    let mut problems = Problems::default();
    let mut query = ListQuery::of(d);
    let mut raw = RawPage::default();
    let mut clauses = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in params {
        let (head, segments) = bracketed(name);
        if head == "filter" && !segments.is_empty() {
            if clauses.len() >= limits::CLAUSES {
                problems.push(code::COMPLEX, name, format!("at most {} filters", limits::CLAUSES));
                break;
            }
            clauses.extend(clause(d, name, &segments, value, &mut problems));
            continue;
        }
        if seen.contains(&name) {
            problems.push(code::REPEATED, name, "may be given once");
            continue;
        }
        seen.push(name);
        match (head, segments.as_slice()) {
            ("sort", []) => query.sort = sort(d, names(value), name, &mut problems),
            ("page", ["size"]) => raw.size = Some(integer(name, value, &mut problems)),
            ("page", ["number"]) => raw.number = Some(integer(name, value, &mut problems)),
            ("page", ["after"]) => raw.after = Some(Cow::Borrowed(value)),
            ("count", []) => query.count = exact(name, value, &mut problems),
            _ if shape(
                d,
                name,
                value,
                &mut query.fields,
                &mut query.include,
                &mut query.deleted,
                &mut problems,
            ) => {}
            _ => problems.push(
                code::PARAMETER,
                shown(name),
                format!("there is no parameter `{}`; accepted: {}", shown(name), accepted(d, true)),
            ),
        }
    }
    query.filter = match clauses.len() {
        0 | 1 => clauses.pop(),
        _ => Some(Filter::And(clauses)),
    };
    raw.apply(d, &mut query, key, &mut problems);
    problems.finish(query)
}

/// What the parameters of a read of one record ask for: `fields`, `include` and `with_trashed`.
///
/// # Errors
/// 422 with every mistake at once.
pub fn record_query<'a>(
    d: &'static ResourceDescriptor,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<RecordQuery> {
    let mut problems = Problems::default();
    let mut query = RecordQuery::default();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in params {
        if seen.contains(&name) {
            problems.push(code::REPEATED, name, "may be given once");
            continue;
        }
        seen.push(name);
        if !shape(d, name, value, &mut query.fields, &mut query.include, &mut query.deleted, &mut problems) {
            problems.push(
                code::PARAMETER,
                shown(name),
                format!("there is no parameter `{}`; accepted: {}", shown(name), accepted(d, false)),
            );
        }
    }
    problems.finish(query)
}

/// The parameters that say what an answer looks like; `false` when it is none of them.
fn shape(
    d: &'static ResourceDescriptor,
    name: &str,
    value: &str,
    fields: &mut Option<Vec<u16>>,
    include: &mut Vec<Include>,
    deleted: &mut Deleted,
    problems: &mut Problems,
) -> bool {
    let names = || names(value);
    match name {
        "fields" => *fields = Some(path::sparse(d, names(), name, problems)),
        "include" => *include = path::includes(d, names(), name, problems),
        "with_trashed" if d.kept.deleted_at.is_some() => *deleted = trashed(name, value, problems),
        _ => return false,
    }
    true
}

fn accepted(d: &ResourceDescriptor, of_list: bool) -> String {
    let shape = ["fields", "include"].into_iter().chain(d.kept.deleted_at.map(|_| "with_trashed"));
    let more =
        ["filter[field]", "filter[field][op]", "sort", "page[size]", "page[after]", "page[number]", "count"];
    list(shape.chain(more.into_iter().filter(|_| of_list)))
}

/// `title,-views` → the names; an empty text is an empty list, and between two commas there has to be a name.
fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').filter(move |_| !value.is_empty())
}

/// `filter[price][gte]` → `filter`, `price`, `gte`. Whatever is not of that shape has no segments.
fn bracketed(name: &str) -> (&str, Vec<&str>) {
    let Some((head, rest)) = name.split_once('[') else { return (name, Vec::new()) };
    let Some(inner) = rest.strip_suffix(']') else { return (name, Vec::new()) };
    (head, inner.split("][").collect())
}

fn clause(
    d: &'static ResourceDescriptor,
    at: &str,
    segments: &[&str],
    text: &str,
    problems: &mut Problems,
) -> Option<Filter> {
    let (name, verb) = match segments {
        [name] => (*name, "eq"),
        [name, verb] => (*name, *verb),
        _ => {
            problems.push(
                code::PARAMETER,
                shown(at),
                "a filter is `filter[field]=value` or `filter[field][op]=value`",
            );
            return None;
        }
    };
    let path = path::filterable(d, name, at, problems)?;
    let Some(verb) = Verb::named(verb).filter(|v| v.fits(path.field)) else {
        let accepted = Verb::accepted(path.field);
        problems.push(
            code::OPERATOR,
            shown(at),
            format!("`{}` is no operator of `{}`; accepted: {accepted}", shown(verb), path.field.name),
        );
        return None;
    };
    let values = match verb {
        Verb::Compare(op) => {
            let part = matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith);
            if part && text.contains('\0') {
                Err("must not contain U+0000".to_owned())
            } else {
                value::of_text(path.field, text).map(|v| vec![v])
            }
        }
        Verb::In | Verb::NotIn if text.is_empty() => Ok(Vec::new()),
        Verb::In | Verb::NotIn | Verb::Between => {
            elements(text).iter().take(limits::SET + 1).map(|t| value::of_text(path.field, t)).collect()
        }
        Verb::Null => Ok(value::truth(text).into_iter().collect()),
    };
    match values.and_then(|values| value::predicate(path.index, path.field, verb, values)) {
        Ok(leaf) => Some(path.wrap(leaf)),
        Err(message) => {
            problems.push(code::VALUE, at, format!("`{name}` {message}"));
            None
        }
    }
}

/// `a,b\,c` → `a` and `b,c`: a backslash before a comma or a backslash takes it literally.
fn elements(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            ',' => {
                all.push(String::new());
                continue;
            }
            '\\' => chars.next_if(|next| matches!(next, ',' | '\\')).unwrap_or(c),
            other => other,
        };
        if let Some(last) = all.last_mut() {
            last.push(literal);
        }
    }
    all
}

/// `-published_at`, `title` → sort keys.
pub(super) fn sort<'a>(
    d: &'static ResourceDescriptor,
    names: impl Iterator<Item = &'a str>,
    at: &str,
    problems: &mut Problems,
) -> Vec<Sort> {
    let mut keys: Vec<Sort> = Vec::new();
    for name in names {
        let (name, descending) = name.strip_prefix('-').map_or((name, false), |n| (n, true));
        if let Some((field, _)) = path::field(d, name, Access::READ | Access::SORT, "sorted by", at, problems)
        {
            // A key that is there already orders nothing more.
            keys.push(Sort { field, descending });
        }
        if keys.len() > limits::SORTS {
            problems.push(code::COMPLEX, at, format!("at most {} sort keys", limits::SORTS));
            break;
        }
    }
    keys
}

fn integer(at: &str, text: &str, problems: &mut Problems) -> i128 {
    text.parse().unwrap_or_else(|_| {
        problems.push(code::PAGE, at, "must be an integer");
        1
    })
}

/// `exact`, the only count there is.
pub(super) fn exact(at: &str, text: &str, problems: &mut Problems) -> bool {
    if text != "exact" {
        problems.push(code::VALUE, at, "the only count is `exact`");
    }
    text == "exact"
}

/// `true` or `only`.
pub(super) fn trashed(at: &str, text: &str, problems: &mut Problems) -> Deleted {
    match text {
        "true" => Deleted::With,
        "only" => Deleted::Only,
        "false" => Deleted::Without,
        _ => {
            problems.push(code::VALUE, at, "must be `true`, `only` or `false`");
            Deleted::Without
        }
    }
}

/// The page as it was asked for, before it is brought within bounds.
#[derive(Default)]
pub(super) struct RawPage<'a> {
    pub(super) size: Option<i128>,
    pub(super) number: Option<i128>,
    pub(super) after: Option<Cow<'a, str>>,
}

impl RawPage<'_> {
    /// Puts the page into the query, which is complete otherwise: a cursor belongs to its filter and order.
    pub(super) fn apply(
        self,
        d: &'static ResourceDescriptor,
        query: &mut ListQuery,
        key: &CursorKey,
        problems: &mut Problems,
    ) {
        let asked = self.size.unwrap_or_else(|| i128::from(d.page.default));
        let size = u16::try_from(asked.clamp(1, i128::from(d.page.max.max(1)))).unwrap_or(1);
        query.clamped = i128::from(size) != asked;
        query.page = match (self.number, self.after) {
            (Some(_), Some(_)) => {
                problems.push(code::PAGE, "page[number]", "a page is either after a cursor or has a number");
                return;
            }
            (Some(asked), None) => {
                let number = u32::try_from(asked.clamp(1, i128::from(u32::MAX))).unwrap_or(1);
                query.clamped |= i128::from(number) != asked;
                Page::Number { number, size }
            }
            (None, None) => Page::Keyset { after: None, size },
            (None, Some(text)) => match cursor::decode(key, d, query, &text) {
                Some(values) => Page::Keyset { after: Some(values), size },
                None => {
                    problems.push(
                        code::CURSOR,
                        "page[after]",
                        "this cursor is not one of this list; start again without `page[after]`",
                    );
                    return;
                }
            },
        };
    }
}
