//! The graph, built once: what is needed first, first.

use super::{Init, Inject, Node, Provided};
use crate::cx::{Cx, State};
use crate::error::{Error, Result};
use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;

/// A service in the making.
pub type Building = Pin<Box<dyn Future<Output = Result<Made>> + Send>>;

/// A service that was made and has to be put in its place.
pub struct Made(Box<dyn FnOnce(&State) + Send>);

impl Made {
    fn of<T: Provided + ?Sized>(handle: Inject<T>) -> Self {
        Self(Box::new(move |state| state.insert(Arc::new(handle))))
    }
}

/// What the fields of a service are filled with, in their order.
pub struct Parts {
    of: &'static str,
    values: std::vec::IntoIter<Box<dyn Any + Send>>,
}

impl Parts {
    /// The value of the next injected field.
    ///
    /// # Errors
    /// Never in an expansion of ours: the fields and the needs are written from one list.
    pub fn take<T: 'static>(&mut self) -> Result<T> {
        let value = self.values.next().and_then(|v| v.downcast().ok());
        value
            .map(|v| *v)
            .ok_or_else(|| Error::internal(format!("`{}` asks for another part than it needs", self.of)))
    }

    /// What is not there and nobody can make.
    pub(super) fn absent(self) -> Building {
        let error = Error::internal(format!("`{}` is injected, but this application has none", self.of));
        Box::pin(std::future::ready(Err(error)))
    }
}

/// A service that is ready as it is.
pub fn ready<T: Provided>(made: Result<T>) -> Building {
    Box::pin(std::future::ready(made.map(|service| Made::of(Inject::new(Arc::new(service))))))
}

/// A service that is ready after its [`Init`].
pub fn init<T: Provided + Init>(made: Result<T>, cx: Cx) -> Building {
    Box::pin(async move {
        let service = T::init(made?, &cx).await?;
        Ok(Made::of(Inject::new(Arc::new(service))))
    })
}

/// A service seen as one of its traits.
pub fn view<T: Provided + ?Sized>(handle: Result<Arc<T>>) -> Building {
    Box::pin(std::future::ready(handle.map(|handle| Made::of(Inject::new(handle)))))
}

/// Builds these services and everything they need, each once, in the order of their edges; what the application
/// has already (a replacement) is left as it is, and what only that would have needed is not built.
///
/// # Errors
/// The first failure, with the name of the service in its cause.
pub async fn build(roots: &[&'static Node], cx: &Cx) -> Result<Vec<&'static str>> {
    let mut order = Vec::new();
    for root in roots {
        visit(root, cx.state(), &mut Vec::new(), &mut order)?;
    }
    for node in &order {
        let values: Option<Vec<_>> = node.needs.iter().map(|need| (need.take)(cx.state())).collect();
        let values =
            values.ok_or_else(|| Error::internal(format!("`{}` is built before its needs", node.name)))?;
        let parts = Parts { of: node.name, values: values.into_iter() };
        let made = (node.make)(parts, cx.clone()).await.map_err(|e| failed(node.name, e))?;
        (made.0)(cx.state());
    }
    Ok(order.iter().map(|n| n.name).collect())
}

fn failed(service: &str, error: Error) -> Error {
    let message = format!("the service `{service}` could not start: {}", error.message());
    let hint = error.hint_text().map(str::to_owned);
    let outer = Error::new(error.kind(), error.code().to_owned(), message).caused_by(error);
    match hint {
        Some(hint) => outer.hint(hint),
        None => outer,
    }
}

fn visit(
    node: &'static Node,
    state: &State,
    path: &mut Vec<&'static str>,
    order: &mut Vec<&'static Node>,
) -> Result<()> {
    if (node.found)(state) || order.iter().any(|n| n.name == node.name) {
        return Ok(());
    }
    if path.contains(&node.name) {
        return Err(Error::internal(format!(
            "services need each other in a circle: {} → {}",
            path.join(" → "),
            node.name
        )));
    }
    path.push(node.name);
    for need in node.needs {
        visit(need.node, state, path, order)?;
    }
    path.pop();
    order.push(node);
    Ok(())
}
