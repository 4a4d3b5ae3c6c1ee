//! `serve`: the server, from the first line it prints to the last request it answers.

use crate::cli::output::bold;
use crate::cli::report::{Exit, Report, usage};
use crate::cli::spec::Invocation;
use crate::project;
use crate::session::{PREFIX, Session};
use framewright_core::config::mask_url;
use framewright_core::{Error, ErrorKind, Result, registry};
use framewright_http::is_served;
use framewright_http::server::{Ended, listen, serve as serve_edge};
use serde_json::{Value, json};
use std::net::SocketAddr;

pub(crate) async fn serve(session: &mut Session, call: &Invocation) -> Result<Report> {
    for (flag, key) in [("host", "server.host"), ("port", "server.port")] {
        if let Some(value) = call.value(flag) {
            session.set(key, value).map_err(|_| usage(format!("`--{flag}` cannot be `{value}`"), "serve"))?;
        }
    }
    session.serving = true;
    session.listening = true;
    let edge = session.edge().await?;
    let addr = edge.config().addr;
    let listener = listen(addr).map_err(|e| cannot_listen(addr, e))?;
    let addr = listener.local_addr().map_err(Error::internal)?;
    say(session, addr, call.has("json")).await?;
    match serve_edge(edge, listener, stopped()).await {
        Ended::Drained => Ok(Report { json: Value::Null, text: String::new(), exit: Exit::Done }),
        Ended::Cut => {
            tracing::warn!("some requests were cut off at the end of the drain time");
            Ok(Report { json: Value::Null, text: String::new(), exit: Exit::Failed })
        }
    }
}

/// Until somebody asks the process to end. Whoever asks a second time means it: what is still in flight, and what is
/// being shut down after it, is left as it is.
async fn stopped() {
    let (said, first) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut signals = Signals::listen();
        signals.next().await;
        tracing::info!("shutting down");
        let _ = said.send(());
        signals.next().await;
        tracing::warn!("a second signal: ending at once");
        // Every write is one transaction, so nothing is torn by it.
        std::process::exit(Exit::Failed as i32);
    });
    let _ = first.await;
}

/// The signals that ask a process to end, none of which is missed between two looks.
struct Signals {
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    interrupt: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            interrupt: signal(SignalKind::interrupt()).ok(),
        }
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
            let came = match signal {
                Some(signal) => signal.recv().await,
                None => None,
            };
            if came.is_none() {
                std::future::pending::<()>().await;
            }
        }
        tokio::select! {
            () = one(&mut self.terminate) => {}
            () = one(&mut self.interrupt) => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn cannot_listen(addr: SocketAddr, e: std::io::Error) -> Error {
    let (message, hint) = match e.kind() {
        std::io::ErrorKind::AddrInUse => (
            format!("port {} is taken by another program", addr.port()),
            format!("stop that program, or choose another port: `PORT={}`", addr.port().saturating_add(1)),
        ),
        std::io::ErrorKind::PermissionDenied => (
            format!("this user may not listen on port {}", addr.port()),
            "ports below 1024 belong to root: choose a higher one".to_owned(),
        ),
        _ => (
            format!("{addr} cannot be listened on"),
            "`server.host` must be an address of this machine; 0.0.0.0 is every one".to_owned(),
        ),
    };
    Error::new(ErrorKind::Unavailable, "server.listen", message).caused_by(e).hint(hint)
}

/// Says where it listens, what it serves and where the docs are.
async fn say(session: &mut Session, addr: SocketAddr, json: bool) -> Result<()> {
    let config = session.config()?;
    let database = session.database().await?;
    let at = format!("http://{addr}");
    let url = mask_url(&database.config().url);
    let served: Vec<_> = registry::resources().into_iter().filter(|d| is_served(d)).collect();
    let documents = |path: &str| session.documented.then(|| format!("{at}{path}"));
    let (docs, openapi) = (documents("/docs"), documents("/openapi.json"));
    if json {
        let resources: Vec<Value> =
            served.iter().map(|d| json!({"name": d.name, "path": format!("{PREFIX}/{}", d.path)})).collect();
        println!(
            "{}",
            json!({"listening": at, "environment": config.env().name(), "database": {"dialect": database.dialect().name(), "url": url, "schema": session.schema}, "resources": resources, "docs": docs, "openapi": openapi})
        );
        return Ok(());
    }
    println!("{} ({})", bold(&project::program()), config.env().name());
    println!("  listening  {at}");
    println!("  database   {} {url}", database.dialect().name());
    for change in &session.schema {
        println!("             {change}");
    }
    let width = served.iter().map(|d| d.path.len()).max().unwrap_or(0);
    for (i, d) in served.iter().enumerate() {
        println!("  {:<9}  {PREFIX}/{:width$}  {}", if i == 0 { "serves" } else { "" }, d.path, d.name);
    }
    if served.is_empty() {
        println!("  serves     no resource yet: put `#[resource(policy = public)]` above a struct");
    }
    if let Some(docs) = docs {
        println!("  docs       {docs}");
    }
    println!("  commands   cargo run -- help");
    Ok(())
}
