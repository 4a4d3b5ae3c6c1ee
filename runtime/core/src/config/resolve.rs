//! The layers, laid over each other, with every mistake in them.

use super::dotenv;
use super::spec::{SectionSpec, SettingKind, SettingSpec, SettingValue};
use super::{Config, Environment, Origin, Resolved};
use crate::suggest::nearest;
use std::fmt;
use toml::de::{DeTable, DeValue};

/// A file that was read: its name as people know it, and its text.
#[derive(Clone, Default)]
pub struct TextFile {
    /// `config.toml`
    pub name: String,
    /// what stands in it
    pub text: String,
}

impl TextFile {
    /// What the lines of a `.env` file set a variable to; the last one counts, as it does when the file is read whole.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        let lines = dotenv::parse(&self.text).into_iter().rev();
        lines.filter_map(|(_, line)| line.ok()).find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

/// Its name: the text holds secrets.
impl fmt::Debug for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What was found outside of the program, weakest first.
#[derive(Clone, Default)]
pub struct Layers {
    /// where the application runs
    pub env: Environment,
    /// `config.toml`, then `config.{env}.toml`
    pub toml: Vec<TextFile>,
    /// `.env`, then `.env.{env}`
    pub dotenv: Vec<TextFile>,
    /// the variables of the environment
    pub variables: Vec<(String, String)>,
}

/// Names only: files and variables hold secrets.
impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<&str> = self.variables.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Layers")
            .field("env", &self.env)
            .field("toml", &self.toml)
            .field("dotenv", &self.dotenv)
            .field("variables", &variables)
            .finish()
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// where
    pub origin: Origin,
    /// what
    pub message: String,
    /// what to do about it
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin != Origin::Default {
            write!(f, "{}: ", self.origin)?;
        }
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |h| write!(f, ": {h}"))
    }
}

/// Variables with our prefix that are no settings.
const RESERVED: [&str; 3] = ["FW_ENV", "FW_ROOT", "FW_EXPAND"];

pub(super) fn resolve(sections: &[&'static SectionSpec], layers: &Layers) -> (Config, Vec<Problem>) {
    let all = sections.iter().flat_map(|section| section.settings.iter().map(move |spec| (*section, spec)));
    let settings = all
        .map(|(section, spec)| {
            let value =
                spec.default.and_then(|text| spec.kind.parse(text)).and_then(|v| in_bounds(spec.kind, v));
            Resolved { section, spec, value, origin: Origin::Default }
        })
        .collect();
    let mut at = Resolver { sections, settings, problems: Vec::new() };
    at.defaults();
    for file in &layers.toml {
        at.toml(file);
    }
    for file in &layers.dotenv {
        for (line, variable) in dotenv::parse(&file.text) {
            let origin = Origin::File { name: file.name.clone(), line };
            match variable {
                Ok((name, value)) => at.variable(&name, &value, origin, true),
                Err(message) => at.problem(origin, message, None),
            }
        }
    }
    let mut variables = layers.variables.clone();
    variables.sort();
    for (name, value) in &variables {
        at.variable(name, value, Origin::Variable(name.clone()), false);
    }
    at.missing();
    (Config { env: layers.env, settings: at.settings }, at.problems)
}

struct Resolver<'a> {
    sections: &'a [&'static SectionSpec],
    settings: Vec<Resolved>,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    fn problem(&mut self, origin: Origin, message: String, hint: Option<String>) {
        self.problems.push(Problem { origin, message, hint });
    }

    /// A default that does not say what its type can: a mistake in the program, found at its first start.
    fn defaults(&mut self) {
        let wrong = self.settings.iter().filter(|s| s.spec.default.is_some() && s.value.is_none());
        let problems = wrong.map(|s| Problem {
            origin: Origin::Code,
            message: format!("the default of `{}` must be {}", s.key(), s.spec.kind.expected()),
            hint: None,
        });
        let problems: Vec<_> = problems.collect();
        self.problems.extend(problems);
    }

    fn toml(&mut self, file: &TextFile) {
        let at = |offset: usize| Origin::File { name: file.name.clone(), line: line_of(&file.text, offset) };
        let (root, errors) = DeTable::parse_recoverable(&file.text);
        for error in errors {
            let origin = at(error.span().map_or(0, |s| s.start));
            self.problem(origin, error.message().to_owned(), None);
        }
        for (name, section) in root.get_ref() {
            let origin = at(name.span().start);
            let Some(known) = self.sections.iter().find(|s| s.name == name.get_ref()) else {
                let hint = self.section_hint(name.get_ref());
                self.problem(origin, format!("there is no section `[{}]`", name.get_ref()), hint);
                continue;
            };
            let known = *known;
            let Some(table) = section.get_ref().as_table() else {
                self.problem(
                    origin,
                    format!("`{}` is a section, not a value", known.name),
                    Some(format!("write `[{}]` on a line of its own", known.name)),
                );
                continue;
            };
            for (key, value) in table {
                let origin = at(key.span().start);
                match self
                    .settings
                    .iter()
                    .position(|s| s.section.name == known.name && s.spec.name == key.get_ref())
                {
                    Some(index) => self.set(index, from_toml(value.get_ref()), origin),
                    None => {
                        let hint = nearest(key.get_ref(), known.settings.iter().map(|s| s.name));
                        let hint = hint.map(|name| format!("did you mean `{name}`?"));
                        let hint = hint
                            .unwrap_or_else(|| format!("`[{}]` has {}", known.name, names(known.settings)));
                        self.problem(
                            origin,
                            format!("there is no setting `{}.{}`", known.name, key.get_ref()),
                            Some(hint),
                        );
                    }
                }
            }
        }
    }

    fn section_hint(&self, name: &str) -> Option<String> {
        let names = self.sections.iter().map(|s| s.name);
        let near = nearest(name, names.clone()).map(|n| format!("did you mean `[{n}]`?"));
        Some(near.unwrap_or_else(|| format!("the sections are {}", names.collect::<Vec<_>>().join(", "))))
    }

    fn variable(&mut self, name: &str, text: &str, origin: Origin, ours: bool) {
        if RESERVED.contains(&name) {
            return;
        }
        let index = self
            .settings
            .iter()
            .position(|s| s.spec.env.contains(&name) || s.spec.variable(s.section.name) == name);
        if let Some(index) = index {
            // `PORT=` in a shell is the usual way to say "not set"
            if !text.trim().is_empty() {
                self.set(index, Given::Text(text.to_owned()), origin);
            }
            return;
        }
        // the environment belongs to everybody; only what has our prefix, or stands in our file, can be a mistake of ours
        let known: Vec<String> = self
            .settings
            .iter()
            .flat_map(|s| {
                [s.spec.variable(s.section.name)]
                    .into_iter()
                    .chain(s.spec.env.iter().map(|e| (*e).to_owned()))
            })
            .collect();
        let near = nearest(name, known.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
        if name.starts_with("FW_") {
            let hint = near.unwrap_or_else(|| "`config env-example` lists every variable".to_owned());
            self.problem(origin, format!("there is no setting `{name}`"), Some(hint));
        } else if ours && near.is_some() {
            self.problem(origin, format!("`{name}` sets nothing"), near);
        }
    }

    fn set(&mut self, index: usize, given: Given, origin: Origin) {
        let Some(setting) = self.settings.get_mut(index) else { return };
        let kind = setting.spec.kind;
        let value = match given {
            // quotes around a number or a truth would be guessed away silently
            Given::Quoted(text) => match kind {
                SettingKind::Bool | SettingKind::Integer { .. } | SettingKind::Float | SettingKind::List => {
                    None
                }
                _ => kind.parse(&text),
            },
            Given::Text(text) => kind.parse(&text).and_then(|v| in_bounds(kind, v)),
            Given::Bool(b) => (kind == SettingKind::Bool).then_some(SettingValue::Bool(b)),
            Given::Integer(i) => kind.integer(i),
            Given::Float(f) => (kind == SettingKind::Float).then_some(SettingValue::Float(f)),
            Given::List(list) => (kind == SettingKind::List).then_some(SettingValue::List(list)),
            Given::Other => None,
        };
        match value {
            Some(value) => {
                setting.value = Some(value);
                setting.origin = origin;
            }
            // never the value: it may be a secret in the wrong place
            None => {
                let message = format!("`{}` must be {}", setting.key(), kind.expected());
                self.problem(origin, message, None);
            }
        }
    }

    fn missing(&mut self) {
        let missing = self.settings.iter().filter(|s| s.spec.required && s.value.is_none()).map(|s| {
            // a wrong value has been reported already
            let key = s.key();
            let hint = format!(
                "write it under `[{}]` in config.toml, or set {}",
                s.section.name,
                s.spec.variable(s.section.name)
            );
            (
                format!("`{key}` must be "),
                Problem { origin: Origin::Default, message: format!("`{key}` is not set"), hint: Some(hint) },
            )
        });
        let new: Vec<Problem> = missing
            .filter(|(said, _)| !self.problems.iter().any(|p| p.message.starts_with(said.as_str())))
            .map(|(_, p)| p)
            .collect();
        self.problems.extend(new);
    }
}

fn in_bounds(kind: SettingKind, value: SettingValue) -> Option<SettingValue> {
    match value {
        SettingValue::Integer(i) => kind.integer(i),
        value => Some(value),
    }
}

fn names(settings: &[SettingSpec]) -> String {
    settings.iter().map(|s| s.name).collect::<Vec<_>>().join(", ")
}

/// A value as it was written.
enum Given {
    Text(String),
    Quoted(String),
    Bool(bool),
    Integer(i64),
    Float(f64),
    List(Vec<String>),
    Other,
}

fn from_toml(value: &DeValue<'_>) -> Given {
    match value {
        DeValue::String(s) => Given::Quoted(s.to_string()),
        DeValue::Boolean(b) => Given::Bool(*b),
        DeValue::Integer(i) => {
            i64::from_str_radix(i.as_str(), i.radix()).map_or(Given::Other, Given::Integer)
        }
        DeValue::Float(f) => {
            f.as_str().parse().ok().filter(|f: &f64| f.is_finite()).map_or(Given::Other, Given::Float)
        }
        DeValue::Array(a) => {
            let texts: Option<Vec<String>> =
                a.iter().map(|v| v.get_ref().as_str().map(str::to_owned)).collect();
            texts.map_or(Given::Other, Given::List)
        }
        DeValue::Datetime(_) | DeValue::Table(_) => Given::Other,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}
