//! JSON as YAML: blocks by indentation, texts in the quotes of JSON, which YAML reads alike.

use serde_json::Value;

/// The value as a YAML document.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out.trim_start().to_owned()
}

fn write(out: &mut String, value: &Value, depth: usize) {
    let line = |out: &mut String| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, inner) in map {
                line(out);
                out.push_str(&key(name));
                out.push(':');
                write(out, inner, depth + 1);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for inner in list {
                line(out);
                out.push('-');
                write(out, inner, depth + 1);
            }
        }
        scalar => {
            out.push(' ');
            out.push_str(&scalar.to_string());
        }
    }
    if depth == 0 {
        out.push('\n');
    }
}

/// A name without quotes where YAML could not take it for anything else.
fn key(name: &str) -> String {
    let plain = name
        .bytes()
        .enumerate()
        .all(|(i, b)| b.is_ascii_alphabetic() || i > 0 && (b.is_ascii_digit() || b == b'_'));
    let word = matches!(
        name.to_ascii_lowercase().as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
    );
    if plain && !name.is_empty() && !word { name.to_owned() } else { Value::from(name).to_string() }
}

#[cfg(test)]
mod tests {
    use super::text;
    use serde_json::json;

    #[test]
    fn blocks_lists_and_texts() {
        let value = json!({"a": {"no": null, "/x/{id}": []}, "b": [1, "two\n: #", {"c": true, "d": [[1.5]]}], "e": {}});
        let yaml = r##"a:
  "/x/{id}": []
  "no": null
b:
  - 1
  - "two\n: #"
  -
    c: true
    d:
      -
        - 1.5
e: {}
"##;
        assert_eq!(text(&value), yaml);
        assert_eq!(text(&json!("x")), "\"x\"\n");
    }
}
