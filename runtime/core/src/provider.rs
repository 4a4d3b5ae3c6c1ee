//! Providers: parts of an application that come and go with it. All register, then all boot in order, and those
//! that booted shut down in reverse, also when one of them fails in the middle.

use crate::cx::Cx;
use crate::error::Result;
use std::pin::Pin;

/// A part of an application with a life of its own: a client that connects, a task that runs, another crate's set-up.
pub trait Provider: Send + Sync + 'static {
    /// The name in logs and errors.
    fn name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }

    /// Puts parts into the application (`cx.state()`); nothing else is there yet but the configuration.
    ///
    /// # Errors
    /// Ends the start.
    fn register(&self, cx: &Cx) -> Result<()> {
        let _ = cx;
        Ok(())
    }

    /// Starts; the database, all services and every provider before this one are there.
    fn boot(&self, cx: &Cx) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        std::future::ready(Ok(()))
    }

    /// Ends what [`boot`](Self::boot) began; called only after a boot that went well.
    fn shutdown(&self, cx: &Cx) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        std::future::ready(Ok(()))
    }
}

type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

trait AnyProvider: Send + Sync {
    fn name(&self) -> &'static str;
    fn register(&self, cx: &Cx) -> Result<()>;
    fn boot<'a>(&'a self, cx: &'a Cx) -> Step<'a>;
    fn shutdown<'a>(&'a self, cx: &'a Cx) -> Step<'a>;
}

impl<P: Provider> AnyProvider for P {
    fn name(&self) -> &'static str {
        Provider::name(self)
    }
    fn register(&self, cx: &Cx) -> Result<()> {
        Provider::register(self, cx)
    }
    fn boot<'a>(&'a self, cx: &'a Cx) -> Step<'a> {
        Box::pin(Provider::boot(self, cx))
    }
    fn shutdown<'a>(&'a self, cx: &'a Cx) -> Step<'a> {
        Box::pin(Provider::shutdown(self, cx))
    }
}

/// The providers of an application, in the order they were given.
#[derive(Default)]
pub struct Providers {
    all: Vec<Box<dyn AnyProvider>>,
}

/// Providers that have booted and have to be shut down; a failure to shut down, with the name.
pub type Failure = (&'static str, crate::Error);

impl Providers {
    /// Adds one, after those that are there.
    pub fn push(&mut self, provider: impl Provider) {
        self.all.push(Box::new(provider));
    }

    /// Their names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.all.iter().map(|p| p.name()).collect()
    }

    /// Registers all, in order.
    ///
    /// # Errors
    /// The first failure; nothing has booted then.
    pub fn register(&self, cx: &Cx) -> Result<()> {
        self.all.iter().try_for_each(|p| p.register(cx))
    }

    /// Boots all, in order.
    ///
    /// # Errors
    /// The first failure, after those that had booted were shut down in reverse; with their own failures.
    pub async fn boot(&self, cx: &Cx) -> Result<(), (crate::Error, Vec<Failure>)> {
        for (booted, provider) in self.all.iter().enumerate() {
            if let Err(error) = provider.boot(cx).await {
                return Err((error, self.down(booted, cx).await));
            }
        }
        Ok(())
    }

    /// Shuts all down, in reverse; one that fails does not keep the others up.
    pub async fn shutdown(&self, cx: &Cx) -> Vec<Failure> {
        self.down(self.all.len(), cx).await
    }

    async fn down(&self, booted: usize, cx: &Cx) -> Vec<Failure> {
        let mut failures = Vec::new();
        for provider in self.all.iter().take(booted).rev() {
            if let Err(error) = provider.shutdown(cx).await {
                failures.push((provider.name(), error));
            }
        }
        failures
    }
}
