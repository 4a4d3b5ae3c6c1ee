//! What the book says of the JSON of commands, held against every command as it is run.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/golden.rs"]
mod golden;
#[path = "support/project.rs"]
mod project;

use golden::golden;
use project::Project;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A shape as the page writes it.
#[derive(Debug, Clone)]
enum Shape {
    Object(Vec<(String, bool, Option<Shape>)>),
    List(Box<Shape>),
    Named(String),
}

/// Reads `{"a", "b"?: [c], "d": {"e"}}`.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn eat(&mut self, token: char) -> bool {
        self.0 = self.0.trim_start();
        let rest = self.0.strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn shape(&mut self) -> Shape {
        if self.eat('[') {
            let inner = self.shape();
            assert!(self.eat(']'), "a list does not end at {:?}", self.0);
            return Shape::List(Box::new(inner));
        }
        if !self.eat('{') {
            let end = self.0.find([',', ']', '}']).unwrap_or(self.0.len());
            let (name, rest) = self.0.split_at(end);
            self.0 = rest;
            return Shape::Named(name.trim().to_owned());
        }
        let mut members = Vec::new();
        loop {
            assert!(self.eat('"'), "a name is missing at {:?}", self.0);
            let (name, rest) = self.0.split_once('"').unwrap();
            self.0 = rest;
            let optional = self.eat('?');
            let inner = self.eat(':').then(|| self.shape());
            members.push((name.to_owned(), optional, inner));
            if self.eat('}') {
                return Shape::Object(members);
            }
            assert!(self.eat(','), "a comma is missing at {:?}", self.0);
        }
    }
}

struct Page {
    commands: BTreeMap<String, Shape>,
    names: BTreeMap<String, Shape>,
}

fn page() -> Page {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/reference/shapes.md"))
            .unwrap();
    let (mut commands, mut names) = (BTreeMap::new(), BTreeMap::new());
    let mut second = false;
    for line in text.lines() {
        second |= line.starts_with("| name |");
        let Some((name, shape)) = line.strip_prefix("| `").and_then(|l| l.split_once("` | `")) else {
            continue;
        };
        let shape = Reader(shape.trim_end_matches("` |")).shape();
        if second {
            names.insert(name.to_owned(), shape)
        } else {
            commands.insert(name.to_owned(), shape)
        };
    }
    Page { commands, names }
}

impl Page {
    fn hold(&self, shape: &Shape, value: &Value, at: &str) {
        match shape {
            _ if value.is_null() => {}
            Shape::Named(name) => {
                // a word without an entry says only what the value is
                if let Some(shape) = self.names.get(name) {
                    self.hold(shape, value, at);
                }
            }
            Shape::List(inner) => {
                let list = value.as_array().unwrap_or_else(|| panic!("{at} is no list: {value}"));
                list.iter().for_each(|v| self.hold(inner, v, at));
            }
            Shape::Object(members) => {
                let object = value.as_object().unwrap_or_else(|| panic!("{at} is no object: {value}"));
                let known: BTreeSet<&str> = members.iter().map(|(name, ..)| name.as_str()).collect();
                for name in object.keys() {
                    assert!(known.contains(name.as_str()), "{at}.{name} is not in the book");
                }
                for (name, optional, inner) in members {
                    let at = format!("{at}.{name}");
                    match (object.get(name), inner) {
                        (None, _) => assert!(*optional, "{at} is in the book, but not there"),
                        (Some(value), Some(inner)) => self.hold(inner, value, &at),
                        (Some(value), None) => {
                            assert!(
                                !value.is_object() && !value.is_array(),
                                "{at} is more than the book says: {value}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_command_prints_what_the_book_says() {
    let page = page();
    let p = Project::new("shapes");
    let mut seen = BTreeSet::new();
    let mut run = |name: &str, line: &str, code: i32| {
        let value = p.json(line, code);
        let shape = page.commands.get(name).unwrap_or_else(|| panic!("the book has no `{name}`"));
        page.hold(shape, &value, name);
        seen.insert(name.to_owned());
        value
    };
    run("version", "version", 0);
    let help = run("help", "help", 0);
    run("help COMMAND", "help migrate up", 0);
    run("help COMMAND", "routes --help", 0);
    run("help GROUP", "help migrate", 0);
    run("help --markdown", "help --markdown", 0);
    run("config show", "config show", 0);
    run("config check", "config check", 0);
    run("config schema", "config schema", 0);
    run("config env-example", "config env-example", 0);
    run("routes", "routes", 0);
    run("inspect", "inspect Book", 0);
    run("openapi", "openapi", 0);
    run("openapi --out", "openapi --out document.json", 0);
    run("migrate make", "migrate make first", 0);
    run("migrate up --pretend", "migrate up --pretend", 0);
    run("migrate status", "migrate status", 1);
    run("migrate up", "migrate up", 0);
    run("migrate status", "migrate status", 0);
    for line in ["migrate redo --pretend", "migrate down --pretend", "migrate fresh --pretend"] {
        run(line, line, 0);
    }
    run("migrate redo", "migrate redo", 0);
    run("migrate down", "migrate down", 0);
    run("drift", "drift", 1);
    run("status", "status", 1);
    run("schema diff", "schema diff", 1);
    run("schema diff --sql", "schema diff --sql", 1);
    run("schema apply --pretend", "schema apply --pretend", 0);
    run("schema apply", "schema apply", 0);
    run("schema get", "schema get", 0);
    run("schema describe", "schema describe books", 0);
    run("schema diff", "schema diff", 0);
    p.batch("CREATE TABLE strange (id INTEGER PRIMARY KEY) STRICT");
    run("schema apply", "schema apply", 0);
    run("schema delete --pretend", "schema delete strange --pretend", 0);
    run("schema delete", "schema delete strange --force", 0);
    run("migrate fresh", "migrate fresh", 0);
    run("seed", "seed", 0);
    run("db reset", "db reset", 0);
    run("drift", "drift", 0);
    run("doctor", "doctor", 0);
    run("verify", "verify --quick", 0);
    let list = run("record list", "record list Author --count", 0);
    let author = list["data"][0]["id"].as_str().unwrap().to_owned();
    let book = run("record create", &format!("record create Book title=Notes author_id={author}"), 0);
    let id = book["data"]["id"].as_str().unwrap().to_owned();
    run("record get", &format!("record get Book {id}"), 0);
    run("record update", &format!("record update Book {id} pages:=7"), 0);
    run("record delete", &format!("record delete Book {id}"), 0);

    let mut child =
        p.command("serve --port 0 --json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    page.hold(&page.commands["serve"], &serde_json::from_str(&line).unwrap(), "serve");
    seen.insert("serve".to_owned());

    let missed: Vec<&String> = page.commands.keys().filter(|name| !seen.contains(*name)).collect();
    assert!(missed.is_empty(), "no test runs {missed:?}");
    for command in help["commands"].as_array().unwrap() {
        let name = command["name"].as_str().unwrap();
        assert!(seen.contains(name), "the book does not say what `{name} --json` prints");
    }
}

#[test]
fn a_resource_a_document_and_the_routes_are_as_they_were_reviewed() {
    let p = Project::new("golden");
    let inspect = p.json("inspect Book", 0);
    golden("inspect.json", &format!("{inspect:#}\n"));
    let routes: String =
        p.json("routes", 0)["routes"].as_array().unwrap().iter().map(|r| format!("{r}\n")).collect();
    golden("routes.jsonl", &routes);
    p.text("openapi --yaml --out openapi.yaml");
    let yaml = std::fs::read_to_string(p.0.join("openapi.yaml")).unwrap();
    assert_eq!(p.text("openapi --yaml"), yaml, "the same on the standard output");
    for line in ["openapi: \"3.1.0\"", "  \"/api/v1/books/{id}\":", "      operationId: \"get_book\""] {
        assert!(yaml.lines().any(|l| l == line), "{line}");
    }
    p.text("openapi --out openapi.json");
    let json = std::fs::read_to_string(p.0.join("openapi.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), p.json("openapi", 0));
    let refused = p.json("openapi --out nowhere/openapi.json", 1);
    project::assert_error(&refused, "openapi.unwritable");
}
