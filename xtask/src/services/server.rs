//! One server: where its programs are, how its files are made, how it is started.

use super::{Durability, Service, ready};
use crate::process::line;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the names of our folders begin with.
pub(crate) const FOLDER: &str = "framewright-services-";

/// A running server.
pub(crate) struct Server {
    /// which
    pub(crate) service: Service,
    /// its process
    pub(crate) child: Child,
    /// where it answers
    pub(crate) url: String,
}

/// The folder of a keeper. Short, because paths of unix sockets may have a hundred bytes at most, and one that another
/// user can enter, because a private `TMPDIR` of root cannot be.
pub(crate) fn folder(pid: u32) -> PathBuf {
    let temp = std::env::temp_dir();
    let base = if is_root() || temp.as_os_str().len() > 50 { PathBuf::from("/tmp") } else { temp };
    base.join(format!("{FOLDER}{pid}"))
}

/// Makes the folder, for the user that the servers run as.
pub(crate) fn make_folder(folder: &Path) -> Result<(), String> {
    let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
    std::fs::create_dir_all(folder).map_err(fail)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).map_err(fail)?;
    if let Some((uid, gid)) = user() {
        chown(folder, Some(uid), Some(gid)).map_err(fail)?;
    }
    Ok(())
}

/// Whether the programs of a server are there.
pub(crate) fn installed(service: Service) -> bool {
    let needed: &[&[&str]] = match service {
        Service::Postgres => &[&["initdb"], &["postgres"]],
        Service::Mysql => &[MYSQL_SERVER],
        Service::Redis => &[REDIS_SERVER],
    };
    needed.iter().all(|names| find(names).is_some())
}

const MYSQL_SERVER: &[&str] = &["mariadbd", "mysqld"];
const REDIS_SERVER: &[&str] = &["redis-server", "valkey-server"];

/// A program by any of its names: on the path, then where distributions hide servers; of several PostgreSQL versions
/// the newest.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for base in ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        let mut versions: Vec<PathBuf> =
            std::fs::read_dir(base).into_iter().flatten().flatten().map(|e| e.path().join("bin")).collect();
        let number = |p: &PathBuf| {
            let name = p.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
            name.and_then(|n| n.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok())
        };
        versions.sort_by_key(|p| std::cmp::Reverse(number(p)));
        folders.append(&mut versions);
    }
    for more in [
        "/usr/sbin",
        "/usr/local/sbin",
        "/usr/pgsql-18/bin",
        "/usr/pgsql-17/bin",
        "/usr/pgsql-16/bin",
        "/usr/libexec",
    ] {
        folders.push(more.into());
    }
    folders.iter().flat_map(|f| names.iter().map(move |n| f.join(n))).find(|p| p.is_file())
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self")
        .map_or_else(|_| std::env::var("USER").is_ok_and(|u| u == "root"), |m| m.uid() == 0)
}

/// Root hands its servers to an unprivileged user: PostgreSQL and MariaDB refuse to run as root, and rightly.
fn user() -> Option<(u32, u32)> {
    if !is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        users.lines().map(|l| l.split(':').collect::<Vec<_>>()).find_map(|u| match u.as_slice() {
            [n, _, uid, gid, ..] if *n == name => Some((uid.parse().ok()?, gid.parse().ok()?)),
            _ => None,
        })
    };
    ["postgres", "mysql", "nobody"].into_iter().find_map(ids)
}

fn command(program: &Path, folder: &Path, log: &str) -> Result<Command, String> {
    let file = std::fs::File::create(folder.join(log)).map_err(|e| format!("{log}: {e}"))?;
    let copy = file.try_clone().map_err(|e| format!("{log}: {e}"))?;
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(file).stderr(copy).env("LC_ALL", "C.UTF-8");
    command.env("HOME", folder);
    if let Some((uid, gid)) = user() {
        command.gid(gid).uid(uid);
    }
    Ok(command)
}

fn set_up(mut command: Command, folder: &Path, log: &str) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed: {status}: {}", line(&command), tail(folder, log))),
        Err(e) => Err(format!("`{}` can't be started: {e}", line(&command))),
    }
}

/// The end of a log in one line: the keeper reports in lines.
fn tail(folder: &Path, log: &str) -> String {
    let text = std::fs::read_to_string(folder.join(log)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(6)..].join(" | ")
}

/// A port that nobody holds, below the range from which outgoing connections take theirs.
fn free_port(salt: u32) -> Result<u16, String> {
    let start = std::process::id().wrapping_mul(37).wrapping_add(salt.wrapping_mul(3001));
    (0..8000u32)
        .map(|i| 20_000 + u16::try_from(start.wrapping_add(i.wrapping_mul(7)) % 12_000).unwrap_or(0))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or_else(|| "there is no free port between 20000 and 32000".to_owned())
}

/// Sets a server up, starts it and waits until it answers.
pub(crate) fn start(service: Service, folder: &Path, durability: Durability) -> Result<Server, String> {
    let (mut command, log, port) = match service {
        Service::Postgres => postgres(folder, durability)?,
        Service::Mysql => mysql(folder, durability)?,
        Service::Redis => redis(folder)?,
    };
    let child = command.spawn().map_err(|e| format!("`{}` can't be started: {e}", line(&command)))?;
    let url = match service {
        Service::Postgres => format!("postgres://fw@127.0.0.1:{port}/postgres"),
        Service::Mysql => format!("mysql://fw:fw@127.0.0.1:{port}/mysql"),
        Service::Redis => format!("redis://127.0.0.1:{port}/0"),
    };
    let mut server = Server { service, child, url };
    if ready::wait(&mut server, port, Duration::from_secs(60)) {
        return Ok(server);
    }
    let _ = server.child.kill();
    let _ = server.child.wait();
    Err(format!("{} does not answer on port {port}: {}", service.name(), tail(folder, log)))
}

type Prepared = (Command, &'static str, u16);

fn program(names: &[&str]) -> Result<PathBuf, String> {
    find(names).ok_or_else(|| format!("`{}` is not installed", names.first().unwrap_or(&"")))
}

fn postgres(folder: &Path, durability: Durability) -> Result<Prepared, String> {
    let data = folder.join("pg");
    let mut init = command(&program(&["initdb"])?, folder, "pg-init.log")?;
    init.arg("-D").arg(&data);
    init.args(["-U", "fw", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    set_up(init, folder, "pg-init.log")?;
    let port = free_port(1)?;
    let mut run = command(&program(&["postgres"])?, folder, "pg.log")?;
    run.arg("-D").arg(&data).arg("-k").arg(folder);
    run.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400"]);
    if durability == Durability::None {
        run.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        run.args(["-c", "autovacuum=off", "-c", "max_wal_size=2GB"]);
    }
    Ok((run, "pg.log", port))
}

fn mysql(folder: &Path, durability: Durability) -> Result<Prepared, String> {
    let data = folder.join("my");
    if let Some(installer) = find(&["mariadb-install-db", "mysql_install_db"]) {
        let mut init = command(&installer, folder, "my-init.log")?;
        init.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
        init.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
        set_up(init, folder, "my-init.log")?;
    } else {
        let mut init = command(&program(MYSQL_SERVER)?, folder, "my-init.log")?;
        init.args(["--no-defaults", "--initialize-insecure"]).arg(format!("--datadir={}", data.display()));
        set_up(init, folder, "my-init.log")?;
    }
    let first = folder.join("my-users.sql");
    let users = "CREATE USER IF NOT EXISTS fw@'127.0.0.1' IDENTIFIED BY 'fw';\n\
                 GRANT ALL ON *.* TO fw@'127.0.0.1' WITH GRANT OPTION;\n\
                 CREATE USER IF NOT EXISTS fw@localhost IDENTIFIED BY 'fw';\n\
                 GRANT ALL ON *.* TO fw@localhost WITH GRANT OPTION;\n";
    std::fs::write(&first, users).map_err(|e| format!("{}: {e}", first.display()))?;
    let port = free_port(2)?;
    let mut run = command(&program(MYSQL_SERVER)?, folder, "my.log")?;
    run.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
    run.arg(format!("--socket={}", folder.join("my.sock").display()));
    run.arg(format!("--pid-file={}", folder.join("my.pid").display()));
    run.arg(format!("--init-file={}", first.display()));
    run.args([&format!("--port={port}"), "--bind-address=127.0.0.1", "--max-connections=400"]);
    run.args(["--skip-name-resolve", "--skip-log-bin"]);
    if durability == Durability::None {
        run.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--sync-binlog=0"]);
        run.arg("--innodb-flush-method=nosync");
    }
    Ok((run, "my.log", port))
}

fn redis(folder: &Path) -> Result<Prepared, String> {
    let port = free_port(3)?;
    let mut run = command(&program(REDIS_SERVER)?, folder, "redis.log")?;
    run.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    run.arg("--dir").arg(folder);
    Ok((run, "redis.log", port))
}
