//! Where two JSON values differ, by path.

use serde_json::Value;

/// Every place where `found` is not what `expected` says. With `exact` unset an object may have more members than are
/// expected; arrays always have to have as many elements.
#[must_use]
pub fn differences(expected: &Value, found: &Value, exact: bool) -> Vec<String> {
    let mut out = Vec::new();
    compare("", expected, Some(found), exact, &mut out);
    out
}

fn compare(path: &str, expected: &Value, found: Option<&Value>, exact: bool, out: &mut Vec<String>) {
    let at = if path.is_empty() { "the whole" } else { path };
    match (expected, found) {
        (_, None) => out.push(format!("{at}: expected {}, found nothing", short(expected))),
        (Value::Object(e), Some(Value::Object(f))) => {
            for (key, value) in e {
                compare(&join(path, key), value, f.get(key), exact, out);
            }
            for (key, value) in f.iter().filter(|(k, _)| exact && !e.contains_key(*k)) {
                out.push(format!("{}: expected nothing, found {}", join(path, key), short(value)));
            }
        }
        (Value::Array(e), Some(Value::Array(f))) => {
            for (i, value) in e.iter().enumerate() {
                compare(&format!("{path}[{i}]"), value, f.get(i), exact, out);
            }
            for (i, value) in f.iter().enumerate().skip(e.len()) {
                out.push(format!("{path}[{i}]: expected nothing, found {}", short(value)));
            }
        }
        (e, Some(f)) if e == f => {}
        (e, Some(f)) => out.push(format!("{at}: expected {}, found {}", short(e), short(f))),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(120) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use serde_json::json;

    #[test]
    fn every_difference_is_named_by_its_path() {
        let expected = json!({"a": 1, "b": {"c": [1, 2]}, "d": null});
        let found = json!({"a": 2, "b": {"c": [1]}, "e": 5});
        assert_eq!(
            differences(&expected, &found, false),
            [
                "a: expected 1, found 2",
                "b.c[1]: expected 2, found nothing",
                "d: expected null, found nothing"
            ]
        );
        assert_eq!(
            differences(&expected, &found, true).last().map(String::as_str),
            Some("e: expected nothing, found 5")
        );
        assert_eq!(differences(&json!([1]), &json!([1, 2]), false), ["[1]: expected nothing, found 2"]);
        assert_eq!(differences(&json!({"a": {}}), &json!({"a": {"b": 1}}), false), Vec::<String>::new());
    }
}
