//! One connection: its socket behind the gate, its clock, its end.

use super::clock::Clock;
use super::gate::{Gate, HeadLimits};
use crate::config::ServerConfig;
use crate::edge::request_id::X_REQUEST_ID;
use crate::envelope::{Failure, Form};
use crate::metrics::Metrics;
use framewright_core::{Error, Id};
use std::fmt::Write;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// How much of a refused request is read and thrown away, so that the client gets to see the answer instead of
/// a reset connection, and for how long.
const LINGER_BYTES: u64 = 256 * 1024;
const LINGER: Duration = Duration::from_millis(500);

/// A socket whose incoming bytes pass the gate.
pub(super) struct GatedIo {
    stream: TcpStream,
    gate: Gate,
    clock: Arc<Clock>,
    header_timeout: Duration,
    idle_timeout: Duration,
    /// bytes still to be thrown away before the end
    linger: Option<u64>,
    linger_until: Option<Pin<Box<Sleep>>>,
    metrics: Arc<Metrics>,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl Drop for GatedIo {
    fn drop(&mut self) {
        self.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl GatedIo {
    pub(super) fn new(
        stream: TcpStream,
        clock: Arc<Clock>,
        config: &ServerConfig,
        metrics: Arc<Metrics>,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) -> Self {
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        let limits = HeadLimits {
            lines: config.max_header_lines,
            bytes: config.max_header_bytes,
            uri: config.max_uri_bytes,
        };
        Self {
            stream,
            gate: Gate::new(limits),
            clock,
            header_timeout: config.header_timeout,
            idle_timeout: config.idle_timeout,
            linger: None,
            linger_until: None,
            metrics,
            _permit: permit,
        }
    }

    fn refuse(&mut self, error: &Error) {
        self.linger = Some(LINGER_BYTES);
        // An answer in flight goes out first, and nothing can follow it.
        if self.clock.answering() {
            return;
        }
        let id = Id::<()>::new().to_string();
        let answer = refusal(error, &id);
        // It fits the empty buffer of the socket; where it does not, the client is not listening anyway.
        let _ = self.stream.try_write(answer.as_bytes());
        self.clock.linger(LINGER * 2);
        self.metrics.refuse(error.status());
        tracing::info!(
            target: "framewright::request",
            request_id = id,
            status = error.status(),
            code = error.code(),
            "refused"
        );
    }

    /// Reads and throws away; ready at the end of the stream or of our patience.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let until = self.linger_until.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        if until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut waste = [0; 4096];
        while self.linger.is_some_and(|left| left > 0) {
            let mut buf = ReadBuf::new(&mut waste);
            std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
            let n = buf.filled().len() as u64;
            self.linger = self.linger.map(|left| if n == 0 { 0 } else { left.saturating_sub(n) });
        }
        Poll::Ready(Ok(()))
    }
}

/// An answer to what never became a request.
fn refusal(error: &Error, id: &str) -> String {
    let failure = Failure::of(error);
    let body = failure.body(Form::Envelope, id);
    let mut out = String::with_capacity(512);
    let reason = failure.status.canonical_reason().unwrap_or("");
    let _ = write!(
        out,
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{X_REQUEST_ID}: {id}\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{}",
        failure.status.as_u16(),
        body.len(),
        String::from_utf8_lossy(&body),
    );
    out
}

impl AsyncRead for GatedIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = &mut *self;
        if me.linger.is_some() {
            // To hyper this is the end of the stream, once the client has had its answer.
            if me.clock.lingering() {
                let _ = Pin::new(&mut me.stream).poll_shutdown(cx);
                return me.poll_linger(cx);
            }
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        std::task::ready!(Pin::new(&mut me.stream).poll_read(cx, buf))?;
        let new = buf.filled().get(before..).unwrap_or(&[]);
        if new.is_empty() {
            return Poll::Ready(Ok(()));
        }
        if me.clock.is_upgraded() {
            me.gate.give_up();
            return Poll::Ready(Ok(()));
        }
        let fresh = me.gate.between_requests();
        match me.gate.feed(new) {
            Ok(()) => {
                if me.gate.lost() {
                    me.clock.lose();
                }
                if fresh {
                    me.clock.header(me.header_timeout);
                }
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                buf.set_filled(before);
                me.refuse(&error);
                if !me.clock.lingering() {
                    return Poll::Ready(Ok(()));
                }
                let _ = Pin::new(&mut me.stream).poll_shutdown(cx);
                me.poll_linger(cx)
            }
        }
    }
}

impl AsyncWrite for GatedIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let me = &mut *self;
        let polled = Pin::new(&mut me.stream).poll_write(cx, buf);
        me.clock.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let me = &mut *self;
        let polled = Pin::new(&mut me.stream).poll_write_vectored(cx, bufs);
        me.clock.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = &mut *self;
        let polled = Pin::new(&mut me.stream).poll_flush(cx);
        // Hyper comes here when its own buffer is empty.
        if polled.is_ready() {
            me.clock.flushed(me.idle_timeout, me.gate.inside_head().then_some(me.header_timeout));
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = &mut *self;
        std::task::ready!(Pin::new(&mut me.stream).poll_shutdown(cx))?;
        if me.gate.between_requests() && me.linger.is_none() {
            return Poll::Ready(Ok(()));
        }
        // A body that nobody read is still on its way: closing now would reset the connection under the answer.
        if me.linger.is_none() {
            me.linger = Some(LINGER_BYTES);
        }
        if !me.clock.lingering() {
            me.clock.linger(LINGER * 2);
        }
        me.poll_linger(cx)
    }
}

/// The body of an answer; when it is gone, all of it is in the buffers.
pub(super) struct TrackedBody {
    pub(super) inner: axum::body::Body,
    pub(super) clock: Arc<Clock>,
}

impl http_body::Body for TrackedBody {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }
    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        self.clock.answered();
    }
}

/// Runs a connection until it ends, its time is up, or the server stops.
pub(super) async fn watch<C>(
    connection: C,
    graceful: impl Fn(Pin<&mut C>),
    clock: &Clock,
    config: &ServerConfig,
    stop: &tokio_util::sync::CancellationToken,
) where
    C: Future,
{
    let mut connection = std::pin::pin!(connection);
    let mut tick = std::pin::pin!(tokio::time::sleep_until(Instant::now()));
    let mut stopping = std::pin::pin!(stop.cancelled());
    let mut stopped = false;
    loop {
        tokio::select! {
            biased;
            _ = &mut connection => return,
            () = &mut tick => match clock.check(config) {
                Some(next) => tick.as_mut().reset(next),
                None => return,
            },
            () = &mut stopping, if !stopped => {
                stopped = true;
                if !clock.answering() {
                    return;
                }
                graceful(connection.as_mut());
            }
        }
    }
}
