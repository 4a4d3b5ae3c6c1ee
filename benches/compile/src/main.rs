//! What one more resource costs the compiler: a generated application of 1, 20 and 60 resources with eight fields each,
//! all databases on, macro time included. Then the cold build of the quickstart, and how many crates that takes.
//!
//! Costs per resource are slopes in CPU seconds, so that they mean the same on a busy machine; edits are wall time. Machines
//! differ, so the same fields in three hand-written structs with derives are measured in the same run: they took 33 ms per
//! check and 56 ms per build where the bars in milliseconds come from.

mod project;

use framewright_bench_report::{Bar, print};
use project::{Content, Project};
use std::collections::BTreeSet;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// Anything that goes wrong.
pub(crate) type Fail = Box<dyn std::error::Error>;

/// Resources in the three applications.
const SIZES: [usize; 3] = [1, 20, 60];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|a| a == flag);
    if let Some(other) = args.iter().find(|a| !["--json", "--no-cold"].contains(&a.as_str())) {
        eprintln!("bench: there is no option `{other}`; there are `--json` and `--no-cold`");
        return ExitCode::from(2);
    }
    match measure(!has("--no-cold")) {
        Ok(bars) if print(&bars, has("--json")) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::from(2)
        }
    }
}

fn measure(cold: bool) -> Result<Vec<Bar>, Fail> {
    let (project, yardstick) = (Project::new(Content::Resources)?, Project::new(Content::Derives)?);
    let mut bars = Vec::new();
    for (verb, slope, edit, share) in [("check", 20.0, 0.8, 0.61), ("build", 45.0, 1.8, 0.8)] {
        let by_hand = costs(&yardstick, verb, "by hand")?;
        let costs = costs(&project, verb, "resources")?;
        let value = slope_of(&costs);
        let derives = slope_of(&by_hand);
        bars.push(Bar {
            name: format!("{verb}.share"),
            value: value / derives,
            unit: "×",
            bar: share,
            at_least: false,
            note: format!("of what three structs with the derives of serde and garde cost: {derives:.1} ms"),
        });
        let [one, twenty, sixty] = costs;
        let note = format!("CPU: {one:.2} / {twenty:.2} / {sixty:.2} s for 1 / 20 / 60");
        bars.push(Bar {
            name: format!("{verb}.resource"),
            value,
            unit: "ms",
            bar: slope,
            at_least: false,
            note,
        });

        let (mut walls, mut cpus) = (Vec::new(), Vec::new());
        for round in 0..5 {
            project.edit(30, round)?;
            let cost = project.cargo(verb)?;
            walls.push(cost.wall);
            cpus.push(cost.cpu);
        }
        let note = format!("one field among 60 resources, median of 5; {:.2} s of CPU", median(cpus));
        let value = median(walls);
        bars.push(Bar { name: format!("{verb}.edit"), value, unit: "s", bar: edit, at_least: false, note });
    }
    if cold {
        let value = project.cold_quickstart()?;
        let note = "quickstart, debug, default features".to_owned();
        bars.push(Bar { name: "cold".to_owned(), value, unit: "s", bar: 110.0, at_least: false, note });
    }
    let note = "quickstart's normal tree, unique".to_owned();
    bars.push(Bar {
        name: "crates".to_owned(),
        value: crates()?,
        unit: "crates",
        bar: 260.0,
        at_least: false,
        note,
    });
    Ok(bars)
}

/// CPU seconds for each of the sizes, the best of three.
fn costs(project: &Project, verb: &str, what: &str) -> Result<[f64; 3], Fail> {
    project.write(1)?;
    project.cargo(verb)?; // the dependencies, once
    let mut costs = [f64::MAX; 3];
    for (n, best) in SIZES.into_iter().zip(&mut costs) {
        project.write(n)?;
        for _ in 0..3 {
            project.forget()?;
            *best = best.min(project.cargo(verb)?.cpu);
        }
        eprintln!("{verb}: {n} {what}: {best:.2} s of CPU");
    }
    Ok(costs)
}

/// Milliseconds for one more.
fn slope_of([one, _, sixty]: &[f64; 3]) -> f64 {
    (sixty - one) / 59.0 * 1000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn crates() -> Result<f64, Fail> {
    let args =
        ["tree", "--package", "quickstart", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let out = Command::new(cargo()).current_dir(project::root()).args(args).output()?;
    let text = String::from_utf8(out.stdout)?;
    let names: BTreeSet<&str> =
        text.lines().map(|l| l.trim_end_matches(" (*)")).filter(|l| !l.is_empty()).collect();
    if names.is_empty() { Err("cargo tree said nothing".into()) } else { Ok(names.len() as f64) }
}

fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// What a run of cargo took.
struct Cost {
    wall: f64,
    cpu: f64,
}

fn timed(command: &mut Command) -> Result<Cost, Fail> {
    let (start, before) = (Instant::now(), children_cpu());
    let out = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    if !out.status.success() {
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&out.stderr)).into());
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu = children_cpu() - before;
    // Without /proc there is no CPU time to read; wall time is the honest second best.
    Ok(Cost { wall, cpu: if cpu > 0.0 { cpu } else { wall } })
}

/// CPU seconds of all children that have ended.
fn children_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = text.rsplit_once(')').map_or("", |(_, r)| r);
    let ticks = |n: usize| rest.split_whitespace().nth(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}
