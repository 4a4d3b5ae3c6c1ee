//! The quality bars of the benches: as a table for people and as one JSON object for machines.

use std::fmt::Write as _;

/// One bar: what was measured, and what it has to be.
pub struct Bar {
    /// what it is about: `postgres.get`
    pub name: String,
    /// the figure
    pub value: f64,
    /// its unit
    pub unit: &'static str,
    /// the limit
    pub bar: f64,
    /// whether more is better
    pub at_least: bool,
    /// figures beside it, for people
    pub note: String,
}

impl Bar {
    /// Whether the figure is good enough.
    #[must_use]
    pub fn met(&self) -> bool {
        if self.at_least { self.value >= self.bar } else { self.value <= self.bar }
    }
}

/// Prints the bars; whether all are met.
pub fn print(bars: &[Bar], json: bool) -> bool {
    if json {
        let mut out = format!("{{\"machine\":{},\"bars\":[", quote(&machine()));
        for (n, bar) in bars.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            let (name, unit) = (quote(&bar.name), quote(bar.unit));
            let _ = write!(
                out,
                "{comma}{{\"name\":{name},\"value\":{:.3},\"unit\":{unit},\"bar\":{},\"met\":{},\"note\":{}}}",
                bar.value,
                bar.bar,
                bar.met(),
                quote(&bar.note)
            );
        }
        println!("{out}]}}");
    } else {
        println!("{}\n", machine());
        for bar in bars {
            let sign = if bar.at_least { "≥" } else { "≤" };
            let met = if bar.met() { "met" } else { "MISSED" };
            println!(
                "{:16} {:>9.2} {:10} {sign} {:<7} {met:7} {}",
                bar.name, bar.value, bar.unit, bar.bar, bar.note
            );
        }
    }
    bars.iter().all(Bar::met)
}

/// A JSON string; names and notes are ours, so that nothing but quotes and backslashes needs care.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .unwrap_or("")
        .trim_start_matches(['\t', ' ', ':']);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory =
        memory.lines().next().and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0);
    format!("{cores} cores {model}, {} GiB, {}", memory / 1024 / 1024, std::env::consts::OS)
}
