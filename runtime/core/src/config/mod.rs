//! Configuration: defaults → `config.toml` → `config.{env}.toml` → `.env` → `.env.{env}` → the environment.
//!
//! Sections are typed structs whose settings are declared as data ([`SectionSpec`]). Whatever is not declared is an
//! error with a suggestion, every mistake is reported at once with its file and line, and each value knows where it
//! came from. This module reads no file: it is given the texts in [`Layers`].

mod dotenv;
mod render;
mod resolve;
mod secret;
mod section;
mod spec;

pub use resolve::{Layers, Problem, TextFile};
pub use secret::{REDACTED, Secret, mask_url};
pub use section::{ConfigSection, SectionEntry, sections};
pub use spec::{SectionSpec, Setting, SettingKind, SettingSpec, SettingValue};

use crate::cx::Cx;
use crate::error::{Error, ErrorKind, Result};
use std::fmt;
use std::sync::Arc;

/// Where the application runs: `FW_ENV`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// on a developer's machine: migrates by itself, logs for people
    #[default]
    Development,
    /// in tests
    Test,
    /// for users: changes its schema by command only, logs JSON lines
    Production,
}

impl Environment {
    /// The words that `FW_ENV` takes.
    pub const WORDS: [&'static str; 3] = ["development", "test", "production"];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// The environment of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Development, Self::Test, Self::Production].into_iter().find(|e| e.name() == word)
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// nobody said anything
    Default,
    /// a line of a file
    File {
        /// the file
        name: String,
        /// the line, from 1
        line: usize,
    },
    /// an environment variable
    Variable(String),
    /// the program itself
    Code,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Code => f.write_str("code"),
        }
    }
}

/// One setting with its value and where that came from.
#[derive(Clone)]
pub struct Resolved {
    /// the section
    pub section: &'static SectionSpec,
    /// the setting
    pub spec: &'static SettingSpec,
    /// the value, if there is any
    pub value: Option<SettingValue>,
    /// where it came from
    pub origin: Origin,
}

impl Resolved {
    /// The whole key: `database.max_connections`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.section.name, self.spec.name)
    }

    /// The value as it may be shown.
    #[must_use]
    pub fn shown(&self) -> serde_json::Value {
        self.value.as_ref().map_or(serde_json::Value::Null, |v| self.spec.shown(v))
    }
}

/// As it may be shown: a secret is `***`.
impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} ({})", self.key(), self.shown(), self.origin)
    }
}

/// The configuration of an application, checked.
#[derive(Clone)]
pub struct Config {
    env: Environment,
    settings: Vec<Resolved>,
}

impl Config {
    /// The configuration that these layers give for these sections, or every mistake in them.
    ///
    /// # Errors
    /// `config.invalid`, with one line per mistake.
    pub fn resolve(sections: &[&'static SectionSpec], layers: &Layers) -> Result<Self> {
        Self::resolve_with(sections, layers, &[], &|_| Vec::new())
    }

    /// The same, with settings that the program makes over every layer, and with rules about what the values mean,
    /// whose mistakes are reported together with all others.
    ///
    /// # Errors
    /// `config.invalid`, with one line per mistake.
    pub fn resolve_with(
        sections: &[&'static SectionSpec],
        layers: &Layers,
        set: &[(String, String)],
        rules: &dyn Fn(&Self) -> Vec<Problem>,
    ) -> Result<Self> {
        let (mut config, mut problems) = resolve::resolve(sections, layers);
        for (key, text) in set {
            let made = config.put(key, text);
            problems.extend(made.err().map(|message| Problem { origin: Origin::Code, message, hint: None }));
        }
        problems.extend(rules(&config));
        Self::refuse(&problems).map(|()| config)
    }

    /// One error of these mistakes, when there are any.
    ///
    /// # Errors
    /// `config.invalid`, with one line per mistake.
    pub fn refuse(problems: &[Problem]) -> Result<()> {
        let what = match problems.len() {
            0 => return Ok(()),
            1 => "1 mistake".to_owned(),
            n => format!("{n} mistakes"),
        };
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let message = format!("the configuration has {what}:\n  {}", lines.join("\n  "));
        Err(Error::new(ErrorKind::Internal, "config.invalid", message)
            .hint("`config show` lists every setting with its origin, `config env-example` every variable"))
    }

    /// A mistake in a setting, at the place where that was made.
    #[must_use]
    pub fn problem(&self, key: &str, message: impl Into<String>, hint: Option<&str>) -> Problem {
        let found = self.settings.iter().find(|s| s.key() == key);
        let origin = found.map_or(Origin::Default, |s| s.origin.clone());
        Problem { origin, message: message.into(), hint: hint.map(str::to_owned) }
    }

    /// Only the defaults of these sections, whatever is required and missing left out: for tests.
    #[must_use]
    pub fn defaults(sections: &[&'static SectionSpec], env: Environment) -> Self {
        resolve::resolve(sections, &Layers { env, ..Layers::default() }).0
    }

    /// Where the application runs.
    #[must_use]
    pub fn env(&self) -> Environment {
        self.env
    }

    /// Every setting, in the order of the sections.
    #[must_use]
    pub fn settings(&self) -> &[Resolved] {
        &self.settings
    }

    /// A whole section, typed.
    ///
    /// # Errors
    /// When the section is not one of those that this configuration was made for.
    pub fn section<C: ConfigSection>(&self) -> Result<C> {
        C::read(self)
    }

    /// The setting of a section, for what [`ConfigSection`] emits.
    ///
    /// # Errors
    /// When there is no value, which [`Config::resolve`] has reported before.
    pub fn get<T: Setting>(&self, section: &str, name: &str) -> Result<T> {
        let found = self.settings.iter().find(|s| s.section.name == section && s.spec.name == name);
        T::take(found.and_then(|s| s.value.as_ref())).ok_or_else(|| {
            Error::new(ErrorKind::Internal, "config.missing", format!("`{section}.{name}` is not set"))
        })
    }

    /// Sets a value from the program, over every other layer: what tests and `App` do.
    ///
    /// # Errors
    /// When there is no such setting, or the text does not say what it should.
    pub fn set(&mut self, key: &str, text: &str) -> Result<()> {
        self.put(key, text).map_err(|why| Error::new(ErrorKind::Internal, "config.invalid", why))
    }

    fn put(&mut self, key: &str, text: &str) -> Result<(), String> {
        let found = self.settings.iter_mut().find(|s| s.key() == key);
        let setting = found.ok_or_else(|| format!("there is no setting `{key}`"))?;
        let value = setting.spec.kind.parse(text);
        setting.value =
            Some(value.ok_or_else(|| format!("`{key}` must be {}", setting.spec.kind.expected()))?);
        setting.origin = Origin::Code;
        Ok(())
    }
}

/// Secrets stay hidden here too.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.settings.iter().map(|s| (s.key(), s.shown()))).finish()
    }
}

impl Cx {
    /// A section of the application's configuration.
    ///
    /// # Errors
    /// When the application was started without that section.
    pub fn config<C: ConfigSection>(&self) -> Result<C> {
        let config: Option<Arc<Config>> = self.state().get();
        config
            .ok_or_else(|| Error::internal("this context belongs to no application with a configuration"))?
            .section()
    }
}
