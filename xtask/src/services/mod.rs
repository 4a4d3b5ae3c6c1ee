//! Private database servers: on free ports, under a temporary folder, never as root, never on the standard ports.
//!
//! They run under a *keeper*, a second process of this tool in its own process group. It stops them when its
//! standard input ends, and that happens however this process ends: well, by Ctrl-C, by SIGTERM or by SIGKILL.

mod install;
mod keeper;
mod ready;
mod server;

use crate::process::works;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// PostgreSQL
    Postgres,
    /// MariaDB, or MySQL
    Mysql,
    /// Redis, or Valkey
    Redis,
}

impl Service {
    /// Every one that the tests use.
    pub(crate) const ALL: [Self; 3] = [Self::Postgres, Self::Mysql, Self::Redis];

    /// The name for people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB",
            Self::Redis => "Redis",
        }
    }

    /// The variable that tells the tests where it is.
    pub(crate) const fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "TEST_POSTGRES_URL",
            Self::Mysql => "TEST_MYSQL_URL",
            Self::Redis => "TEST_REDIS_URL",
        }
    }

    /// The Debian package that has it.
    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Mysql => "mariadb-server",
            Self::Redis => "redis-server",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.variable() == name)
    }
}

/// How much the servers may promise to lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// no fsync: the data is thrown away anyway
    None,
    /// as in production: what a benchmark of writes needs
    Full,
}

/// Running servers; they stop when this is dropped, or when the process ends in any way.
pub(crate) struct Services {
    keeper: Child,
    input: Option<ChildStdin>,
    /// what runs, and where
    pub(crate) urls: Vec<(Service, String)>,
}

impl Services {
    /// Starts what is installed; the caller has dealt with what is not.
    pub(crate) fn start(durability: Durability) -> Result<Self, String> {
        let mut keeper = keeper_command(durability, false)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("the keeper of the databases can't be started: {e}"))?;
        let input = keeper.stdin.take();
        let mut urls = Vec::new();
        let mut problem = None;
        if let Some(out) = keeper.stdout.take() {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                match line.split_once('=') {
                    Some(("error", message)) => problem = Some(message.to_owned()),
                    Some((name, url)) => urls.extend(Service::named(name).map(|s| (s, url.to_owned()))),
                    None => break,
                }
            }
        }
        let services = Self { keeper, input, urls };
        match problem {
            Some(message) => Err(message),
            None => Ok(services),
        }
    }

    /// Has the keeper end this process too, should we be killed while it runs.
    pub(crate) fn watch(&mut self, pid: u32) {
        use std::io::Write as _;
        if let Some(input) = &mut self.input {
            // A keeper that is gone has stopped everything already: there is nothing left to tell it.
            let _ = writeln!(input, "{pid}").and_then(|()| input.flush());
        }
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.keeper.wait();
    }
}

fn keeper_command(durability: Durability, detached: bool) -> Result<Command, String> {
    let me = std::env::current_exe().map_err(|e| format!("where is this program? {e}"))?;
    let mut command = Command::new(me);
    command.args(["services", "keep"]).process_group(0).current_dir("/");
    if durability == Durability::Full {
        command.arg("--durable");
    }
    if detached {
        command.arg("--detached");
    }
    Ok(command)
}

/// Makes sure that the servers are installed, or says what is missing: the missing ones are the answer.
pub(crate) fn provide(may_install: bool) -> Vec<Service> {
    let missing: Vec<Service> = Service::ALL.into_iter().filter(|s| !server::installed(*s)).collect();
    if missing.is_empty() {
        return missing;
    }
    install::install(&missing, may_install);
    missing.into_iter().filter(|s| !server::installed(*s)).collect()
}

/// `cargo xtask services …`
pub(crate) fn command(args: &[&str]) -> Result<(), String> {
    match args {
        ["keep", rest @ ..] => {
            keeper::keep(rest.contains(&"--durable"), rest.contains(&"--detached"));
            Ok(())
        }
        ["start", rest @ ..] => start_detached(!rest.contains(&"--no-install")),
        ["stop"] => stop_detached(),
        ["list"] | [] => list(),
        _ => Err("usage: cargo xtask services start [--no-install] | stop | list".to_owned()),
    }
}

fn start_detached(may_install: bool) -> Result<(), String> {
    for absent in provide(may_install) {
        eprintln!("not installed, so not started: {}", absent.name());
    }
    let mut keeper = keeper_command(Durability::None, true)?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("the keeper of the databases can't be started: {e}"))?;
    let folder = server::folder(keeper.id());
    let end = Instant::now() + Duration::from_secs(90);
    while !folder.join("urls").exists() {
        let gone = keeper.try_wait().is_ok_and(|s| s.is_some());
        if gone || Instant::now() > end {
            return Err(format!("the servers did not start; their logs were in {}", folder.display()));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    list()
}

fn running() -> Vec<PathBuf> {
    let Some(parent) = server::folder(0).parent().map(PathBuf::from) else { return Vec::new() };
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|e| e.file_name().to_string_lossy().starts_with(server::FOLDER))
        .map(|e| e.path())
        .filter(|p| p.join("urls").exists() && p.join("detached").exists())
        .collect();
    found.sort();
    found
}

fn list() -> Result<(), String> {
    let folders = running();
    if folders.is_empty() {
        println!("nothing runs; `cargo xtask services start` starts PostgreSQL, MariaDB and Redis");
    }
    for folder in folders {
        let urls = std::fs::read_to_string(folder.join("urls")).unwrap_or_default();
        println!("# {}", folder.display());
        for url in urls.lines() {
            println!("export {url}");
        }
    }
    Ok(())
}

fn stop_detached() -> Result<(), String> {
    for folder in running() {
        let pid = std::fs::read_to_string(folder.join("detached")).unwrap_or_default();
        if !works(Command::new("kill").args(["-0", pid.trim()])) {
            eprintln!("{} is left over from a keeper that was killed: removed", folder.display());
            let _ = std::fs::remove_dir_all(&folder);
            continue;
        }
        std::fs::write(folder.join("stop"), "").map_err(|e| format!("{}: {e}", folder.display()))?;
        let end = Instant::now() + Duration::from_secs(30);
        while folder.exists() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(100));
        }
        if folder.exists() {
            return Err(format!("{} did not stop within 30 s", folder.display()));
        }
        println!("stopped {}", folder.display());
    }
    Ok(())
}
