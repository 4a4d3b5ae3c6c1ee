//! JSON as a text that people read and diff: names first, what fits on a line on one line, always in the same order,
//! whatever order `serde_json` was built to keep.

use serde_json::Value;

const WIDTH: usize = 110;

/// The text of a snapshot.
pub(crate) fn pretty(json: &Value) -> String {
    let mut out = String::new();
    write(&mut out, json, Some(0));
    out.push('\n');
    out
}

/// The same on one line: what fingerprints are taken of.
pub(crate) fn compact(json: &Value) -> String {
    let mut out = String::new();
    write(&mut out, json, None);
    out
}

fn write(out: &mut String, json: &Value, indent: Option<usize>) {
    let (open, close, items): (char, char, Vec<(Option<&str>, &Value)>) = match json {
        Value::Array(list) => ('[', ']', list.iter().map(|v| (None, v)).collect()),
        Value::Object(map) => {
            let mut items: Vec<(Option<&str>, &Value)> =
                map.iter().map(|(k, v)| (Some(k.as_str()), v)).collect();
            items.sort_by_key(|(k, _)| (rank(k.unwrap_or_default()), *k));
            ('{', '}', items)
        }
        plain => return out.push_str(&plain.to_string()),
    };
    let inner = indent.filter(|i| i + compact(json).len() > WIDTH).map(|i| i + 2);
    let line = |out: &mut String, indent: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    };
    out.push(open);
    for (n, (key, value)) in items.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        match inner {
            Some(inner) => line(out, inner),
            None if n > 0 => out.push(' '),
            None => {}
        }
        if let Some(key) = key {
            out.push_str(&Value::from(*key).to_string());
            out.push_str(": ");
        }
        write(out, value, inner);
    }
    if inner.is_some() {
        line(out, indent.unwrap_or_default());
    }
    out.push(close);
}

fn rank(key: &str) -> usize {
    ["version", "name", "kind", "key", "column", "table", "columns"]
        .iter()
        .position(|k| *k == key)
        .unwrap_or(usize::MAX)
}
