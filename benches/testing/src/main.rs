//! 200 tests side by side, as a test binary runs them: each starts the application on a database of its own, writes a
//! record and reads it over HTTP. On every database that the environment names; the bar is PostgreSQL's.

use framewright::App;
use framewright::data::Dialect;
use framewright::prelude::*;
use framewright::testing::{Factory, TestApp, available};
use framewright_bench_report::{Bar, print};
use std::process::ExitCode;
use std::time::Instant;

/// Somebody.
#[resource(policy = public, has_many(notes: Note))]
pub struct Person {
    /// their name
    #[field(length(min = 2, max = 60), filter, sort)]
    pub name: String,
    /// their address
    #[field(email, unique)]
    pub email: String,
}

/// Something that somebody wrote.
#[resource(policy = public, soft_delete, versioned)]
pub struct Note {
    /// who
    #[field(filter, on_delete = cascade)]
    pub person_id: Id<Person>,
    /// what
    #[field(text)]
    pub text: String,
}

impl Factory for Person {}
impl Factory for Note {}
framewright::factories!(Note, Person);

const TESTS: usize = 200;
const BAR: f64 = 20.0;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(other) = args.iter().find(|a| *a != "--json") {
        eprintln!("bench: there is no option `{other}`; there is `--json`");
        return ExitCode::from(2);
    }
    let bars: Vec<Bar> = available().into_iter().map(bar).collect();
    if print(&bars, !args.is_empty()) { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn bar(dialect: Dialect) -> Bar {
    let began = Instant::now();
    // as a test binary does: as many threads as cores, each test with a runtime of its own
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || (thread..TESTS).step_by(threads).for_each(|_| test(dialect)));
        }
    });
    Bar {
        name: format!("testing.{}", dialect.name()),
        value: began.elapsed().as_secs_f64(),
        unit: "s",
        bar: BAR,
        at_least: false,
        note: format!("{TESTS} tests, each with a database of its own, {threads} at a time"),
    }
}

fn test(dialect: Dialect) {
    let work = async {
        let app = TestApp::on(dialect, App::new()).await;
        let note = Note::factory().create_one(&app.cx()).await;
        let id = note.map(|note| note.id.to_string()).unwrap_or_else(|e| e.message().to_owned());
        app.get(&format!("/api/v1/notes/{id}")).await.assert_ok();
        app.get("/api/v1/people").await.assert_ok().assert_count(1);
    };
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(e) => eprintln!("no runtime: {e}"),
    }
}
