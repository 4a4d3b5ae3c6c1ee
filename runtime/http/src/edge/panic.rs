//! A panic becomes `internal` with the request id; its place and stack go to the log and nowhere else.

use super::exchange::Exchange;
use framewright_core::http::{Behind, enter};
use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Once};
use std::task::Poll;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on, panics inside [`guarded`] are kept for its caller instead of being printed by the hook.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if GUARDED.get() {
                let at = info.location().map(ToString::to_string).unwrap_or_default();
                let stack = Backtrace::force_capture();
                LAST.with_borrow_mut(|l| {
                    *l = Some(format!("panicked at {at}: {}\n{stack}", said(info.payload())))
                });
            } else {
                before(info);
            }
        }));
    });
}

fn said(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

/// Runs a future of a request to its end, or to its panic: then `Err` says where and how.
pub(crate) async fn guarded<F: Future>(exchange: Exchange, future: F) -> Result<F::Output, String> {
    let mut future = pin!(future);
    let mut request: Option<Arc<dyn Behind>> = Some(exchange.0);
    poll_fn(|cx| {
        let outer = GUARDED.replace(true);
        let entered = enter(&mut request);
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        drop(entered);
        GUARDED.set(outer);
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(payload) => {
                let report = LAST.with_borrow_mut(Option::take);
                Poll::Ready(Err(report.unwrap_or_else(|| said(&*payload).to_owned())))
            }
        }
    })
    .await
}
