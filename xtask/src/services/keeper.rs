//! The keeper: starts the servers, waits for the end of its standard input (or, detached, for a file named `stop`),
//! stops them and removes their folder.

use super::server::{self, Server};
use super::{Durability, Service};
use crate::process::works;
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs until it is told to stop.
pub(crate) fn keep(durable: bool, detached: bool) {
    let durability = if durable { Durability::Full } else { Durability::None };
    let folder = server::folder(std::process::id());
    let started = server::make_folder(&folder).map(|()| start(&folder, durability));
    let mut watched = Vec::new();
    let mut servers = match started {
        Ok((servers, problems)) if problems.is_empty() => {
            announce(&folder, &servers, detached);
            if detached {
                wait_for_stop(&folder)
            } else {
                watched = wait_for_end()
            }
            servers
        }
        Ok((servers, problems)) => {
            println!("error={}", problems.join("; "));
            servers
        }
        Err(problem) => {
            println!("error={problem}");
            Vec::new()
        }
    };
    for pid in watched {
        signal("TERM", &pid);
    }
    stop(&mut servers);
    // What is left of the folder is in the system's temporary one: nobody can do more about it here.
    let _ = std::fs::remove_dir_all(&folder);
}

fn start(folder: &Path, durability: Durability) -> (Vec<Server>, Vec<String>) {
    // Each takes seconds to set up its files, and none needs the other.
    let results: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = Service::ALL
            .into_iter()
            .filter(|s| server::installed(*s))
            .map(|s| scope.spawn(move || server::start(s, folder, durability)))
            .collect();
        handles
            .into_iter()
            .map(|h| h.join().unwrap_or_else(|_| Err("a start-up thread died".to_owned())))
            .collect()
    });
    let (mut servers, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(server) => servers.push(server),
            Err(problem) => problems.push(problem),
        }
    }
    (servers, problems)
}

fn announce(folder: &Path, servers: &[Server], detached: bool) {
    let urls: String = servers.iter().map(|s| format!("{}={}\n", s.service.variable(), s.url)).collect();
    if detached {
        let _ = std::fs::write(folder.join("detached"), std::process::id().to_string());
    }
    let _ = std::fs::write(folder.join("urls"), &urls);
    let mut out = std::io::stdout();
    // An empty line ends the list; a parent that is gone shows at once as the end of our input.
    let _ = writeln!(out, "{urls}ready").and_then(|()| out.flush());
}

fn wait_for_stop(folder: &Path) {
    while folder.exists() && !folder.join("stop").exists() {
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The end of the input is the end of the parent; until then it may name processes that are to end with it.
fn wait_for_end() -> Vec<String> {
    std::io::stdin().lock().lines().map_while(Result::ok).filter(|l| l.parse::<u32>().is_ok()).collect()
}

fn signal(name: &str, pid: &str) {
    works(Command::new("kill").args([&format!("-{name}"), pid]));
}

fn stop(servers: &mut [Server]) {
    for server in servers.iter() {
        // SIGINT is PostgreSQL's fast shutdown: SIGTERM waits for the clients.
        let name = if server.service == Service::Postgres { "INT" } else { "TERM" };
        signal(name, &server.child.id().to_string());
    }
    let end = Instant::now() + Duration::from_secs(10);
    for server in servers.iter_mut() {
        while server.child.try_wait().is_ok_and(|s| s.is_none()) {
            if Instant::now() > end {
                let _ = server.child.kill();
                let _ = server.child.wait();
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
