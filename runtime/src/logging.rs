//! The log: for people in development, one JSON object per line in production, always to the standard error stream.

use crate::settings::{LogFormat, LogSettings};
use framewright_core::config::Environment;
use framewright_core::{Error, ErrorKind, Result};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged, as a text says it.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn filter(level: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(level).map_err(|e| {
        Error::new(ErrorKind::Internal, "config.invalid", format!("the filter cannot be read: {e}"))
            .hint("a level (error, warn, info, debug, trace), or targets with levels: info,framewright=debug")
    })
}

/// Starts the log, unless the program has started its own.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(settings: &LogSettings, env: Environment) -> Result<()> {
    let filter = filter(&settings.level)?;
    let json = match settings.format {
        LogFormat::Auto => env == Environment::Production,
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colour = std::io::stderr().is_terminal() && crate::cli::output::colour_allowed();
    // an error here says that the program has set up its own subscriber, which is its right
    let _ = if json {
        log.json().flatten_event(true).try_init()
    } else {
        log.with_ansi(colour).with_target(false).try_init()
    };
    Ok(())
}
