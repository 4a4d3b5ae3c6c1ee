//! An application between its parts and its end: each stage is reached once, and only when a command needs it.

use crate::app::Parts;
use crate::settings::{AppSettings, DatabaseSettings, LogSettings, ServerSettings, rules};
use crate::{linked, logging, project, schema};
use framewright_core::config::{Config, ConfigSection, Environment, Origin, sections};
use framewright_core::cx::{Clock, State};
use framewright_core::provider::Providers;
use framewright_core::query::cursor::CursorKey;
use framewright_core::{Cx, Error, ErrorKind, ResourceDescriptor, Result, di, registry};
use framewright_data::Database;
use framewright_http::openapi::Info;
use framewright_http::{Api, Edge, Health, Listed, Site};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the paths of derived routes begin with.
pub(crate) const PREFIX: &str = "/api/v1";

/// An application that a command works with.
pub(crate) struct Session {
    parts: Option<Parts>,
    providers: Providers,
    root: PathBuf,
    state: Arc<State>,
    config: Option<Arc<Config>>,
    clock: Option<Arc<dyn Clock>>,
    started: bool,
    /// whether requests from outside are going to be answered, which the log then shows
    pub(crate) serving: bool,
    /// whether a listener of ours is going to bring them
    pub(crate) listening: bool,
    /// whether the document is served
    pub(crate) documented: bool,
    /// whether the start may change the schema
    pub(crate) migrates: bool,
    /// what the schema needed at start
    pub(crate) schema: Vec<String>,
}

impl Session {
    pub(crate) fn new(parts: Parts) -> Self {
        let root = parts.root.clone().unwrap_or_else(project::root);
        let root = std::path::absolute(&root).unwrap_or(root);
        Self {
            clock: parts.clock.clone(),
            parts: Some(parts),
            providers: Providers::default(),
            root,
            state: Arc::default(),
            config: None,
            started: false,
            serving: false,
            listening: false,
            documented: true,
            migrates: true,
            schema: Vec::new(),
        }
    }

    /// Where the project is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A context outside of any request.
    pub(crate) fn cx(&self) -> Cx {
        let cx = Cx::new(Arc::clone(&self.state));
        match &self.clock {
            Some(clock) => cx.with_clock(Arc::clone(clock)),
            None => cx,
        }
    }

    /// The configuration, read once.
    pub(crate) fn config(&mut self) -> Result<Arc<Config>> {
        if let Some(config) = &self.config {
            return Ok(Arc::clone(config));
        }
        let (env, settings) = match &self.parts {
            Some(parts) => (parts.env, parts.settings.as_slice()),
            None => (None, &[][..]),
        };
        let layers = project::layers(&self.root, env)?;
        let config = Config::resolve_with(&sections(), &layers, settings, &rules::problems)?;
        let config = Arc::new(config);
        self.state.insert(Arc::clone(&config));
        self.config = Some(Arc::clone(&config));
        Ok(config)
    }

    /// Sets a setting from the command line, over everything else.
    pub(crate) fn set(&mut self, key: &str, text: &str) -> Result<()> {
        let mut config = Config::clone(&*self.config()?);
        config.set(key, text)?;
        Config::refuse(&rules::problems(&config))?;
        let config = Arc::new(config);
        self.state.insert(Arc::clone(&config));
        self.config = Some(config);
        Ok(())
    }

    /// The layers around every route, outermost first.
    pub(crate) fn stack_names(&self) -> Vec<String> {
        self.parts
            .as_ref()
            .map(|p| p.stack.names().into_iter().map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// The configuration, with the log started as it says.
    fn logged(&mut self) -> Result<Arc<Config>> {
        let config = self.config()?;
        let mut log = LogSettings::read(&config)?;
        // a command answers on the standard output; what it does on the way is of interest only when it is asked for
        let asked = config.settings().iter().any(|s| s.key() == "log.level" && s.origin != Origin::Default);
        if !self.serving && !asked {
            "warn".clone_into(&mut log.level);
        }
        logging::start(&log, config.env())?;
        Ok(config)
    }

    /// Every resource, or every problem between them.
    pub(crate) fn resources(&self) -> Result<Vec<&'static ResourceDescriptor>> {
        let resources = registry::resources();
        let mut problems = registry::problems(&resources);
        problems.extend(linked::expected_but_absent(&resources));
        if problems.is_empty() {
            return Ok(resources);
        }
        let message = format!("the resources do not fit together:\n  {}", problems.join("\n  "));
        Err(Error::new(ErrorKind::Internal, "registry.invalid", message)
            .hint("each line says what to change, and where"))
    }

    /// The database, connected once.
    pub(crate) async fn database(&mut self) -> Result<Arc<Database>> {
        if let Some(database) = self.state.get::<Database>() {
            return Ok(database);
        }
        let config = self.logged()?;
        let database = Database::connect(&DatabaseSettings::read(&config)?.database(&self.root)).await?;
        self.state.insert(Arc::clone(&database));
        Ok(database)
    }

    /// Everything but the listener: resources checked, database connected, schema, providers, services.
    pub(crate) async fn start(&mut self) -> Result<Cx> {
        if self.started {
            return Ok(self.cx());
        }
        let config = self.logged()?;
        rules::may_serve(&config)?;
        let resources = self.resources()?;
        for warning in linked::unlinked_crates(&self.root) {
            tracing::warn!("{warning}");
        }
        let database = self.database().await?;
        let production = config.env() == Environment::Production;
        let asked = DatabaseSettings::read(&config)?.auto_migrate.unwrap_or(!production);
        match (asked && self.migrates, production) {
            (true, false) => {
                self.schema = schema::bring_up_to_date(&database, &self.root, &resources).await?;
            }
            (true, true) => self.schema = schema::migrate(&database, &self.root, &resources).await?,
            (false, true) if self.serving => {
                schema::migrator(&database, &self.root)?.ready(&resources).await?;
            }
            (false, _) => {}
        }
        if let Some(secret) = AppSettings::read(&config)?.secret {
            self.state.insert(Arc::new(CursorKey::new(secret.expose().as_bytes())));
        }
        let cx = self.cx();
        if let Some(parts) = &mut self.parts {
            self.providers = std::mem::take(&mut parts.providers);
            for replace in std::mem::take(&mut parts.replacements) {
                replace(&self.state);
            }
        }
        self.providers.register(&cx)?;
        let roots: Vec<&'static di::Node> = di::services();
        let built = di::build(&roots, &cx).await?;
        tracing::debug!(services = ?built, "services are built");
        if let Err((error, failures)) = self.providers.boot(&cx).await {
            log_failures(failures);
            return Err(error);
        }
        self.started = true;
        Ok(cx)
    }

    /// Which version of the application this is, where it says so.
    pub(crate) fn version(&self) -> Option<String> {
        self.parts.as_ref().and_then(|p| p.version.clone())
    }

    /// Everything that is mounted. The parts are used up by it.
    pub(crate) fn site(&mut self) -> Result<Site> {
        let name = AppSettings::read(&*self.config()?)?.name;
        let title = name.unwrap_or_else(project::program);
        let version = self.version().unwrap_or_else(|| "0.1.0".to_owned());
        let info = Info { title, version, description: String::new() };
        let mut api = Api::new(PREFIX, self.resources()?).info(info);
        let parts = self.parts.take().ok_or_else(|| Error::internal("the routes were mounted already"))?;
        for amend in parts.amend {
            api = api.document(amend);
        }
        self.documented = parts.documented;
        if !parts.documented {
            api = api.undocumented();
        }
        let site = Site::new(Arc::clone(&self.state)).stack(parts.stack).api(api).routes(parts.routes);
        Ok(parts.groups.into_iter().fold(site, Site::group))
    }

    /// Everything that answers requests.
    pub(crate) async fn edge(&mut self) -> Result<Edge> {
        Ok(self.mounted().await?.0)
    }

    async fn mounted(&mut self) -> Result<(Edge, Vec<Listed>)> {
        let cx = self.start().await?;
        let config = self.config()?;
        let mut server = ServerSettings::read(&config)?.server()?;
        if self.listening
            && let Some(hosts) = rules::local_hosts(&server, config.env())
        {
            server.hosts = hosts;
        }
        let mut health = Health::default();
        health.check("database", schema::reachable);
        let site = self.site()?.cx(cx).health(health);
        let listed = site.listed();
        Ok((site.build(server)?, listed))
    }

    /// Shuts down what was started, in reverse.
    pub(crate) async fn shutdown(&mut self) {
        if std::mem::take(&mut self.started) {
            log_failures(self.providers.shutdown(&self.cx()).await);
        }
    }
}

fn log_failures(failures: Vec<framewright_core::provider::Failure>) {
    for (provider, error) in failures {
        tracing::error!(provider, ?error, "did not shut down cleanly");
    }
}

/// An application that was started without a listener: for programs that serve in their own way.
pub struct Running {
    session: Session,
    edge: Edge,
    routes: Vec<Listed>,
}

impl Running {
    pub(crate) async fn start(parts: Parts) -> Result<Self> {
        let mut session = Session::new(parts);
        session.serving = true;
        match session.mounted().await {
            Ok((edge, routes)) => Ok(Self { session, edge, routes }),
            Err(error) => {
                session.shutdown().await;
                Err(error)
            }
        }
    }

    /// A context outside of any request.
    #[must_use]
    pub fn cx(&self) -> Cx {
        self.session.cx()
    }

    /// What answers requests: a tower service.
    #[must_use]
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// Every route: the derived ones, those of the application, those of the framework.
    #[must_use]
    pub fn routes(&self) -> &[Listed] {
        &self.routes
    }

    /// Shuts everything down, in reverse.
    pub async fn shutdown(mut self) {
        self.session.shutdown().await;
    }
}
