//! Diagnostics: every mistake is pushed here, on the token that has to change, and all are reported at once.
//!
//! House style: the headline is lower case, names the resource or field in backticks and says what is wrong in
//! the user's words; `help` is one fix with the code to type; `note` is a reason or the accepted values.

mod code;
mod suggest;

pub use code::Code;
pub use suggest::{accepted, help_nearest, nearest};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use std::cell::RefCell;

/// One mistake.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// the stable code, the key of its page in the book
    pub code: Code,
    /// what is wrong
    pub headline: String,
    /// `= help:` and `= note:` lines, in order
    pub lines: Vec<String>,
    start: Span,
    end: Span,
}

impl Diagnostic {
    /// A mistake in these tokens.
    pub fn new(code: Code, at: impl ToTokens, headline: impl Into<String>) -> Self {
        let mut tokens = at.into_token_stream().into_iter();
        let start = tokens.next().map_or_else(Span::call_site, |t| t.span());
        let end = tokens.last().map_or(start, |t| t.span());
        Self { code, headline: headline.into(), lines: Vec::new(), start, end }
    }

    /// A mistake at a place that is not a token, such as a pair of parentheses.
    pub fn at(code: Code, span: Span, headline: impl Into<String>) -> Self {
        Self { code, headline: headline.into(), lines: Vec::new(), start: span, end: span }
    }

    /// With one imperative fix.
    pub fn help(mut self, text: impl AsRef<str>) -> Self {
        self.lines.push(format!("= help: {}", text.as_ref()));
        self
    }

    /// With a fix, if there is one to offer.
    pub fn maybe_help(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// With a reason, or the accepted values.
    pub fn note(mut self, text: impl AsRef<str>) -> Self {
        self.lines.push(format!("= note: {}", text.as_ref()));
        self
    }

    /// The whole text, as the compiler prints it.
    pub fn text(&self) -> String {
        let mut text = self.headline.clone();
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        text
    }

    /// The text of the source at the place of the mistake, where the compiler keeps it.
    pub fn source(&self) -> Option<String> {
        match self.start.join(self.end) {
            Some(span) => span.source_text(),
            None => self.start.source_text(),
        }
    }

    fn compile_error(&self) -> TokenStream {
        // The code closes the headline: it is the page of the book that says more.
        let text =
            self.text().replacen(&self.headline, &format!("{} [{}]", self.headline, self.code.name()), 1);
        // As in syn: the first and the last token carry the two ends, so that stable rustc underlines all between.
        let end = quote_spanned!(self.end=> { #text });
        quote_spanned!(self.start=> ::core::compile_error! #end)
    }
}

/// Everything that was found wrong so far. It has to be finished: an error can't be lost.
#[derive(Default)]
pub struct Diagnostics {
    found: RefCell<Vec<Diagnostic>>,
    finished: bool,
}

impl Diagnostics {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more mistake.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// The mistakes, in the order of the source.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.finished = true;
        let mut found = self.found.take();
        found.sort_by_key(|d| (d.start.start().line, d.start.start().column));
        found
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        if !self.finished && !std::thread::panicking() {
            assert!(self.found.borrow().is_empty(), "diagnostics were dropped without being reported");
        }
    }
}

/// The mistakes as errors of the compiler.
pub fn compile_errors(found: &[Diagnostic]) -> TokenStream {
    found.iter().map(Diagnostic::compile_error).collect()
}
