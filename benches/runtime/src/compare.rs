//! The plan of a run: which work, in which order, against which bar.

use crate::hand::Fail;
use crate::load::{self, Report, Work};
use crate::server::Server;
use crate::tables::{Tables, body};
use framewright_bench_report::Bar;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const CLIENTS: usize = 64;

/// How long and how often.
pub(crate) struct Plan {
    /// rounds of each comparison
    pub(crate) rounds: usize,
    /// seconds of each side of a round
    pub(crate) seconds: u64,
    /// only what has this in its name
    pub(crate) only: Option<String>,
}

impl Plan {
    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

/// Runs everything that there is a database for.
pub(crate) async fn run(plan: &Plan) -> Result<Vec<Bar>, Fail> {
    let mut bars = Vec::new();
    for (name, variable, limits) in [
        ("postgres", Some("TEST_POSTGRES_URL"), [1.6, 1.25, 1.0]),
        ("sqlite", None, [1.35, 1.2, 4.0]),
        ("mysql", Some("TEST_MYSQL_URL"), [0.9, 0.9, 0.9]),
    ] {
        let server_url = variable.and_then(|v| std::env::var(v).ok());
        if variable.is_some() && server_url.is_none() {
            eprintln!("{name}: not measured, {} is not set", variable.unwrap_or_default());
            continue;
        }
        if !["get", "list", "post", "slow", "peak"].iter().any(|w| plan.wants(&format!("{name}.{w}"))) {
            continue;
        }
        let tables = Tables::make(name, server_url).await?;
        let result = database(plan, &tables, limits, &mut bars);
        tables.remove().await?;
        result?;
    }
    if plan.wants("healthz") {
        let work = Work { requests: Arc::new(vec![load::get("/healthz")]), expect: b"200" };
        let url = scratch();
        let derived = || Server::derived("derived", &url, "development");
        bars.push(compare(plan, "healthz", 0.85, (&work, &|| Server::hand("bare", "")), (&work, &derived))?);
    }
    if plan.wants("start") {
        bars.push(start()?);
    }
    Ok(bars)
}

fn scratch() -> String {
    format!(
        "sqlite://{}",
        std::env::temp_dir().join(format!("fw_bench_{}_s.sqlite", std::process::id())).display()
    )
}

fn database(plan: &Plan, tables: &Tables, limits: [f64; 3], bars: &mut Vec<Bar>) -> Result<(), Fail> {
    let name = tables.name;
    let hand = || Server::hand(name, &tables.url);
    let derived = || Server::derived("derived", &tables.url, "production");
    let [get, list, post] = limits;

    if plan.wants(&format!("{name}.get")) {
        let work = |prefix: &str| Work {
            requests: Arc::new(
                tables.posts.iter().map(|(id, _)| load::get(&format!("{prefix}/{}", id.0))).collect(),
            ),
            expect: b"200",
        };
        let (a, b) = (work("/posts"), work("/api/v1/posts"));
        bars.push(compare(plan, &format!("{name}.get"), get, (&a, &hand), (&b, &derived))?);
    }
    if plan.wants(&format!("{name}.list")) {
        let (a, b) = lists(tables, &derived()?)?;
        bars.push(compare(plan, &format!("{name}.list"), list, (&a, &hand), (&b, &derived))?);
    }
    if plan.wants(&format!("{name}.slow")) && name != "mysql" {
        bars.push(slow(plan, tables, &derived()?)?);
    }
    if plan.wants(&format!("{name}.peak")) && name == "postgres" {
        let server = derived()?;
        let (_, lists) = lists(tables, &server)?;
        let mut requests: Vec<Vec<u8>> =
            tables.posts.iter().map(|(id, _)| load::get(&format!("/api/v1/posts/{}", id.0))).collect();
        requests.extend(lists.requests.iter().cloned());
        let work = Work { requests: Arc::new(requests), expect: b"200" };
        let report = load::run(server.port, CLIENTS, Duration::from_secs(300), 200_000, &work)?;
        let note = format!("{} requests, {} bad", report.good, report.bad);
        let value = server.peak_mib();
        bars.push(Bar { name: format!("{name}.peak"), value, unit: "MiB", bar: 16.0, at_least: false, note });
    }
    if plan.wants(&format!("{name}.post")) {
        let work = |path: &str| {
            let body = |n: usize| {
                let values = serde_json::json!({ "title": format!("New post {n}"), "body": body(n), "author_id": tables.author });
                load::post(path, &values.to_string())
            };
            Work { requests: Arc::new((0..1000).map(body).collect()), expect: b"201" }
        };
        let (a, b) = (work("/posts"), work("/api/v1/posts"));
        bars.push(compare(plan, &format!("{name}.post"), post, (&a, &hand), (&b, &derived))?);
    }
    Ok(())
}

/// Pages of twenty that begin at the same rows: the derived side is walked once for its cursors.
fn lists(tables: &Tables, derived: &Server) -> Result<(Work, Work), Fail> {
    let base = "/api/v1/posts?sort=created_at&page%5Bsize%5D=20";
    let (mut by_hand, mut by_us, mut path) = (Vec::new(), Vec::new(), base.to_owned());
    for page in 1..400 {
        let (status, answer) = load::once(derived.port, &load::get(&path))?;
        if status != 200 {
            return Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&answer)).into());
        }
        let answer: Value = serde_json::from_slice(&answer)?;
        let last = answer["data"].as_array().and_then(|rows| rows.last()).and_then(|row| row["id"].as_str());
        let (id, time) = tables.posts.get(page * 20 - 1).ok_or("too few rows")?;
        if last != Some(id.0.to_string().as_str()) {
            return Err(
                format!("page {page} of the derived list ends with {last:?}, not with {}", id.0).into()
            );
        }
        let after =
            answer["meta"]["page"]["next_cursor"].as_str().ok_or("the derived list names no next page")?;
        path = format!("{base}&page%5Bafter%5D={}", escape(after));
        by_us.push(load::get(&path));
        by_hand.push(load::get(&format!("/posts?a={time}&i={}", id.0)));
    }
    let work = |requests| Work { requests: Arc::new(requests), expect: b"200" };
    Ok((work(by_hand), work(by_us)))
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

type Side<'a> = (&'a Work, &'a dyn Fn() -> Result<Server, Fail>);

/// Interleaved rounds, the order reversed every other round, a fresh process each time.
fn compare(plan: &Plan, name: &str, bar: f64, hand: Side<'_>, derived: Side<'_>) -> Result<Bar, Fail> {
    let (mut ratios, mut cpu, mut rates, mut tails) =
        (Vec::new(), [Vec::new(), Vec::new()], [vec![], vec![]], [vec![], vec![]]);
    for round in 0..plan.rounds {
        let mut rate = [0.0; 2];
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for side in order {
            let (work, start) = [hand, derived][side];
            let server = start()?;
            load::run(server.port, CLIENTS, Duration::from_millis(700), u64::MAX, work)?;
            let before = server.cpu_seconds();
            let mut report =
                load::run(server.port, CLIENTS, Duration::from_secs(plan.seconds), u64::MAX, work)?;
            check(&format!("{name}, {}", ["by hand", "derived"][side]), &report)?;
            cpu[side].push((server.cpu_seconds() - before) * 1e6 / report.good as f64);
            rate[side] = report.rate();
            rates[side].push(report.rate());
            tails[side].push(report.percentile(99.0));
        }
        ratios.push(rate[1] / rate[0]);
        eprintln!(
            "{name}: round {}: hand {:.0}/s, derived {:.0}/s, ratio {:.2}",
            round + 1,
            rate[0],
            rate[1],
            rate[1] / rate[0]
        );
    }
    let [a, b] = rates.map(median);
    let [cpu_a, cpu_b] = cpu.map(median);
    let [p99_a, p99_b] = tails.map(median);
    let note =
        format!("{a:.0} → {b:.0} requests/s, {cpu_a:.1} → {cpu_b:.1} µs CPU, p99 {p99_a:.1} → {p99_b:.1} ms");
    Ok(Bar { name: name.to_owned(), value: median(ratios), unit: "×", bar, at_least: true, note })
}

fn check(name: &str, report: &Report) -> Result<(), Fail> {
    if report.good == 0 || report.bad * 1000 > report.good {
        return Err(format!("{name}: {} good and {} bad answers", report.good, report.bad).into());
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// One client asks for what no index helps with, again and again, beside the point readers.
fn slow(plan: &Plan, tables: &Tables, server: &Server) -> Result<Bar, Fail> {
    let requests: Vec<_> =
        tables.posts.iter().map(|(id, _)| load::get(&format!("/api/v1/posts/{}", id.0))).collect();
    let points = Work { requests: Arc::new(requests), expect: b"200" };
    let path = "/api/v1/posts?filter%5Bbody%5D%5Bcontains%5D=nowhere&sort=title&count=exact";
    let bad = Work { requests: Arc::new(vec![load::get(path)]), expect: b"200" };
    let span = Duration::from_secs(plan.seconds);
    load::run(server.port, CLIENTS, Duration::from_millis(700), u64::MAX, &points)?;
    let (mut alone, mut beside, mut slow_ms) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..plan.rounds {
        alone.push(load::run(server.port, CLIENTS, span, u64::MAX, &points)?.percentile(99.0));
        let port = server.port;
        let other = bad.clone();
        let thread = std::thread::spawn(move || load::run(port, 1, span, u64::MAX, &other));
        beside.push(load::run(server.port, CLIENTS, span, u64::MAX, &points)?.percentile(99.0));
        let mut report = thread.join().map_err(|_| "the slow client died")??;
        check("the slow query", &report)?;
        slow_ms = report.percentile(50.0);
    }
    let (alone, beside) = (median(alone), median(beside));
    let note = format!("p99 {alone:.2} → {beside:.2} ms beside a query of {slow_ms:.0} ms");
    Ok(Bar {
        name: format!("{}.slow", tables.name),
        value: beside / alone,
        unit: "×",
        bar: 2.0,
        at_least: false,
        note,
    })
}

/// From the start of the process to the first answer, with a hundred resources whose tables are there.
fn start() -> Result<Bar, Fail> {
    let url = scratch();
    let url = url.replace("_s.sqlite", "_h.sqlite");
    drop(Server::derived("hundred", &url, "development")?);
    let mut times = Vec::new();
    for _ in 0..7 {
        times.push(Server::derived("hundred", &url, "production")?.started_in.as_secs_f64() * 1000.0);
    }
    let path = url.trim_start_matches("sqlite://");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{end}"));
    }
    let note = "100 resources, median of 7".to_owned();
    Ok(Bar { name: "start".to_owned(), value: median(times), unit: "ms", bar: 100.0, at_least: false, note })
}
