//! Commands as data: one table gives parsing, help, "did you mean" and the reference page.

use super::report::Report;
use crate::session::Session;
use framewright_core::Result;
use std::pin::Pin;

/// What a command does.
pub(crate) type Run = for<'a> fn(&'a mut Session, &'a Invocation) -> Doing<'a>;

/// A command at work.
pub(crate) type Doing<'a> = Pin<Box<dyn Future<Output = Result<Report>> + 'a>>;

/// One command.
pub(crate) struct Command {
    /// the words that call it: `migrate up`
    pub(crate) name: &'static str,
    /// what it does, in one line
    pub(crate) about: &'static str,
    /// what it takes, by position
    pub(crate) args: &'static [Arg],
    /// what it takes, by name
    pub(crate) flags: &'static [Flag],
    /// does it
    pub(crate) run: Run,
}

/// A positional argument.
pub(crate) struct Arg {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    /// takes everything that is left
    pub(crate) rest: bool,
}

impl Arg {
    pub(crate) const fn required(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: true, rest: false }
    }
    pub(crate) const fn optional(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: false, rest: false }
    }
    pub(crate) const fn rest(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: false, rest: true }
    }
}

/// A named option.
pub(crate) struct Flag {
    /// without its dashes
    pub(crate) name: &'static str,
    /// what its value is called; `None` is a switch
    pub(crate) value: Option<&'static str>,
    pub(crate) about: &'static str,
}

impl Flag {
    pub(crate) const fn switch(name: &'static str, about: &'static str) -> Self {
        Self { name, value: None, about }
    }
    pub(crate) const fn value(name: &'static str, value: &'static str, about: &'static str) -> Self {
        Self { name, value: Some(value), about }
    }
}

/// What every command takes.
pub(crate) const COMMON: &[Flag] = &[
    Flag::switch("json", "answer with JSON of a documented shape, errors too"),
    Flag::switch("help", "say what the command takes"),
];

/// A command as it was called.
pub(crate) struct Invocation {
    pub(crate) command: &'static Command,
    pub(crate) args: Vec<String>,
    pub(crate) flags: Vec<(&'static str, String)>,
}

impl Invocation {
    /// Whether a switch was given.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|(name, _)| *name == flag)
    }
    /// The value of an option, the last one given.
    pub(crate) fn value(&self, flag: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(name, _)| *name == flag).map(|(_, value)| value.as_str())
    }
    /// Every value of an option.
    pub(crate) fn values<'a>(&'a self, flag: &'a str) -> impl Iterator<Item = &'a str> {
        self.flags.iter().filter(move |(name, _)| *name == flag).map(|(_, value)| value.as_str())
    }
    /// A positional argument.
    pub(crate) fn arg(&self, index: usize) -> Option<&str> {
        self.args.get(index).map(String::as_str)
    }
}
