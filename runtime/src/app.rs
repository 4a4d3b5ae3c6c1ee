//! `App`: what `main` puts together and runs.

use crate::cli;
use crate::session::Session;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use framewright_core::config::Environment;
use framewright_core::cx::{Clock, State};
use framewright_core::di::Provided;
use framewright_core::provider::{Provider, Providers};
use framewright_core::{Error, Result};
use framewright_http::{Group, Guard, Routes, Stack};
use serde_json::Value;
use std::convert::Infallible;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tower::{Layer, Service};

/// An application: everything that is linked in and registered, and what is added here.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     framewright::App::new().run()
/// }
/// ```
pub struct App {
    pub(crate) parts: Parts,
}

type Replacement = Box<dyn FnOnce(&State) + Send>;
type Amend = Box<dyn FnOnce(&mut Value) + Send>;

/// What an application is made of, before it starts.
pub(crate) struct Parts {
    pub(crate) routes: Routes,
    pub(crate) groups: Vec<Group>,
    pub(crate) stack: Stack,
    /// what is done to the document before it is served
    pub(crate) amend: Vec<Amend>,
    pub(crate) documented: bool,
    pub(crate) providers: Providers,
    pub(crate) replacements: Vec<Replacement>,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) env: Option<Environment>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    pub(crate) version: Option<String>,
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl App {
    /// Every resource, service, section and seed that is linked into the program.
    #[must_use]
    pub fn new() -> Self {
        Self {
            parts: Parts {
                routes: Routes::new(),
                groups: Vec::new(),
                stack: Stack::global(),
                amend: Vec::new(),
                documented: true,
                providers: Providers::default(),
                replacements: Vec::new(),
                settings: Vec::new(),
                env: None,
                root: None,
                clock: None,
                version: None,
            },
        }
    }

    /// Adds [`Routes`] at the root, which the document and the command `routes` then have too; or any axum router as it
    /// is. Both are under the same error, request-id and log treatment as everything else.
    #[must_use]
    #[track_caller]
    pub fn routes(mut self, routes: impl Into<Routes>) -> Self {
        self.parts.routes = self.parts.routes.merge(routes);
        self
    }

    /// Changes the OpenAPI document before it is served: a description, security schemes, what stands on a router
    /// that keeps no record.
    #[must_use]
    pub fn document(mut self, amend: impl FnOnce(&mut Value) + Send + 'static) -> Self {
        self.parts.amend.push(Box::new(amend));
        self
    }

    /// Serves neither `/openapi.json` nor `/docs`; the command `openapi` still writes the document.
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        self.parts.documented = false;
        self
    }

    /// Adds a group of routes with a prefix and a stack of its own.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.parts.groups.push(group);
        self
    }

    /// Adds a tower layer around all routes, inside the layers that are there.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let name = std::any::type_name::<L>().split('<').next().unwrap_or_default();
        self.parts.stack = self.parts.stack.layer(name.rsplit("::").next().unwrap_or(name), layer);
        self
    }

    /// Takes a protection out that is on by default.
    #[must_use]
    pub fn without(mut self, guard: Guard) -> Self {
        self.parts.stack = self.parts.stack.without(guard);
        self
    }

    /// Adds a provider, after those that are there.
    #[must_use]
    pub fn provider(mut self, provider: impl Provider) -> Self {
        self.parts.providers.push(provider);
        self
    }

    /// Gives a service that was made already, in place of the one that would be built.
    #[must_use]
    pub fn service<T: Provided>(self, service: T) -> Self {
        self.replace::<T>(Arc::new(service))
    }

    /// Puts something else behind a type that is injected: `replace::<dyn Gateway>(Arc::new(FakeGateway))`.
    #[must_use]
    pub fn replace<T: Provided + ?Sized>(mut self, with: Arc<T>) -> Self {
        self.parts.replacements.push(Box::new(move |state| state.replace::<T>(with)));
        self
    }

    /// Sets a setting from the program, over every file and variable: `set("server.port", "9000")`.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.parts.settings.push((key.into(), text.into()));
        self
    }

    /// Says where the application runs, whatever `FW_ENV` says.
    #[must_use]
    pub fn env(mut self, env: Environment) -> Self {
        self.parts.env = Some(env);
        self
    }

    /// Says where `config.toml`, `migrations/` and an SQLite file are.
    #[must_use]
    pub fn root(mut self, root: impl Into<PathBuf>) -> Self {
        self.parts.root = Some(root.into());
        self
    }

    /// Says which version this is, in the document and in `version`: `version(env!("CARGO_PKG_VERSION"))`.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.parts.version = Some(version.into());
        self
    }

    /// Puts another clock behind `cx.now()`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.parts.clock = Some(clock);
        self
    }

    /// Puts a part into the application's state, where `cx.state()` finds it by its type.
    #[must_use]
    pub fn part<T: Send + Sync + 'static>(mut self, part: Arc<T>) -> Self {
        self.parts.replacements.push(Box::new(move |state| state.insert(part)));
        self
    }

    /// Does what the command line says; without a word, serves.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let mut words = Vec::new();
        for word in std::env::args_os().skip(1) {
            match word.into_string() {
                Ok(word) => words.push(word),
                Err(_) => return cli::end(Err(cli::not_unicode()), false),
            }
        }
        self.run_with(words)
    }

    /// Does what these words say.
    #[must_use]
    pub fn run_with(self, words: Vec<String>) -> ExitCode {
        let json = words.iter().take_while(|w| *w != "--").any(|w| w == "--json");
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(e) => return cli::end(Err(Error::internal(e)), json),
        };
        runtime.block_on(async {
            let mut session = Session::new(self.parts);
            let outcome = cli::run(&mut session, &words).await;
            session.shutdown().await;
            cli::end(outcome, json)
        })
    }

    /// Starts everything but the listener, and gives the context that work outside of requests starts from.
    ///
    /// # Errors
    /// Those of the configuration, of the registry, of the database and of what is started.
    pub async fn start(self) -> Result<crate::session::Running> {
        crate::session::Running::start(self.parts).await
    }
}
