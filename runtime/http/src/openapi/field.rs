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
        let doc = documentation(field, body);
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

fn documentation(field: &FieldDescriptor, body: bool) -> String {
    let mut doc = field.doc.trim().to_owned();
    let mut more = |sentence: String| {
        if !doc.is_empty() {
            doc.push(' ');
        }
        doc.push_str(&sentence);
    };
    if let Some(currency) = field.facts.currency {
        more(format!("In minor units of {currency}."));
    }
    if let Some(message) = field.message.filter(|_| body) {
        more(format!("A value that breaks a rule is answered with: {message}"));
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
            "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
        }),
        Kind::Uuid => json!({"type": "string", "format": "uuid"}),
        Kind::Decimal => {
            let (precision, scale) = field.decimal;
            let whole = precision.saturating_sub(scale).max(1);
            let pattern = decimal(field, place, whole, scale);
            let text = json!({"type": "string", "format": "decimal", "pattern": pattern});
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
        Kind::Json if place == Place::Answer => json!({}),
        Kind::Json => json_kind(field),
    })
}

/// What is known of a `Json<T>`: which JSON types its form takes, found out by asking it.
fn json_kind(field: &FieldDescriptor) -> Value {
    let default = default(field).map(|v| v.to_string());
    let takes = |text: &str| field.facts.shape.is_none_or(|shape| shape(text).is_ok());
    let samples: [(&str, &[&str]); 5] = [
        ("object", &["{}"]),
        ("array", &["[]"]),
        ("string", &["\"\"", "\"a\""]),
        ("number", &["0", "1", "0.5"]),
        ("boolean", &["true", "false"]),
    ];
    let first = default.as_deref().map(|d| d.as_bytes().first().copied());
    let mut types: Vec<&str> = Vec::new();
    for (name, texts) in samples {
        let by_default = matches!(
            (name, first.flatten()),
            ("object", Some(b'{')) | ("array", Some(b'[')) | ("string", Some(b'"'))
        );
        if by_default || texts.iter().any(|t| takes(t)) {
            types.push(name);
        }
    }
    let mut s = json!({});
    if !types.is_empty() {
        s["type"] = json!(types);
        // Which members it takes, Rust alone knows. Said aloud, because generators of clients take silence for "none".
        if types.contains(&"object") {
            s["additionalProperties"] = json!(true);
        }
    }
    if let Some(default) = default.and_then(|d| serde_json::from_str::<Value>(&d).ok()) {
        s["examples"] = json!([default]);
    }
    s
}

/// The texts of a decimal; its bounds have to be said as a pattern, because it is a string.
fn decimal(field: &FieldDescriptor, place: Place, whole: u8, scale: u8) -> String {
    let fraction = if scale == 0 { String::new() } else { format!(r"(\.[0-9]{{1,{scale}}})?") };
    let any = format!("[0-9]{{1,{whole}}}{fraction}");
    let range = field.rules.iter().find_map(|r| match r {
        Rule::Range { min, max } if place == Place::Body => Some((min.unwrap_or(i64::MIN), *max)),
        // A pattern counts whole numbers only: the digits after the point are told by `x-range`.
        Rule::RangeDecimal { min: Some(min), .. } if place == Place::Body => {
            Some((if min.is_sign_negative() { i64::MIN } else { 0 }, None))
        }
        _ => None,
    });
    match range {
        None => format!("^-?{any}$"),
        Some((min, max)) => {
            let sign = if min < 0 { "-?" } else { "" };
            let most = max.and_then(|m| u64::try_from(m).ok()).filter(|_| min >= 0);
            let zeros = if scale == 0 { String::new() } else { format!(r"(\.0{{1,{scale}}})?") };
            let body = match most {
                Some(0) => format!("0{zeros}"),
                Some(most) => format!("({}){fraction}|{most}{zeros}", up_to(most - 1)),
                None => any,
            };
            format!("^{sign}({body})$")
        }
    }
}

/// A pattern of the integers from 0 to a largest one.
fn up_to(most: u64) -> String {
    let digits = most.to_string();
    let length = digits.len();
    let mut any = Vec::new();
    if length > 1 {
        any.push(format!("[0-9]{{1,{}}}", length - 1));
    }
    for (place, digit) in digits.char_indices().filter(|(_, d)| *d != '0') {
        let before = digits.get(..place).unwrap_or("");
        let less = char::from_digit(digit.to_digit(10).unwrap_or(1) - 1, 10).unwrap_or('0');
        let rest = length - place - 1;
        let tail = if rest == 0 { String::new() } else { format!("[0-9]{{{rest}}}") };
        any.push(format!("{before}[0-{less}]{tail}"));
    }
    any.push(digits);
    any.join("|")
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
            Rule::RangeDecimal { min, max } => {
                s.insert(
                    "x-range".into(),
                    json!({"min": min.map(|m| m.to_string()), "max": max.map(|m| m.to_string())}),
                );
            }
            Rule::RangeF64 { min, max } => bound(s, min.map(Into::into), max.map(Into::into)),
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
        Some(Value::Array(mut kinds)) => {
            kinds.push("null".into());
            s.insert("type".into(), kinds.into());
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bounds_as_patterns() {
        for most in [0, 1, 9, 10, 99, 100, 305, 1000, 90_817] {
            let pattern = regex(&format!("^({})$", up_to(most)));
            for n in (0..most + 200).step_by(usize::try_from(most / 500 + 1).unwrap()).chain([most, most + 1])
            {
                assert_eq!(pattern.is_match(&n.to_string()), n <= most, "{n} up to {most}");
            }
        }
    }

    #[test]
    fn a_message_and_fractional_bounds_are_told() {
        use framewright_core::Decimal;
        const RULES: &[Rule] = &[Rule::RangeDecimal { min: Some(Decimal::ONE_HUNDRED), max: None }];
        const PRICE: FieldDescriptor = FieldDescriptor::of::<Decimal>("price", "\"price\":")
            .doc("What it costs.")
            .rules(RULES)
            .message("at least a hundred");
        let body = schema(&PRICE, Place::Body);
        assert_eq!(
            body["description"],
            "What it costs. A value that breaks a rule is answered with: at least a hundred"
        );
        assert_eq!(body["x-range"]["min"], "100");
        assert!(!body["pattern"].as_str().unwrap().contains("-?"), "{body}");
        // An answer has been through the rules.
        assert_eq!(schema(&PRICE, Place::Answer)["description"], "What it costs.");
    }

    fn regex(pattern: &str) -> regex::Regex {
        regex::Regex::new(pattern).unwrap()
    }
}
