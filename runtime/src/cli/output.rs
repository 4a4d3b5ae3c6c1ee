//! The terminal: tables, colour where it is wanted, and progress where somebody watches.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Whether colour is welcome: `NO_COLOR` says no, whatever its value.
pub(crate) fn colour_allowed() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

/// Text in bold, where the standard output is a terminal that may be coloured.
pub(crate) fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() && colour_allowed() {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Rows under headings, as wide as they need to be.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count());
        cells.chain(headings.get(i).map(|h| h.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for (cell, width) in cells.zip(&widths) {
            out.push_str(&format!("{cell:width$}  "));
        }
        out.trim_end().to_owned() + "\n"
    };
    let mut out = bold(&line(&mut headings.iter().copied()));
    for row in rows {
        out.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    out
}

/// Says how far long work is, on a terminal only, and only when it takes longer than a blink.
pub(crate) struct Progress {
    what: &'static str,
    total: Option<u64>,
    began: Instant,
    drawn: Option<Instant>,
    on: bool,
}

impl Progress {
    /// Work on so many things, where that is known.
    pub(crate) fn new(what: &'static str, total: Option<u64>, json: bool) -> Self {
        let on = !json && std::io::stderr().is_terminal();
        Self { what, total, began: Instant::now(), drawn: None, on }
    }

    /// So many are done.
    pub(crate) fn at(&mut self, done: u64) {
        let due = self.drawn.map_or(self.began.elapsed() > Duration::from_millis(300), |d| {
            d.elapsed() > Duration::from_millis(100)
        });
        if !self.on || !due {
            return;
        }
        self.drawn = Some(Instant::now());
        let line = match self.total.filter(|t| *t > 0) {
            Some(total) => {
                let filled = usize::try_from(done.min(total) * 24 / total).unwrap_or(24);
                format!("{} [{}{}] {done}/{total}", self.what, "#".repeat(filled), ".".repeat(24 - filled))
            }
            None => format!("{} {done}", self.what),
        };
        let _ = write!(std::io::stderr(), "\r{line}\x1b[K");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
