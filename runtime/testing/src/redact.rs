//! JSON without what changes from run to run, for snapshots.

use framewright_core::Timestamp;
use serde_json::Value;

/// The same JSON with ids as `[id 1]`, `[id 2]`, … in the order they appear (equal ids alike), times as `[time]`, and
/// request ids and cursors by their names.
#[must_use]
pub fn redacted(json: &Value) -> Value {
    redacted_with(json, &[])
}

/// [`redacted`], with further members by name: `redacted_with(&json, &["etag"])` writes `[etag]`.
#[must_use]
pub fn redacted_with(json: &Value, names: &[&str]) -> Value {
    let mut json = json.clone();
    redact(&mut json, "", names, &mut Vec::new());
    json
}

const NAMES: [&str; 3] = ["request_id", "next_cursor", "cursor"];

fn redact(value: &mut Value, name: &str, names: &[&str], ids: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| redact(value, name, names, ids))
        }
        Value::Array(values) => values.iter_mut().for_each(|value| redact(value, name, names, ids)),
        Value::Null => {}
        other if names.contains(&name) || NAMES.contains(&name) => *other = format!("[{name}]").into(),
        Value::String(text) => *text = redact_text(text, ids),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Ids stand alone or at the end of a path; times stand alone.
fn redact_text(text: &str, ids: &mut Vec<String>) -> String {
    if text.parse::<Timestamp>().is_ok() {
        return "[time]".to_owned();
    }
    let parts = text.split('/').map(|part| {
        if part.len() != 36 || uuid::Uuid::try_parse(part).is_err() {
            return part.to_owned();
        }
        let known = ids.iter().position(|id| id == part).unwrap_or_else(|| {
            ids.push(part.to_owned());
            ids.len() - 1
        });
        format!("[id {}]", known + 1)
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_ids_stay_equal_and_times_go() {
        let (a, b) = ("01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058");
        let json = json!({"id": a, "self": format!("/api/v1/posts/{a}"), "other": [b], "at": "2026-01-01T00:00:00Z", "request_id": "x", "n": 3, "tag": "y"});
        assert_eq!(
            redacted_with(&json, &["tag"]),
            json!({"id": "[id 1]", "self": "/api/v1/posts/[id 1]", "other": ["[id 2]"], "at": "[time]", "request_id": "[request_id]", "n": 3, "tag": "[tag]"})
        );
    }
}
