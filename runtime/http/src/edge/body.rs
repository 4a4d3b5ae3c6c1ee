//! The body of a request under guard: its length against the limit of the route, its pace against the clock.

use super::exchange::{BodyFault, Exchange};
use axum::body::Body;
use bytes::Bytes;
use framewright_core::{Error, ErrorKind};
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a body may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) total: Duration,
    pub(crate) grace: Duration,
    pub(crate) rate: u32,
}

pub(crate) struct GuardedBody<B> {
    inner: B,
    exchange: Exchange,
    pace: Pace,
    started: Instant,
    seen: u64,
    timer: Option<Pin<Box<Sleep>>>,
    done: bool,
}

impl<B> GuardedBody<B> {
    pub(crate) fn new(inner: B, exchange: Exchange, pace: Pace) -> Self {
        Self { inner, exchange, pace, started: Instant::now(), seen: 0, timer: None, done: false }
    }

    /// When the body is too slow, with what has come so far.
    fn due(&self) -> Instant {
        let earned = if self.pace.rate == 0 {
            self.pace.total
        } else {
            self.pace.grace.saturating_add(Duration::from_millis(
                self.seen.saturating_mul(1000) / u64::from(self.pace.rate),
            ))
        };
        self.started + earned.min(self.pace.total)
    }

    fn fail<T>(&mut self, fault: BodyFault) -> Poll<Option<Result<T, BodyError>>> {
        self.done = true;
        self.exchange.set_fault(fault);
        Poll::Ready(Some(Err(BodyError(fault))))
    }
}

impl<B> HttpBody for GuardedBody<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let me = &mut *self;
        if me.done {
            return Poll::Ready(None);
        }
        // What is declared too long is not read at all.
        if me.seen == 0 && me.inner.size_hint().lower() > me.exchange.body_limit() {
            return me.fail(BodyFault::TooLarge);
        }
        let polled = Pin::new(&mut me.inner).poll_frame(cx);
        me.exchange.set_waiting(polled.is_pending());
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    me.seen += data.len() as u64;
                    if me.seen > me.exchange.body_limit() {
                        return me.fail(BodyFault::TooLarge);
                    }
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(_))) => me.fail(BodyFault::Broken),
            Poll::Ready(None) => {
                me.done = true;
                Poll::Ready(None)
            }
            Poll::Pending => {
                let due = me.due();
                let timer = me.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
                if timer.deadline() != due {
                    timer.as_mut().reset(due);
                }
                if timer.as_mut().poll(cx).is_ready() { me.fail(BodyFault::TooSlow) } else { Poll::Pending }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

use std::future::Future;

/// A body that ended early.
#[derive(Debug)]
pub struct BodyError(BodyFault);

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            BodyFault::TooLarge => "the body is too large",
            BodyFault::TooSlow => "the body came too slowly",
            BodyFault::Broken => "the body broke off",
        })
    }
}

impl std::error::Error for BodyError {}

/// The error that a body which ended early becomes.
pub(crate) fn fault_error(fault: BodyFault, limit: u64) -> Error {
    match fault {
        BodyFault::TooLarge => Error::new(
            ErrorKind::TooLarge,
            "body.too_large",
            format!("the body is larger than the {limit} bytes that are allowed here"),
        ),
        BodyFault::TooSlow => {
            Error::new(ErrorKind::RequestTimeout, "request.timeout", "the body took too long to arrive")
        }
        BodyFault::Broken => {
            Error::new(ErrorKind::BadRequest, "body.incomplete", "the body ended before its declared end")
        }
    }
}

/// Reads the whole body of a request, within the limit of its route.
///
/// # Errors
/// 413, 408 or 400 when it is too large, too slow, or breaks off.
pub async fn read(body: Body, exchange: &Exchange) -> Result<Bytes, Error> {
    use http_body_util::BodyExt;
    match body.collect().await {
        Ok(all) => Ok(all.to_bytes()),
        Err(_) => Err(fault_error(exchange.body_fault().unwrap_or(BodyFault::Broken), exchange.body_limit())),
    }
}
