//! The JSON Schema of a field: its type, its rules, as they are checked.

use framewright_core::FieldDescriptor;
use framewright_core::descriptor::DefaultValue;
use framewright_core::rule::Rule;
use framewright_core::{Kind, json};
use serde_json::{Map, Value, json};

/// Where a value stands, which decides what is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// in an answer: the type, and nothing that a record of an earlier release could break
    Answer,
    /// in a body: type, rules, default
    Body,
    /// compared with, in a parameter: the type
    Parameter,
    /// an element of a comma-separated parameter: the type, without commas
    Element,
    /// compared with, in a JSON predicate: the type
    Predicate,
}

/// No text has U+0000, which not every database can keep.
const NO_NUL: &str = r"^[^\u0000]*$";
const NO_COMMA: &str = r"^[^,\\\u0000]*$";
const TIME: &str = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$";

/// The schema of a field.
pub(super) fn schema(field: &FieldDescriptor, place: Place) -> Value {
    let mut s = kind(field, place);
    let body = place == Place::Body;
    if body {
        let patterns = rules(field, &mut s);
        let mut patterns = patterns.into_iter();
        if let Some(first) = patterns.next() {
            s.insert("pattern".into(), first.into());
        }
        let rest: Vec<Value> = patterns.map(|p| json!({"pattern": p})).collect();
        if !rest.is_empty() {
            s.insert("allOf".into(), rest.into());
        }
    }
    if matches!(place, Place::Answer | Place::Body) {
        if field.facts.nullable {
            nullable(&mut s);
        }
        let doc = documentation(field);
        if !doc.is_empty() {
            s.insert("description".into(), doc.into());
        }
        if let Some(example) = field.example {
            s.insert("examples".into(), json!([example_value(field, example)]));
        }
    }
    if body && let Some(default) = default(field) {
        s.insert("default".into(), default);
    }
    Value::Object(s)
}

fn documentation(field: &FieldDescriptor) -> String {
    let mut doc = field.doc.trim().to_owned();
    if let Some(currency) = field.facts.currency {
        doc = format!("{doc}{}In minor units of {currency}.", if doc.is_empty() { "" } else { " " });
    }
    doc
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn kind(field: &FieldDescriptor, place: Place) -> Map<String, Value> {
    if let Some(options) = field.facts.options {
        return object(json!({"type": "string", "enum": options}));
    }
    let text = if place == Place::Element { NO_COMMA } else { NO_NUL };
    object(match field.kind() {
        Kind::Bool => json!({"type": "boolean"}),
        Kind::I16 | Kind::I32 | Kind::I64 => {
            let (min, max) = field.facts.bounds.unwrap_or((i64::MIN, i64::MAX));
            let format = if field.kind() == Kind::I64 { "int64" } else { "int32" };
            json!({"type": "integer", "format": format, "minimum": min, "maximum": max})
        }
        Kind::F64 => json!({"type": "number", "format": "double"}),
        Kind::Text => match (place, field.max_length) {
            (Place::Answer, _) => json!({"type": "string"}),
            (Place::Body, Some(max)) => json!({"type": "string", "maxLength": max, "pattern": text}),
            _ => json!({"type": "string", "pattern": text}),
        },
        Kind::Bytes => json!({
            "type": "string", "contentEncoding": "base64",
            "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        }),
        Kind::Uuid => json!({"type": "string", "format": "uuid"}),
        Kind::Decimal => {
            let (precision, scale) = field.decimal;
            let whole = precision.saturating_sub(scale).max(1);
            let fraction = if scale == 0 { String::new() } else { format!(r"(\.[0-9]{{1,{scale}}})?") };
            let text = json!({"type": "string", "format": "decimal", "pattern": format!("^-?[0-9]{{1,{whole}}}{fraction}$")});
            if place == Place::Predicate {
                let most = 10i64.checked_pow(u32::from(whole)).map_or(i64::MAX, |n| n - 1);
                json!({"anyOf": [text, {"type": "integer", "minimum": -most, "maximum": most}]})
            } else {
                text
            }
        }
        Kind::Timestamp => json!({"type": "string", "format": "date-time"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Time => json!({"type": "string", "pattern": TIME}),
        Kind::Json => json!({}),
    })
}

/// Writes what the rules say into a schema; the patterns, of which there can be several, are given back.
fn rules(field: &FieldDescriptor, s: &mut Map<String, Value>) -> Vec<String> {
    let mut patterns: Vec<String> = Vec::new();
    let text = field.kind() == Kind::Text;
    for rule in field.rules {
        match rule {
            Rule::Length { min, max } if text => {
                if let Some(min) = min {
                    s.insert("minLength".into(), (*min).into());
                }
                if let Some(max) = max {
                    s.insert("maxLength".into(), (*max).into());
                }
            }
            Rule::Range { min, max } if matches!(field.kind(), Kind::I16 | Kind::I32 | Kind::I64) => {
                bound(s, min.map(Into::into), max.map(Into::into));
            }
            Rule::RangeF64 { min, max } => bound(s, min.map(Into::into), max.map(Into::into)),
            // A decimal is a string, whose bounds JSON Schema cannot say.
            Rule::Range { min, max } => {
                s.insert("x-range".into(), json!({"min": min, "max": max}));
            }
            Rule::Length { min, max } => {
                s.insert("x-length".into(), json!({"min": min, "max": max}));
            }
            Rule::Email => {
                s.insert("format".into(), "email".into());
            }
            Rule::Url => {
                s.insert("format".into(), "uri".into());
            }
            Rule::Pattern(pattern) => patterns.push((*pattern).to_owned()),
            Rule::Contains(part) => patterns.push(literal(part)),
            Rule::Prefix(part) => patterns.push(format!("^{}", literal(part))),
            Rule::Suffix(part) => patterns.push(format!("{}$", literal(part))),
            Rule::Ascii => patterns.push(r"^[\u0001-\u007f]*$".to_owned()),
            Rule::Alphanumeric => patterns.push(r"^[\p{L}\p{N}]*$".to_owned()),
            Rule::NotBlank => patterns.push(r"\S".to_owned()),
        }
    }
    if text && !patterns.is_empty() && field.facts.options.is_none() {
        patterns.push(NO_NUL.to_owned());
    }
    patterns
}

fn bound(s: &mut Map<String, Value>, min: Option<Value>, max: Option<Value>) {
    for (key, value) in [("minimum", min), ("maximum", max)] {
        if let Some(value) = value {
            s.insert(key.into(), value);
        }
    }
}

/// A text as a regular expression that matches nothing else.
fn literal(text: &str) -> String {
    text.chars().flat_map(|c| if r"\^$.|?*+()[]{}/".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
}

fn nullable(s: &mut Map<String, Value>) {
    match s.get("type").cloned() {
        Some(kind) => {
            s.insert("type".into(), json!([kind, "null"]));
        }
        None if s.contains_key("anyOf") => {
            if let Some(Value::Array(any)) = s.get_mut("anyOf") {
                any.push(json!({"type": "null"}));
            }
        }
        None => {}
    }
    if let Some(Value::Array(options)) = s.get_mut("enum") {
        options.push(Value::Null);
    }
}

/// The default of a field, in the JSON form of answers.
fn default(field: &FieldDescriptor) -> Option<Value> {
    let Some(DefaultValue::Value(make)) = field.default else { return None };
    let mut out = Vec::new();
    json::value(&mut out, field, &make().borrow()).ok()?;
    serde_json::from_slice(&out).ok()
}

fn example_value(field: &FieldDescriptor, text: &str) -> Value {
    match field.kind() {
        Kind::Bool | Kind::I16 | Kind::I32 | Kind::I64 | Kind::F64 | Kind::Json => {
            serde_json::from_str(text).unwrap_or_else(|_| text.into())
        }
        _ => text.into(),
    }
}

/// The schema of a key in a path.
pub(super) fn key(field: &FieldDescriptor) -> Value {
    schema(field, Place::Parameter)
}
