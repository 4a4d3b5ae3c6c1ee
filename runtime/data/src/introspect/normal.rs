//! SQL expressions in one spelling, whatever the database made of them.

use crate::dialect::Dialect;

/// The normal form of a default or of a check's condition: words in small letters, no parentheses, no casts, literals
/// without their quotes, numbers in one spelling.
///
/// ```
/// use framewright_data::{Dialect, introspect::normal};
/// let ours = normal(Dialect::Postgres, r#""status" IN ('Draft', 'Live') AND "n" >= -5"#);
/// let theirs = "(((status)::text = ANY ((ARRAY['Draft'::character varying, 'Live'::character varying])::text[])) AND (n >= '-5'::integer))";
/// assert_eq!(ours, normal(Dialect::Postgres, theirs));
/// ```
#[must_use]
pub fn normal(dialect: Dialect, sql: &str) -> String {
    let tokens = tokens(dialect, sql);
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Mark(m) if m == "(" || m == ")" => {}
            Token::Mark(m) if m == "::" => at += cast(tokens.get(at..).unwrap_or_default()),
            Token::Mark(m) if m == "[" || m == "]" => {}
            Token::Word(w) if w == "any" && out.last().is_some_and(|l| l == "=") => {
                out.pop();
                out.push("in".to_owned());
            }
            Token::Word(w) if w == "array" => {}
            Token::Word(w) if w.starts_with("_utf8") => {}
            Token::Mark(m) | Token::Word(m) => out.push(m.clone()),
            Token::Value(v) => match number(v) {
                Some(n) if out.last().is_some_and(|l| l == "-") && unary(&out) => {
                    out.pop();
                    out.push(format!("-{n}"));
                }
                Some(n) => out.push(n),
                None => out.push(json(v).unwrap_or_else(|| v.clone())),
            },
        }
    }
    // One value is the same as equality, and some databases say it so.
    for at in 0..out.len() {
        let alone = out.get(at).is_some_and(|t| t == "in") && out.get(at + 2).is_none_or(|t| t != ",");
        if let Some(token) = out.get_mut(at).filter(|_| alone) {
            "=".clone_into(token);
        }
    }
    out.join(" ")
}

/// PostgreSQL keeps a default of JSON in an order and with blanks of its own.
fn json(value: &str) -> Option<String> {
    let json = serde_json::from_str(value).ok().filter(|_| value.starts_with(['{', '[']));
    json.map(|json| crate::ddl::compact(&json))
}

/// The normal form of a type: `varchar(255)` and `character varying(255)`, `int(11)` and `INT`.
pub(super) fn sql_type(sql: &str) -> String {
    let mut ty = sql.to_ascii_lowercase();
    for (long, short) in [
        ("character varying", "varchar"),
        ("timestamp with time zone", "timestamptz"),
        ("time without time zone", "time"),
        (" collate \"c\"", " collate c"),
    ] {
        ty = ty.replace(long, short);
    }
    if let Some((name, _)) = ty.split_once('(').filter(|(n, _)| matches!(*n, "smallint" | "int" | "bigint")) {
        return name.to_owned();
    }
    ty
}

#[derive(Debug)]
enum Token {
    Word(String),
    Value(String),
    Mark(String),
}

/// How many tokens a cast's type has.
fn cast(tokens: &[Token]) -> usize {
    let mut count = 0;
    for token in tokens {
        match token {
            Token::Word(w)
                if count == 0
                    || matches!(&**w, "varying" | "precision" | "with" | "without" | "time" | "zone") => {}
            Token::Mark(m) if m == "[" || m == "]" => {}
            _ => break,
        }
        count += 1;
    }
    // `varchar(20)` and the like: a parenthesis, a number, a parenthesis.
    if let [Token::Mark(a), Token::Value(_), Token::Mark(b), ..] = tokens.get(count..).unwrap_or_default()
        && a == "("
        && b == ")"
    {
        count += 3;
    }
    count
}

/// Whether the `-` at the end is a sign.
fn unary(out: &[String]) -> bool {
    let before = out.len().checked_sub(2).and_then(|at| out.get(at));
    before.is_none_or(|t| matches!(&**t, "=" | "<" | ">" | "<=" | ">=" | "," | "in" | "and"))
}

/// A number in one spelling.
fn number(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    if digits.contains(['e', 'E']) {
        return text.parse::<f64>().ok().map(|n| format!("{n:?}"));
    }
    if digits.contains(['+', '-']) || digits.matches('.').count() > 1 {
        return None; // a date
    }
    let plain = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Some(plain.to_owned())
}

fn tokens(dialect: Dialect, sql: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '\'' | '"' | '`' => {
                let mut text = String::new();
                // PostgreSQL shows text with a backslash in it as `E'…'`.
                let escape = |t: &mut Token| c == '\'' && matches!(t, Token::Word(w) if w == "e");
                let escaped = dialect == Dialect::Mysql
                    || (dialect == Dialect::Postgres && out.pop_if(escape).is_some());
                while let Some(d) = chars.next() {
                    if d == '\\' && escaped && c == '\'' {
                        text.extend(chars.next());
                    } else if d != c {
                        text.push(d);
                    } else if chars.peek() == Some(&c) {
                        text.extend(chars.next());
                    } else {
                        break;
                    }
                }
                out.push(if c == '\'' { Token::Value(text) } else { Token::Word(text.to_ascii_lowercase()) });
            }
            c if c.is_ascii_digit() => {
                let mut text = String::from(c);
                while let Some(d) = chars.next_if(|d| d.is_ascii_alphanumeric() || *d == '.') {
                    text.push(d);
                    if matches!(d, 'e' | 'E') {
                        text.extend(chars.next_if(|d| matches!(d, '+' | '-')));
                    }
                }
                out.push(Token::Value(text));
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut text = String::from(c);
                while let Some(d) = chars.next_if(|d| d.is_alphanumeric() || *d == '_' || *d == '$') {
                    text.push(d);
                }
                out.push(Token::Word(text.to_lowercase()));
            }
            c => {
                let mut mark = String::from(c);
                let second = match c {
                    ':' => chars.next_if_eq(&':'),
                    '<' => chars.next_if(|d| matches!(d, '=' | '>')),
                    '>' => chars.next_if_eq(&'='),
                    _ => None,
                };
                mark.extend(second);
                out.push(Token::Mark(mark));
            }
        }
    }
    out
}
