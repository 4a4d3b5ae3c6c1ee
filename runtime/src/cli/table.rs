//! Every command of an application, the default one first.

use super::commands::{config, help, routes, serve};
use super::spec::{Arg, Command, Flag};

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
        about: "list every route with its method, path, guard and source",
        args: &[],
        flags: &[],
        run: |s, _| Box::pin(routes::routes(s)),
    },
    Command {
        name: "inspect",
        about: "show everything about a resource: fields, rules, relations, indexes, routes",
        args: &[Arg::required("resource", "the name of a resource, such as Post")],
        flags: &[],
        run: |s, i| Box::pin(routes::inspect(s, i)),
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
