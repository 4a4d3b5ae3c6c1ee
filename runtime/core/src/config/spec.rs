//! Settings declared as data: one table per section gives reading, checking, the JSON Schema, `.env.example` and
//! the reference page.

use super::secret::{REDACTED, Secret, mask_url};
use std::path::PathBuf;
use std::time::Duration;

/// What a setting's text may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// any text
    Text,
    /// a URL; its password is never shown
    Url,
    /// `true` or `false`
    Bool,
    /// a whole number within bounds
    Integer {
        /// at least
        min: i64,
        /// at most
        max: i64,
    },
    /// a number
    Float,
    /// a span of time: `"250ms"`, `"30s"`, `"5m"`, `"24h"`, `"7d"`
    Duration,
    /// a number of bytes: `65536`, `"64KiB"`, `"1MiB"`
    Bytes,
    /// several texts: an array in TOML, separated by commas in the environment
    List,
    /// one of these words
    Choice(&'static [&'static str]),
}

/// The value of a setting.
#[derive(Clone, PartialEq)]
pub enum SettingValue {
    /// text, a URL or a choice
    Text(String),
    /// true or false
    Bool(bool),
    /// a whole number, or bytes
    Integer(i64),
    /// a number
    Float(f64),
    /// a span of time
    Duration(Duration),
    /// several texts
    List(Vec<String>),
}

/// One setting.
#[derive(Debug)]
pub struct SettingSpec {
    /// the name inside its section: `max_connections`
    pub name: &'static str,
    /// what it may say
    pub kind: SettingKind,
    /// what it says when nobody says anything, as text; `None` is nothing
    pub default: Option<&'static str>,
    /// whether starting without it is refused
    pub required: bool,
    /// whether its value is never shown
    pub secret: bool,
    /// plain environment variables that set it too: `DATABASE_URL`
    pub env: &'static [&'static str],
    /// what it does
    pub doc: &'static str,
}

/// One section: a table of `config.toml`.
#[derive(Debug)]
pub struct SectionSpec {
    /// the name: `database`
    pub name: &'static str,
    /// what it is about
    pub doc: &'static str,
    /// its settings
    pub settings: &'static [SettingSpec],
}

impl SettingSpec {
    /// The setting that a field of type `T` is.
    #[must_use]
    pub const fn of<T: Setting>(
        name: &'static str,
        default: Option<&'static str>,
        env: &'static [&'static str],
        doc: &'static str,
    ) -> Self {
        Self { name, kind: T::KIND, default, required: T::REQUIRED, secret: T::SECRET, env, doc }
    }

    /// The environment variable that sets it: `FW_DATABASE_MAX_CONNECTIONS`.
    #[must_use]
    pub fn variable(&self, section: &str) -> String {
        format!("FW_{}_{}", section.to_uppercase(), self.name.to_uppercase())
    }

    /// Its value as it may be shown.
    #[must_use]
    pub fn shown(&self, value: &SettingValue) -> serde_json::Value {
        match (self.secret, self.kind, value) {
            (_, SettingKind::Url, SettingValue::Text(url)) => mask_url(url).into(),
            (true, ..) => REDACTED.into(),
            (_, _, value) => value.json(),
        }
    }
}

/// Its kind alone: a value does not know whether it is a secret. [`SettingSpec::shown`] does.
impl std::fmt::Debug for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Text(_) => "Text",
            Self::Bool(_) => "Bool",
            Self::Integer(_) => "Integer",
            Self::Float(_) => "Float",
            Self::Duration(_) => "Duration",
            Self::List(_) => "List",
        };
        write!(f, "{kind}({REDACTED})")
    }
}

impl SettingValue {
    pub(super) fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(t) => t.as_str().into(),
            Self::Bool(b) => (*b).into(),
            Self::Integer(i) => (*i).into(),
            Self::Float(f) => (*f).into(),
            Self::Duration(d) => duration_text(*d).into(),
            Self::List(l) => l.as_slice().into(),
        }
    }
}

impl SettingKind {
    /// What is expected, for messages.
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Url => "a URL such as \"postgres://user@host/name\"".into(),
            Self::Bool => "true or false".into(),
            Self::Integer { min, max: i64::MAX } => format!("a whole number from {min}"),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Float => "a number".into(),
            Self::Duration => "a span of time such as \"250ms\", \"30s\", \"5m\", \"24h\" or \"7d\"".into(),
            Self::Bytes => "a number of bytes such as 65536, \"64KiB\" or \"1MiB\"".into(),
            Self::List => "a list of texts".into(),
            Self::Choice(words) => {
                format!("one of {}", words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The value of a text, as the environment and defaults have it.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<SettingValue> {
        let text = text.trim();
        Some(match self {
            Self::Text => SettingValue::Text(text.to_owned()),
            Self::Url => SettingValue::Text((!text.is_empty()).then(|| text.to_owned())?),
            Self::Bool => SettingValue::Bool(match text.to_lowercase().as_str() {
                "true" | "1" | "on" | "yes" => true,
                "false" | "0" | "off" | "no" => false,
                _ => return None,
            }),
            Self::Integer { .. } => return self.integer(text.parse().ok()?),
            Self::Float => SettingValue::Float(text.parse().ok().filter(|f: &f64| f.is_finite())?),
            Self::Duration => SettingValue::Duration(parse_duration(text)?),
            Self::Bytes => SettingValue::Integer(parse_bytes(text)?),
            Self::List => SettingValue::List(
                text.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect(),
            ),
            Self::Choice(words) => SettingValue::Text((*words.iter().find(|w| **w == text)?).to_owned()),
        })
    }

    /// The value of a whole number, as TOML has it.
    pub(super) fn integer(self, number: i64) -> Option<SettingValue> {
        match self {
            Self::Integer { min, max } => {
                (min..=max).contains(&number).then_some(SettingValue::Integer(number))
            }
            Self::Bytes => (number >= 0).then_some(SettingValue::Integer(number)),
            #[expect(clippy::cast_precision_loss, reason = "a setting of 2^53 and more is not a fraction")]
            Self::Float => Some(SettingValue::Float(number as f64)),
            _ => None,
        }
    }
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (n, unit) = split_unit(text)?;
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(n)),
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    n.checked_mul(seconds).map(Duration::from_secs)
}

fn duration_text(d: Duration) -> String {
    let (ms, s) = (d.as_millis(), d.as_secs());
    match s {
        _ if ms % 1000 != 0 || ms == 0 => format!("{ms}ms"),
        _ if s % 86_400 == 0 => format!("{}d", s / 86_400),
        _ if s % 3600 == 0 => format!("{}h", s / 3600),
        _ if s % 60 == 0 => format!("{}m", s / 60),
        _ => format!("{s}s"),
    }
}

fn parse_bytes(text: &str) -> Option<i64> {
    let (n, unit) = split_unit(text)?;
    let factor = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    i64::try_from(n.checked_mul(factor)?).ok()
}

/// A Rust type that a setting can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a setting",
    label = "not a type of settings",
    note = "settings are `String`, `bool`, integers, `f64`, `Duration`, `PathBuf`, `Vec<String>`, `Secret` of these, and `Option` of these"
)]
pub trait Setting: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// What its text may say.
    const KIND: SettingKind;
    /// Whether it is never shown.
    const SECRET: bool = false;
    /// Whether starting without it is refused.
    const REQUIRED: bool = true;

    /// The Rust value; `None` when there is none, or it does not fit.
    fn take(value: Option<&SettingValue>) -> Option<Self>;

    /// The value of a setting of a configuration.
    ///
    /// # Errors
    /// When there is none.
    fn read(config: &super::Config, section: &str, name: &str) -> crate::Result<Self> {
        config.get(section, name)
    }
    /// A copy, for the section's `Clone`.
    #[must_use]
    fn duplicate(&self) -> Self {
        self.clone()
    }
    /// Itself, for the section's `Debug`.
    fn shown(&self) -> &dyn std::fmt::Debug {
        self
    }
}

macro_rules! setting {
    ($($ty:ty, $kind:expr, $pattern:pat => $value:expr;)*) => {$(
        impl Setting for $ty {
            const KIND: SettingKind = $kind;
            fn take(value: Option<&SettingValue>) -> Option<Self> {
                match value? { $pattern => $value, _ => None }
            }
        }
    )*};
}
setting! {
    String, SettingKind::Text, SettingValue::Text(t) => Some(t.clone());
    PathBuf, SettingKind::Text, SettingValue::Text(t) => Some(PathBuf::from(t));
    bool, SettingKind::Bool, SettingValue::Bool(b) => Some(*b);
    f64, SettingKind::Float, SettingValue::Float(f) => Some(*f);
    Duration, SettingKind::Duration, SettingValue::Duration(d) => Some(*d);
    Vec<String>, SettingKind::List, SettingValue::List(l) => Some(l.clone());
    u8, SettingKind::Integer { min: 0, max: u8::MAX as i64 }, SettingValue::Integer(i) => Self::try_from(*i).ok();
    u16, SettingKind::Integer { min: 0, max: u16::MAX as i64 }, SettingValue::Integer(i) => Self::try_from(*i).ok();
    u32, SettingKind::Integer { min: 0, max: u32::MAX as i64 }, SettingValue::Integer(i) => Self::try_from(*i).ok();
    u64, SettingKind::Integer { min: 0, max: i64::MAX }, SettingValue::Integer(i) => Self::try_from(*i).ok();
    usize, SettingKind::Integer { min: 0, max: i64::MAX }, SettingValue::Integer(i) => Self::try_from(*i).ok();
    i32, SettingKind::Integer { min: i32::MIN as i64, max: i32::MAX as i64 }, SettingValue::Integer(i) => Self::try_from(*i).ok();
    i64, SettingKind::Integer { min: i64::MIN, max: i64::MAX }, SettingValue::Integer(i) => Some(*i);
}

impl<T: Setting> Setting for Option<T> {
    const KIND: SettingKind = T::KIND;
    const SECRET: bool = T::SECRET;
    const REQUIRED: bool = false;
    fn take(value: Option<&SettingValue>) -> Option<Self> {
        Some(T::take(value))
    }
}
impl<T: Setting> Setting for Secret<T> {
    const KIND: SettingKind = T::KIND;
    const SECRET: bool = true;
    const REQUIRED: bool = T::REQUIRED;
    fn take(value: Option<&SettingValue>) -> Option<Self> {
        T::take(value).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_written_back() {
        for text in ["250ms", "30s", "5m", "24h", "7d", "1500ms", "90s"] {
            let read = SettingKind::Duration.parse(text);
            let written = read.map(|v| v.json());
            let same = if text == "24h" { "1d" } else { text };
            assert_eq!(written, Some(same.into()), "{text}");
        }
        assert_eq!(SettingKind::Bytes.parse("64KiB"), Some(SettingValue::Integer(65_536)));
        for wrong in ["30", "s", "-1s", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(SettingKind::Duration.parse(wrong), None, "{wrong}");
        }
    }
}
