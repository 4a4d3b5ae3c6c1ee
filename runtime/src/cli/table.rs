//! Every command of an application, the default one first.

use super::commands::{checks, config, help, inspect, migrate, openapi, record, routes, schema, serve};
use super::spec::{Arg, Command, Flag};

const FORCE: Flag = Flag::switch("force", "do it in production too");
const PRETEND: Flag = Flag::switch("pretend", "run nothing, only print the SQL");
const ACCEPT: Flag = Flag::switch("accept-edits", "take edited files for what was applied, from now on");
const STEPS: Flag = Flag::value("steps", "N", "how many; without it one");
const RESOURCE: Arg = Arg::required("resource", "the name of a resource, such as Post");
const TABLE: Arg = Arg::required("table", "the name of a table of the database");
const ID: Arg = Arg::required("id", "the key of the record");
const FIELDS: Arg = Arg::rest(
    "field=value",
    "what to write: text as `field=value`, JSON as `field:=json`; without any, JSON from the standard input",
);
const VERSION: Flag = Flag::value("version", "N", "the version that you have seen, for versioned resources");

/// The table.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "serve",
        about: "serve requests (what happens without a word)",
        args: &[],
        flags: &[
            Flag::value("host", "ADDRESS", "the address to listen on, over `server.host`"),
            Flag::value("port", "PORT", "the port to listen on, over `server.port`; 0 takes a free one"),
        ],
        run: |s, i| Box::pin(serve::serve(s, i)),
    },
    Command {
        name: "routes",
        about: "list every route with its method, path, guard, layers and source",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(routes::routes(s)),
    },
    Command {
        name: "inspect",
        about: "show everything about a resource: fields, rules, relations, indexes, bodies, methods, routes",
        args: &[Arg::required("resource", "the name of a resource, such as Post")],
        flags: &[],
        run: |s, i| Box::pin(inspect::inspect(s, i)),
    },
    Command {
        name: "migrate make",
        about: "write the migration from the last one to what the resources say, for every database",
        args: &[Arg::optional("name", "its name; without one it is what it does")],
        flags: &[
            Flag::value("approve", "CODE", "approve a dangerous change that was refused; may be repeated"),
            Flag::switch("pretend", "write nothing, only say what would be written"),
        ],
        run: |s, i| Box::pin(migrate::make(s, i)),
    },
    Command {
        name: "migrate up",
        about: "run what is pending",
        args: &[],
        flags: &[PRETEND, Flag::value("limit", "N", "at most so many migrations"), ACCEPT],
        run: |s, i| Box::pin(migrate::up(s, i)),
    },
    Command {
        name: "migrate down",
        about: "undo the last migrations, newest first",
        args: &[],
        flags: &[PRETEND, STEPS, FORCE, ACCEPT],
        run: |s, i| Box::pin(migrate::down(s, i)),
    },
    Command {
        name: "migrate redo",
        about: "undo the last migrations and run them again",
        args: &[],
        flags: &[PRETEND, STEPS, FORCE, ACCEPT],
        run: |s, i| Box::pin(migrate::redo(s, i)),
    },
    Command {
        name: "migrate fresh",
        about: "drop everything in the database and run every migration",
        args: &[],
        flags: &[PRETEND, FORCE],
        run: |s, i| Box::pin(migrate::fresh(s, i)),
    },
    Command {
        name: "migrate status",
        about: "list every migration and how far it is; fails when one is not applied",
        args: &[],
        flags: &[],
        run: |s, i| Box::pin(migrate::status(s, i)),
    },
    Command {
        name: "seed",
        about: "fill the database with what the application begins with; may be repeated",
        args: &[Arg::rest("seed", "only these seeds")],
        flags: &[Flag::switch("fresh", "drop everything first"), FORCE],
        run: |s, i| Box::pin(migrate::seed(s, i)),
    },
    Command {
        name: "db reset",
        about: "drop everything, make the schema anew and run the seeds",
        args: &[],
        flags: &[Flag::switch("skip-seed", "leave the seeds out"), FORCE],
        run: |s, i| Box::pin(migrate::reset(s, i)),
    },
    Command {
        name: "drift",
        about: "compare the live database with the resources; fails when they differ",
        args: &[],
        flags: &[Flag::switch("sql", "print the statements that repair it; read them before you run them")],
        run: |s, i| Box::pin(migrate::drift(s, i)),
    },
    Command {
        name: "schema diff",
        about: "say what would have to change in the database for it to be what the resources declare; fails when something would",
        args: &[],
        flags: &[Flag::switch("sql", "print the statements that change it; read them before you run them")],
        run: |s, i| Box::pin(schema::diff(s, i)),
    },
    Command {
        name: "schema get",
        about: "list every table that the database has, and the resource that it belongs to",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(schema::get(s)),
    },
    Command {
        name: "schema describe",
        about: "show a table as the database has it: columns, keys, indexes, foreign keys, checks, triggers",
        args: &[Arg::required("table", "the name of a table of the database, or of its resource")],
        flags: &[],
        run: |s, i| Box::pin(schema::describe(s, i)),
    },
    Command {
        name: "schema apply",
        about: "make the database what the resources declare, as development does when it starts",
        args: &[],
        flags: &[
            PRETEND,
            Flag::switch("force", "lose the values that are in the way, and do it in production too"),
            ACCEPT,
        ],
        run: |s, i| Box::pin(schema::apply(s, i)),
    },
    Command {
        name: "schema delete",
        about: "drop a table that no resource declares, with all of its rows",
        args: &[TABLE],
        flags: &[PRETEND, Flag::switch("force", "drop it, in production too")],
        run: |s, i| Box::pin(schema::delete(s, i)),
    },
    Command {
        name: "status",
        about: "say whether lock, migrations, live schema and what is committed are up to date",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(checks::status(s)),
    },
    Command {
        name: "verify",
        about: "check everything that has to hold before a change goes out",
        args: &[],
        flags: &[
            Flag::switch("keep-going", "go on after a failure"),
            Flag::switch("quick", "leave fmt, clippy, build and test to others"),
        ],
        run: |s, i| Box::pin(checks::verify(s, i)),
    },
    Command {
        name: "doctor",
        about: "check the surroundings: toolchain, configuration, crates, database, port",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(checks::doctor(s)),
    },
    Command {
        name: "openapi",
        about: "print the OpenAPI document of what is served, or write it to a file",
        args: &[],
        flags: &[
            Flag::switch("yaml", "as YAML"),
            Flag::value("out", "FILE", "write it to this file instead"),
        ],
        run: |s, i| Box::pin(openapi::openapi(s, i)),
    },
    Command {
        name: "record list",
        about: "list records",
        args: &[RESOURCE],
        flags: &[
            Flag::value("filter", "FIELD=VALUE", "only those; `pages[gte]=3` compares; may be repeated"),
            Flag::value("sort", "FIELDS", "the order: `-published_at,title`"),
            Flag::value("limit", "N", "how many"),
            Flag::value("after", "CURSOR", "those after this cursor"),
            Flag::value("include", "RELATIONS", "with these relations"),
            Flag::value("fields", "FIELDS", "only these fields"),
            Flag::switch("count", "count them all too"),
        ],
        run: |s, i| Box::pin(record::list(s, i)),
    },
    Command {
        name: "record get",
        about: "show a record",
        args: &[RESOURCE, ID],
        flags: &[],
        run: |s, i| Box::pin(record::get(s, i)),
    },
    Command {
        name: "record create",
        about: "create a record, under every rule that a request is under",
        args: &[RESOURCE, FIELDS],
        flags: &[],
        run: |s, i| Box::pin(record::create(s, i)),
    },
    Command {
        name: "record update",
        about: "change fields of a record",
        args: &[RESOURCE, ID, FIELDS],
        flags: &[VERSION],
        run: |s, i| Box::pin(record::update(s, i)),
    },
    Command {
        name: "record delete",
        about: "delete a record",
        args: &[RESOURCE, ID],
        flags: &[VERSION, FORCE],
        run: |s, i| Box::pin(record::delete(s, i)),
    },
    Command {
        name: "config show",
        about: "show every setting with its value and where that came from",
        args: &[Arg::optional("section", "only this section")],
        flags: &[],
        run: |s, i| Box::pin(config::show(s, i)),
    },
    Command {
        name: "config check",
        about: "check the configuration, and report every mistake at once",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(config::check(s)),
    },
    Command {
        name: "config schema",
        about: "print the JSON Schema (draft 7) of config.toml, for editors",
        args: &[],
        flags: &[],
        run: |_, _| Box::pin(config::schema()),
    },
    Command {
        name: "config env-example",
        about: "print a complete .env.example",
        args: &[],
        flags: &[],
        run: |_, _| Box::pin(config::env_example()),
    },
    Command {
        name: "help",
        about: "list the commands, or say what one of them takes",
        args: &[Arg::rest("command", "the command to explain")],
        flags: &[Flag::switch("markdown", "print the whole reference as Markdown")],
        run: |_, i| Box::pin(help::help(i)),
    },
    Command {
        name: "version",
        about: "print the versions of the application's framework and format",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(help::version(s)),
    },
];
