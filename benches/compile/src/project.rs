//! The generated application: a package of its own under the target folder, with the workspace's lock file.

use crate::{Cost, Fail, cargo, timed};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// What the application is made of.
#[derive(Clone, Copy)]
pub(crate) enum Content {
    /// resources
    Resources,
    /// the yardstick: the three structs of a resource with the derives of serde and garde, and nothing else
    Derives,
}

/// An application whose size can be changed.
pub(crate) struct Project {
    content: Content,
    folder: PathBuf,
    target: PathBuf,
}

const NAME: &str = "bench-application";

impl Project {
    /// Makes the package.
    pub(crate) fn new(content: Content) -> Result<Self, Fail> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let (folder, dependencies) = match content {
            Content::Resources => {
                ("bench-compile", format!("framewright = {{ path = {:?} }}", root().join("runtime")))
            }
            Content::Derives => (
                "bench-derives",
                "serde = { version = \"1\", features = [\"derive\"] }\n\
                 garde = { version = \"0.23\", default-features = false, features = [\"derive\"] }"
                    .to_owned(),
            ),
        };
        let folder = target.join(folder);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{NAME}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n\n[workspace]\n\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { content, target: folder.join("target"), folder })
    }

    /// Gives it this many resources.
    pub(crate) fn write(&self, resources: usize) -> Result<(), Fail> {
        let (of, end): (fn(usize, usize) -> String, _) = match self.content {
            Content::Resources => {
                (resource, "std::process::ExitCode {\n    framewright::App::new().run()\n}\n")
            }
            Content::Derives => {
                (derives, "std::process::ExitCode {\n    std::process::ExitCode::SUCCESS\n}\n")
            }
        };
        let mut main = String::from("//! Generated.\n#![allow(dead_code)]\n");
        for n in 0..resources {
            writeln!(main, "mod item{n};")?;
            fs::write(self.folder.join(format!("src/item{n}.rs")), of(n, 0))?;
        }
        write!(main, "\nfn main() -> {end}")?;
        fs::write(self.folder.join("src/main.rs"), main)?;
        Ok(())
    }

    /// Changes one field of one resource, to something new at every round.
    pub(crate) fn edit(&self, n: usize, round: usize) -> Result<(), Fail> {
        Ok(fs::write(self.folder.join(format!("src/item{n}.rs")), resource(n, round + 1))?)
    }

    /// `cargo check` or `cargo build`.
    pub(crate) fn cargo(&self, verb: &str) -> Result<Cost, Fail> {
        timed(self.command().arg(verb))
    }

    /// Forgets what was compiled of the application, and nothing else.
    pub(crate) fn forget(&self) -> Result<(), Fail> {
        timed(self.command().args(["clean", "--package", NAME])).map(drop)
    }

    /// Builds the quickstart from nothing, in wall seconds.
    pub(crate) fn cold_quickstart(&self) -> Result<f64, Fail> {
        let target = self.folder.join("cold");
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let mut command = Command::new(cargo());
        command
            .current_dir(root())
            .args(["build", "--package", "quickstart"])
            .env("CARGO_TARGET_DIR", &target);
        let cost = timed(&mut command)?;
        fs::remove_dir_all(&target)?;
        Ok(cost.wall)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

/// A resource of eight fields, as people write them: text, numbers, money, time, an enum, a relation.
fn resource(n: usize, edit: usize) -> String {
    let longest = 120 + edit;
    let relation = if n == 0 { "Item0".to_owned() } else { format!("crate::item{}::Item{}", n - 1, n - 1) };
    format!(
        "//! Generated.\nuse framewright::prelude::*;\n\n\
         /// Where item {n} is on its way.\n#[derive(DbEnum)]\npub enum State{n} {{\n    /// at the start\n    Open,\n    /// at the end\n    Done,\n}}\n\n\
         /// Item {n}.\n#[resource(policy = public)]\npub struct Item{n} {{\n\
         \x20   /// The title.\n    #[field(length(min = 3, max = {longest}), filter, sort)]\n    pub title: String,\n\
         \x20   /// The text.\n    #[field(text)]\n    pub body: String,\n\
         \x20   /// The address.\n    #[field(email)]\n    pub contact: Option<String>,\n\
         \x20   /// The number.\n    #[field(range(min = 0, max = 1000), filter, sort, default = 0)]\n    pub count: i32,\n\
         \x20   /// The price.\n    #[field(sort)]\n    pub price: Decimal,\n\
         \x20   /// The state.\n    #[field(filter, default = State{n}::Open)]\n    pub state: State{n},\n\
         \x20   /// The day.\n    #[field(filter, sort)]\n    pub due_at: Option<Timestamp>,\n\
         \x20   /// The one before.\n    #[field(filter, on_delete = set_null)]\n    pub before_id: Option<Id<{relation}>>,\n}}\n"
    )
}

/// The same fields in three structs, as one writes them by hand: what is read, what makes one, what changes one.
fn derives(n: usize, _: usize) -> String {
    let mut out = String::from("//! Generated.\n");
    for (name, optional) in [("Item", false), ("CreateItem", false), ("UpdateItem", true)] {
        let _ = writeln!(
            out,
            "\n/// Item {n}.\n#[derive(serde::Serialize, serde::Deserialize, garde::Validate)]\n\
             #[serde(deny_unknown_fields)]\npub struct {name}{n} {{"
        );
        for (rule, field, of) in [
            ("length(min = 3, max = 120)", "title", "String"),
            ("skip", "body", "String"),
            ("skip", "contact", "Option<String>"),
            ("range(min = 0, max = 1000)", "count", "i32"),
            ("skip", "price", "f64"),
            ("skip", "state", "u8"),
            ("skip", "due_at", "Option<i64>"),
            ("skip", "before_id", "Option<u128>"),
        ] {
            let of =
                if optional && !of.starts_with("Option") { format!("Option<{of}>") } else { of.to_owned() };
            let _ = writeln!(out, "    #[garde({rule})]\n    pub {field}: {of},");
        }
        out.push_str("}\n");
    }
    out
}
