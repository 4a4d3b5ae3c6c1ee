//! A server under measurement: started as a process of its own, so that its CPU time and memory are its own too.

use crate::hand::Fail;
use crate::load;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server; it is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// where it listens
    pub(crate) port: u16,
    /// from the start of the process to the first good answer
    pub(crate) started_in: Duration,
}

/// A program that was built beside this one.
fn beside(name: &str) -> Result<PathBuf, Fail> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// A port that was free a moment ago, outside the range of outgoing connections.
fn free_port() -> Result<u16, Fail> {
    use std::sync::atomic::{AtomicU16, Ordering};
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 5000)?;
    for _ in 0..3000 {
        let port = 23_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 9000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err("no free port".into())
}

impl Server {
    /// The yardstick for a database.
    pub(crate) fn hand(database: &str, url: &str) -> Result<Self, Fail> {
        let port = free_port()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["hand", database, url, &port.to_string()]);
        Self::start(command, port)
    }

    /// A derived application: `derived`, or `hundred` with as many resources.
    pub(crate) fn derived(program: &str, url: &str, environment: &str) -> Result<Self, Fail> {
        let port = free_port()?;
        let mut command = Command::new(beside(program)?);
        command.arg("serve").env("DATABASE_URL", url).env("PORT", port.to_string()).env("HOST", "127.0.0.1");
        command.env("FW_ENV", environment).env("RUST_LOG", "error").current_dir(std::env::temp_dir());
        // Any secret will do here; a production server insists on one.
        command.env("FW_APP_SECRET", "0123456789abcdef0123456789abcdef0123456789abcdef");
        Self::start(command, port)
    }

    fn start(mut command: Command, port: u16) -> Result<Self, Fail> {
        let start = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut server = Self { child, port, started_in: Duration::ZERO };
        let request = load::get("/healthz");
        loop {
            if matches!(load::once(port, &request), Ok((200, _))) {
                server.started_in = start.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{command:?} ended: {status}").into());
            }
            if start.elapsed() > Duration::from_secs(30) {
                return Err(format!("{command:?} does not answer on port {port}").into());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// CPU seconds of user and kernel so far.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // The second field is the name in brackets and may hold blanks.
        let rest = text.rsplit_once(')').map_or("", |(_, r)| r);
        let ticks =
            |n: usize| rest.split_whitespace().nth(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    }

    /// The most memory it ever held, in MiB.
    pub(crate) fn peak_mib(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("");
        line.split_whitespace().next().and_then(|k| k.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
