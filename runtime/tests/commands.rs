//! Every command of an application, run for real: what it prints, the shape of its JSON, its exit code.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/project.rs"]
mod project;

use project::{Project, assert_error};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn what_is_known_without_a_database() {
    let p = Project::new("static");
    let help = p.json("help", 0);
    let names: Vec<&str> =
        help["commands"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    for name in [
        "serve",
        "migrate make",
        "migrate up",
        "seed",
        "db reset",
        "routes",
        "inspect",
        "status",
        "verify",
        "drift",
        "doctor",
        "openapi",
        "record create",
        "config show",
        "version",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert_eq!(p.json("help migrate up", 0)["options"][0]["name"], "pretend");
    assert_eq!(p.json("routes --help", 0)["name"], "routes");

    let routes = p.json("routes", 0);
    let of = |path: &str, method: &str| {
        let all = routes["routes"].as_array().unwrap();
        all.iter().find(|r| r["path"] == path && r["method"] == method).cloned()
    };
    let create = of("/api/v1/books", "POST").unwrap();
    assert_eq!(
        (create["resource"].as_str(), create["action"].as_str(), create["guard"].as_str()),
        (Some("Book"), Some("create"), Some("public"))
    );
    assert!(
        create["file"].as_str().unwrap().ends_with("fixture/main.rs") && create["line"].as_u64().unwrap() > 1
    );
    assert!(of("/api/v1/books/{id}/restore", "POST").is_some(), "it has soft delete");
    assert!(of("/api/v1/authors/{id}/restore", "POST").is_none(), "it has none");
    assert!(!routes.to_string().contains("visits"), "internal resources have no routes");
    assert_eq!(routes["middleware"][0], "request-id");

    let book = p.json("inspect Book", 0);
    assert_eq!(
        (book["table"].as_str(), book["key"].as_str(), book["soft_delete"].as_bool()),
        (Some("books"), Some("id"), Some(true))
    );
    let author_id = book["fields"].as_array().unwrap().iter().find(|f| f["name"] == "author_id").unwrap();
    assert_eq!(
        (author_id["references"].as_str(), author_id["on_delete"].as_str(), author_id["required"].as_bool()),
        (Some("Author"), Some("cascade"), Some(true))
    );
    assert_eq!(book["bodies"]["create"]["name"], "CreateBook");
    assert_eq!(p.json("inspect books", 0)["name"], "Book", "by its table too");

    let openapi = p.json("openapi", 0);
    assert_eq!(openapi["openapi"].as_str().map(|v| v.starts_with("3.1")), Some(true));
    assert!(openapi["paths"]["/api/v1/books/{id}"].is_object());
    assert_eq!(openapi["info"]["version"], "1.2.3");
    let version = p.json("version", 0);
    assert_eq!(
        (version["version"].as_str(), version["environment"].as_str()),
        (Some("1.2.3"), Some("development"))
    );
    assert!(!p.0.join("app.db").exists(), "nothing of this needs a database");
}

#[test]
fn a_wrong_call_is_exit_2_with_what_was_meant() {
    let p = Project::new("usage");
    for (line, hint) in [
        ("migarte up", "did you mean `migrate`?"),
        ("migrate upp", "did you mean `migrate up`?"),
        ("inspect Bok", "did you mean `Book`?"),
        ("routes --jsno", "did you mean `--json`?"),
        ("config show databse", "did you mean `database`?"),
        ("help rotues", "did you mean `routes`?"),
    ] {
        let error = p.json(line, 2);
        assert_error(&error, "usage.invalid");
        assert_eq!(error["hint"], hint, "{line}");
    }
    assert_error(&p.json("inspect", 2), "usage.invalid");
    assert_error(&p.json("migrate down --steps none", 2), "usage.invalid");
    let out = p.run("nonsense");
    assert!(out.stdout.is_empty());
    assert!(String::from_utf8_lossy(&out.stderr).starts_with("error: there is no command `nonsense`"));
}

#[test]
fn the_configuration_is_shown_checked_and_explained() {
    let p = Project::new("config");
    p.write(
        "config.toml",
        "[shop]\ncurrency = \"USD\"\ntill_key = \"canary\"\n[database]\nurl = \"postgres://u:canary@h/d\"\n",
    );
    let show = p.json("config show", 0);
    let of =
        |key: &str| show["settings"].as_array().unwrap().iter().find(|s| s["key"] == key).cloned().unwrap();
    assert_eq!(
        (of("shop.currency")["value"].as_str(), of("shop.currency")["origin"].as_str()),
        (Some("USD"), Some("config.toml:2"))
    );
    assert_eq!(of("shop.till_key")["value"], "***");
    assert_eq!(of("database.url")["value"], "postgres://u:***@h/d");
    assert!(!show.to_string().contains("canary") && !p.text("config show").contains("canary"));
    assert_eq!(p.json("config check", 0)["valid"], true);
    assert_eq!(p.json("config schema", 0)["properties"]["shop"]["properties"]["currency"]["default"], "EUR");
    let example = p.text("config env-example");
    for line in ["# DATABASE_URL=sqlite:app.db", "# PORT=8080", "# RUST_LOG=info", "# FW_SHOP_CURRENCY=EUR"] {
        assert!(example.lines().any(|l| l == line), "{line}\n{example}");
    }
    p.write("config.toml", "[shop]\ncurency = \"USD\"\n[databse]\n");
    p.write(".env", "FW_SERVER_PROT=1\nFW_SERVER_PORT=high\n");
    let error = p.json("config check", 78);
    assert_error(&error, "config.invalid");
    for said in [
        "config.toml:2",
        "did you mean `currency`?",
        "config.toml:3",
        "did you mean `[database]`?",
        ".env:1",
        "did you mean `FW_SERVER_PORT`?",
        ".env:2",
    ] {
        assert!(error["message"].as_str().unwrap().contains(said), "{said}: {error}");
    }
    // what can be read but means nothing is found before anything is opened, and not repeated
    p.write("config.toml", "[database]\nurl = \"postgres:/u:canary@h/db\"\n[log]\nlevel = \"a=b=c\"\n[server]\nhost = \"here\"\n");
    p.write(".env", "FW_APP_SECRET=short\n");
    let error = p.json("config check", 78);
    assert_error(&error, "config.invalid");
    for said in [
        "config.toml:2: `database.url`",
        "config.toml:4: `log.level`",
        "config.toml:6: `server.host`",
        ".env:1: `app.secret`",
    ] {
        assert!(error["message"].as_str().unwrap().contains(said), "{said}: {error}");
    }
    assert!(!error.to_string().contains("canary"), "{error}");
    p.write("config.toml", "");
    p.write(".env", "");
    for url in ["postgres:/u:canary@h/app.db", "localhost:5432/app", "host=db password=canary"] {
        let out = p.command("migrate status --json").env("DATABASE_URL", url).output().unwrap();
        assert_eq!(out.status.code(), Some(78), "{url}");
    }
    let files: Vec<_> = std::fs::read_dir(&p.0).unwrap().flatten().map(|f| f.file_name()).collect();
    assert_eq!(files.len(), 2, "no file is named after a URL: {files:?}");
    let mut wrong = p.command("config check --json");
    let out = wrong.env("FW_ENV", "prodction").output().unwrap();
    let error: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_error(&error, "config.environment");
    assert_eq!((error["hint"].as_str(), out.status.code()), (Some("did you mean `production`?"), Some(78)));
}

#[test]
fn the_environment_of_a_dotenv_file_is_read_as_its_other_lines_are() {
    let p = Project::new("dotenv");
    p.write(".env", "# where it runs\n\nexport FW_ENV = \"production\" # not here\nFW_APP_SECRET=0123456789abcdef0123456789abcdef\n");
    assert_eq!(p.json("config check", 0)["environment"], "production");
    let mut blank = p.command("config check --json");
    let out = blank.env("FW_ENV", "").output().unwrap();
    let said: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(said["environment"], "production", "an empty variable says nothing");
}

#[test]
fn production_does_not_serve_without_a_secret() {
    let p = Project::new("secret");
    p.write(".env", "FW_ENV=production\n");
    for line in ["config check", "serve --port 0"] {
        let error = p.json(line, 78);
        assert_error(&error, "config.invalid");
        assert!(error["message"].as_str().unwrap().contains("FW_APP_SECRET"), "{line}: {error}");
    }
    let doctor = p.json("doctor", 1);
    let secret = doctor["checks"].as_array().unwrap().iter().find(|c| c["name"] == "secret").unwrap();
    assert_eq!(secret["state"], "failed");
    p.json("migrate status", 0);
    p.write(".env", "FW_ENV=production\nFW_APP_SECRET=0123456789abcdef0123456789abcdef\n");
    assert_eq!(p.json("config check", 0)["valid"], true);
}

#[test]
fn migrations_from_the_first_file_to_the_last_step_back() {
    let p = Project::new("migrate");
    // resources without migrations are not a state that is well
    for line in ["migrate status", "migrate up", "migrate up --pretend", "migrate fresh"] {
        assert_error(&p.json(line, 1), "migrate.none");
    }
    let made = p.json("migrate make --pretend", 0);
    assert!(made["sql"]["sqlite"].as_str().unwrap().contains("CREATE TABLE"), "{made}");
    assert!(p.text("migrate make --pretend").contains("CREATE TABLE"));
    assert!(made["name"].as_str().unwrap().starts_with("0001_"));
    assert!(!p.0.join("migrations").exists(), "it only pretends");
    let text = p.text("migrate make first");
    assert!(text.contains("framewright::embed_migrations!();"), "nothing is embedded yet: {text}");
    let name = "0001_first".to_owned();
    for dialect in ["sqlite", "postgres", "mysql"] {
        assert!(p.0.join("migrations").join(dialect).join(&name).join("up.sql").exists(), "{dialect}");
    }
    assert_eq!(p.json("migrate make", 0)["name"], Value::Null, "nothing has changed");
    let status = p.json("migrate status", 1);
    assert_eq!(
        (status["clean"].as_bool(), status["migrations"][0]["state"].as_str()),
        (Some(false), Some("pending"))
    );
    let pretend = p.json("migrate up --pretend", 0);
    assert_eq!(pretend["migrations"][0]["name"], name.as_str());
    assert!(pretend["migrations"][0]["sql"].as_str().unwrap().contains("CREATE TABLE"));
    assert_eq!(p.json("migrate up --pretend --limit 1", 0), pretend);
    assert_eq!(p.json("status", 1)["ok"], false);
    assert_eq!(p.json("migrate up", 0)["migrations"][0], name.as_str());
    assert_eq!(p.json("migrate up", 0)["migrations"].as_array().map(Vec::len), Some(0));
    assert_eq!(p.json("migrate status", 0)["clean"], true);
    assert_eq!(p.json("drift", 0)["drift"], false);
    let status = p.json("status", 0);
    let states: Vec<&str> =
        status["checks"].as_array().unwrap().iter().map(|c| c["state"].as_str().unwrap()).collect();
    assert!(states.iter().all(|s| matches!(*s, "ok" | "skipped")), "{status}");
    let pretended =
        |line: &str| p.json(&format!("{line} --pretend"), 0)["migrations"].as_array().unwrap().len();
    assert_eq!((pretended("migrate down"), pretended("migrate redo"), pretended("migrate fresh")), (1, 2, 2));
    assert_eq!(p.json("migrate status", 0)["clean"], true, "it only pretends");
    assert_eq!(p.json("migrate redo", 0)["migrations"][0], name.as_str());
    assert_eq!(p.json("migrate down", 0)["migrations"][0], name.as_str());
    let drift = p.json("drift", 1);
    assert!(
        drift["differences"].as_array().is_some_and(|d| d.iter().any(|d| d["table"] == "books")),
        "{drift}"
    );
    let repair = p.json("drift --sql", 1);
    assert!(repair["sql"].as_str().unwrap().contains("CREATE TABLE \"books\""), "{repair}");
    assert!(p.text_of("drift").contains("`drift --sql` prints the repair"));
    // production refuses what destroys, and does it when told
    p.json("migrate up", 0);
    let production = |line: &str| {
        let out = p.command(line).env("FW_ENV", "production").output().unwrap();
        (out.status.code(), serde_json::from_slice::<Value>(&out.stdout).unwrap())
    };
    for line in ["migrate down --json", "migrate fresh --json", "db reset --json", "seed --fresh --json"] {
        let (code, error) = production(line);
        assert_eq!(code, Some(3), "{line}");
        assert_error(&error, "migrate.production");
    }
    assert_eq!(production("migrate fresh --force --json").0, Some(0));
}

#[test]
fn production_runs_what_is_in_the_files_and_serves_nothing_else() {
    let p = Project::new("production");
    let production = |line: &str, auto: bool| {
        let mut command = p.command(line);
        command.env("FW_ENV", "production").env("FW_APP_SECRET", "0123456789abcdef".repeat(4));
        if auto {
            command.env("FW_DATABASE_AUTO_MIGRATE", "true");
        }
        let out = command.output().unwrap();
        (out.status.code(), serde_json::from_slice::<Value>(&out.stdout).unwrap_or_default())
    };
    // no migrations, and no tables: nobody may believe that this works
    for (line, auto) in [
        ("serve --port 0 --json", false),
        ("serve --port 0 --json", true),
        ("record list Author --json", true),
        ("db reset --force --json", false),
    ] {
        let (code, error) = production(line, auto);
        assert_error(&error, "migrate.none");
        assert_ne!(code, Some(0), "{line}");
    }
    let drift = p.json("drift", 1);
    assert!(drift["differences"].as_array().unwrap().iter().all(|d| d["what"] == "table"), "{drift}");
    p.json("migrate make first", 0);
    let (code, error) = production("serve --port 0 --json", false);
    assert_error(&error, "migrate.pending");
    assert!(
        error["message"].as_str().unwrap().contains("0001_first is pending") && code != Some(0),
        "{error}"
    );
    assert_eq!(production("record list Author --json", true).0, Some(0));
    assert_eq!(p.json("migrate status", 0)["clean"], true);
    let (code, reset) = production("db reset --force --json", false);
    assert_eq!((code, reset["schema"][0].as_str()), (Some(0), Some("0001_first")));
    // what it serves once nothing is pending
    let mut child = p
        .command("serve --port 0 --json")
        .env("FW_ENV", "production")
        .env("FW_APP_SECRET", "0123456789abcdef".repeat(4))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("listening"), "{line}");
}

#[test]
fn seeds_records_and_a_reset() {
    let p = Project::new("records");
    assert_eq!(p.json("seed", 0)["seeds"][0], "authors");
    p.json("seed", 0);
    let list = p.json("record list Author --sort name --count", 0);
    assert_eq!(list["data"].as_array().map(Vec::len), Some(2), "seeds can be repeated");
    assert_eq!(list["data"][0]["name"], "Ada (EUR)");
    let ada = list["data"][0]["id"].as_str().unwrap().to_owned();
    assert_error(&p.json("seed nobody", 1), "seed.unknown");

    let book = p.json(&format!("record create Book title=Notes author_id={ada} pages:=42"), 0);
    let id = book["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(book["data"]["pages"], 42);
    p.json(&format!("record create Book title=7 author_id={ada} pages=9"), 0);
    let some = p.json("record list Book --filter pages[gte]=10 --fields title", 0);
    assert_eq!(some["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(p.json(&format!("record get Book {id}"), 0)["data"]["title"], "Notes");
    assert_eq!(p.json(&format!("record update Book {id} title=More"), 0)["data"]["title"], "More");
    let error = p.json(&format!("record update Book {id} pages=-1"), 1);
    assert_error(&error, "validation");
    assert!(error["fields"]["pages"][0].is_string());
    assert_error(&p.json("record create Author name=Ada email=ada@example.com", 1), "author.email_taken");
    assert_error(&p.json("record list Book --filter nope=1", 1), "query.unknown_field");
    assert_error(&p.json("record list Visit", 3), "refused.internal");
    assert_eq!(p.json(&format!("record delete Book {id}"), 0)["deleted"], id.as_str());
    assert_error(&p.json(&format!("record get Book {id}"), 1), "book.not_found");
    // JSON on the standard input
    let mut child = p
        .command("record create Author --json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(br#"{"name": "Di", "email": "di@example.com"}"#).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));

    let reset = p.json("db reset", 0);
    assert_eq!(reset["seeds"][0], "authors");
    assert_eq!(p.json("record list Author", 0)["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(p.json("db reset --skip-seed", 0)["seeds"].as_array().map(Vec::len), Some(0));
    assert_eq!(p.json("record list Author", 0)["data"].as_array().map(Vec::len), Some(0));
}

#[test]
fn doctor_and_verify_find_what_is_wrong() {
    let p = Project::new("checks");
    let doctor = p.json("doctor", 0);
    let state = |report: &Value, name: &str| {
        let all = report["checks"].as_array().unwrap().clone();
        all.into_iter().find(|c| c["name"] == name).map(|c| c["state"].as_str().unwrap().to_owned()).unwrap()
    };
    assert_eq!((state(&doctor, "database").as_str(), state(&doctor, "config").as_str()), ("ok", "ok"));
    // a table that is not there is found, and not made on the way
    for _ in 0..2 {
        let verify = p.json("verify --quick", 1);
        assert_eq!(
            (state(&verify, "drift").as_str(), state(&verify, "routes").as_str()),
            ("failed", "skipped")
        );
    }
    p.json("migrate make first", 0);
    p.json("migrate up", 0);
    let verify = p.json("verify --quick", 0);
    assert_eq!((state(&verify, "routes").as_str(), state(&verify, "test").as_str()), ("ok", "skipped"));

    // a taken port, a database that is away
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    p.write(
        "config.toml",
        &format!(
            "[server]\nport = {}\n[database]\nurl = \"postgres://nobody@127.0.0.1:1/none\"\n",
            taken.local_addr().unwrap().port()
        ),
    );
    let doctor = p.json("doctor", 1);
    assert_eq!(
        (
            state(&doctor, "database").as_str(),
            state(&doctor, "port").as_str(),
            state(&doctor, "config").as_str()
        ),
        ("failed", "failed", "ok")
    );
    assert!(
        doctor["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["state"] == "failed")
            .all(|c| c["hint"].as_str().is_some_and(|h| !h.is_empty()))
    );
    p.write("config.toml", "[nothing]\n");
    assert_eq!(state(&p.json("doctor", 1), "config"), "failed");
    let verify = p.json("verify --quick", 1);
    assert_eq!(
        (state(&verify, "config").as_str(), state(&verify, "routes").as_str()),
        ("failed", "skipped"),
        "it stops at the first"
    );
    let verify = p.json("verify --quick --keep-going", 1);
    assert_eq!(state(&verify, "routes"), "failed");
}

#[test]
fn a_crate_that_is_not_linked_is_found() {
    let p = Project::new("linked");
    p.write("Cargo.toml", "[package]\nname = \"shop\"\n[dependencies]\nshop-models = { path = \"models\" }\nplain = { path = \"plain\" }\n");
    for (name, line) in
        [("models", "#[resource(policy = public)]\npub struct Order {}"), ("plain", "pub struct Order {}")]
    {
        std::fs::create_dir_all(p.0.join(name).join("src")).unwrap();
        p.write(&format!("{name}/Cargo.toml"), "[dependencies]\nframewright = \"*\"\n");
        p.write(&format!("{name}/src/lib.rs"), line);
    }
    let doctor = p.json("doctor", 1);
    let crates = doctor["checks"].as_array().unwrap().iter().find(|c| c["name"] == "crates").unwrap();
    assert_eq!(crates["state"], "failed");
    let message = crates["message"].as_str().unwrap();
    assert!(
        message.contains("add `use shop_models as _;` to main.rs") && !message.contains("plain"),
        "{message}"
    );
}

fn get(port: &str, path: &str) -> String {
    ask(port, path, "127.0.0.1")
}

fn ask(port: &str, path: &str, host: &str) -> String {
    let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_server_says_where_it_is_and_ends_when_it_is_told() {
    let p = Project::new("serve");
    let mut child =
        p.command("serve --port 0 --json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(said["database"]["dialect"], "sqlite");
    assert_eq!(said["resources"][0]["path"], "/api/v1/authors");
    assert_eq!(said["docs"].as_str().map(|d| d.ends_with("/docs")), Some(true));
    let port = said["listening"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    assert!(get(&port, "/api/v1/authors").contains("\"data\":[]"));
    assert!(get(&port, "/readyz").starts_with("HTTP/1.1 200"));
    let foreign = ask(&port, "/api/v1/authors", "rebound.example");
    assert!(foreign.starts_with("HTTP/1.1 421"), "another name that leads here is not served: {foreign}");
    assert!(ask(&port, "/api/v1/authors", "localhost:3000").starts_with("HTTP/1.1 200"));
    assert!(Path::new(&p.0.join("app.db")).exists(), "the file is in the project");
    let taken = p.json(&format!("serve --port {port}"), 69);
    assert_error(&taken, "server.listen");
    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0), "SIGTERM ends it in order");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let p = Project::new("twice");
    let mut child =
        p.command("serve --port 0 --json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let port = said["listening"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    // A request whose body does not come: the first signal waits for its end.
    let mut slow = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let head = "POST /api/v1/authors HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
    slow.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut kill = || {
        let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(killed.success());
        std::thread::sleep(std::time::Duration::from_millis(700));
        child.try_wait().unwrap().map(|status| status.code())
    };
    assert_eq!(kill(), None, "the first one waits");
    assert_eq!(kill(), Some(Some(1)), "the second one does not");
    drop(slow);
}

#[test]
fn colour_and_progress_are_for_terminals_only() {
    let p = Project::new("plain");
    for line in ["help", "routes", "config show", "seed"] {
        let out = p.run(line);
        assert!(!out.stdout.contains(&0x1b) && !out.stderr.contains(&0x1b), "{line}");
    }
    // on a terminal, which `script` makes, there is colour, and `NO_COLOR` takes it away
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return;
    }
    let on_terminal = |line: &str, no_colour: bool| {
        let own = p.command(line);
        let call = format!("{} {line}", own.get_program().display());
        let mut script = Command::new("script");
        script.args(["-qec", &call, "/dev/null"]).env("FW_ROOT", &p.0).current_dir(&p.0).stdin(Stdio::null());
        script.env("TERM", "xterm").env_remove("NO_COLOR").env_remove("DATABASE_URL").env_remove("FW_ENV");
        if no_colour {
            script.env("NO_COLOR", "1");
        }
        let out = script.output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let bold = "\x1b[1m";
    for line in ["help", "routes", "config show"] {
        let (with, without) = (on_terminal(line, false), on_terminal(line, true));
        assert!(with.contains(bold), "{line}: {with:?}");
        assert!(!without.contains('\x1b') && !without.is_empty(), "{line}: {without:?}");
    }
}
