//! The server: its own accept loop, so that every connection has a clock and a bound. HTTP/1.1.

mod clock;
mod connection;
mod files;
mod gate;

use crate::edge::Edge;
use axum::extract::ConnectInfo;
use clock::Clock;
use connection::{GatedIo, TrackedBody, watch};
use http::{HeaderValue, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The bytes of an answer that may wait in the buffers of the system.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT: u32 = 128 * 1024;

/// Opens the listener of an address, with a long backlog and without waiting for old connections to be forgotten.
///
/// # Errors
/// When the address is taken or not ours.
pub fn listen(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // What is written to a slow client shall be on its way, not wait in the buffers of the system, which are large: so
    // it is seen whether the client takes anything. Accepted sockets inherit it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket2::SockRef::from(&socket).set_tcp_notsent_lowat(UNSENT);
    socket.bind(addr)?;
    socket.listen(4096)
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// every request in flight was answered
    Drained,
    /// some were cut off after the drain time
    Cut,
}

/// Serves until `shutdown` is done; then readiness says no, the listener closes, requests in flight are answered
/// within the drain time, and what is left is cut.
pub async fn serve(edge: Edge, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Ended {
    let config = edge.config().clone();
    let places = Arc::new(Semaphore::new(files::connections(config.max_connections)));
    let connections = TaskTracker::new();
    let stop = CancellationToken::new();
    let cut = CancellationToken::new();
    let accepting = async {
        let mut failed = Unaccepted::default();
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let work = serve_connection(edge.clone(), stream, peer, place, stop.clone());
                    let cut = cut.clone();
                    connections.spawn(async move {
                        tokio::select! {
                            () = cut.cancelled() => {}
                            () = work => {}
                        }
                    });
                }
                // Out of file descriptors, or a client that went away in the queue: the loop goes on.
                Err(error) => {
                    failed.note(&error);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    };
    let draining = async {
        shutdown.await;
        edge.drain();
        tokio::time::sleep(config.drain_grace).await;
    };
    tokio::select! {
        biased;
        () = draining => {}
        () = accepting => {}
    }
    drop(listener);
    stop.cancel();
    connections.close();
    edge.0.tasks.close();
    let drained = async {
        connections.wait().await;
        edge.0.tasks.wait().await;
    };
    let ended = tokio::time::timeout(config.drain_timeout, drained).await;
    cut.cancel();
    if ended.is_ok() { Ended::Drained } else { Ended::Cut }
}

/// Connections that could not be accepted: said now and then, not fifty times a second.
#[derive(Default)]
struct Unaccepted {
    said: Option<Instant>,
    since: u64,
}

impl Unaccepted {
    fn note(&mut self, error: &std::io::Error) {
        self.since += 1;
        if self.said.is_none_or(|at| at.elapsed() >= Duration::from_secs(10)) {
            tracing::warn!(%error, times = self.since, "connections cannot be accepted");
            *self = Self { said: Some(Instant::now()), since: 0 };
        }
    }
}

async fn serve_connection(
    edge: Edge,
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    stop: CancellationToken,
) {
    let _ = stream.set_nodelay(true);
    let config = edge.config().clone();
    let clock = Clock::new(config.first_byte_timeout);
    let io = GatedIo::new(stream, clock.clone(), &config, edge.metrics().clone(), place);
    let ticking = clock.clone();
    let stopping = stop.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        clock.busy();
        let (edge, clock, stopping) = (edge.clone(), clock.clone(), stopping.clone());
        async move {
            request.extensions_mut().insert(ConnectInfo(peer));
            let mut response = edge.handle(request).await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                clock.upgraded();
            } else if clock.lost() || stopping.is_cancelled() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|inner| TrackedBody { inner, clock }))
        }
    });
    let mut builder = http1::Builder::new();
    // The gate refuses first, in our form: what it lets pass has to fit.
    let head = config.max_header_bytes.saturating_add(8 * 1024).max(64 * 1024);
    builder
        .timer(TokioTimer::new())
        .max_headers(config.max_header_lines.saturating_add(8))
        .max_buf_size(head);
    builder.header_read_timeout(None);
    let connection = builder.serve_connection(TokioIo::new(io), service).with_upgrades();
    watch(connection, |c| c.graceful_shutdown(), &ticking, &config, &stop).await;
}
