//! The log: for people in development, one JSON object per line in production, always to the standard error stream.

use crate::settings::{LogFormat, LogSettings};
use framewright_core::config::Environment;
use framewright_core::{Error, ErrorKind, Result};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts the log, unless the program has started its own.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(settings: &LogSettings, env: Environment) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.level).map_err(|e| {
        Error::new(ErrorKind::Internal, "config.invalid", format!("`log.level` cannot be read: {e}"))
            .hint("a level (error, warn, info, debug, trace), or targets with levels: info,framewright=debug")
    })?;
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
