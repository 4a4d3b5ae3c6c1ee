//! The project around a program: where it is, and the texts its configuration is read from.

use framewright_core::config::{Environment, Layers, TextFile};
use framewright_core::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Where `config.toml`, `.env`, `migrations/` and the SQLite file are: `FW_ROOT`, else the package that cargo runs,
/// else the current directory.
pub(crate) fn root() -> PathBuf {
    ["FW_ROOT", "CARGO_MANIFEST_DIR"]
        .into_iter()
        .find_map(|name| std::env::var_os(name).filter(|v| !v.is_empty()))
        .map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// Reads every layer of the configuration.
///
/// # Errors
/// When `FW_ENV` is no environment, or a file is there and cannot be read.
pub(crate) fn layers(root: &Path, env: Option<Environment>) -> Result<Layers> {
    let dotenv: Vec<TextFile> = read(root, ".env")?.into_iter().collect();
    let env = match env {
        Some(env) => env,
        None => environment(dotenv.first())?,
    };
    let mut layers = Layers { env, dotenv, ..Layers::default() };
    for name in ["config.toml".to_owned(), format!("config.{}.toml", env.name())] {
        layers.toml.extend(read(root, &name)?);
    }
    layers.dotenv.extend(read(root, &format!(".env.{}", env.name()))?);
    layers.variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Ok(layers)
}

fn read(root: &Path, name: &str) -> Result<Option<TextFile>> {
    match std::fs::read_to_string(root.join(name)) {
        Ok(text) => Ok(Some(TextFile { name: name.to_owned(), text })),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => {
            let message = format!("`{name}` cannot be read: {e}");
            Err(Error::new(ErrorKind::Internal, "config.unreadable", message)
                .hint("check its permissions, and that it is UTF-8"))
        }
    }
}

fn environment(dotenv: Option<&TextFile>) -> Result<Environment> {
    // `FW_ENV=` in a shell is the usual way to say "not set"
    let own = std::env::var("FW_ENV").ok().filter(|w| !w.is_empty());
    let file = || dotenv.and_then(|f| f.variable("FW_ENV")).filter(|w| !w.is_empty());
    let Some(word) = own.or_else(file) else { return Ok(Environment::default()) };
    Environment::named(&word).ok_or_else(|| {
        let near = framewright_core::suggest::nearest(&word, Environment::WORDS);
        let hint = near.map_or_else(
            || format!("it is one of {}", Environment::WORDS.join(", ")),
            |w| format!("did you mean `{w}`?"),
        );
        Error::new(
            ErrorKind::Internal,
            "config.environment",
            format!("`FW_ENV` says `{word}`, which is no environment"),
        )
        .hint(hint)
    })
}

/// The name of the program.
pub(crate) fn program() -> String {
    let path = std::env::current_exe().ok();
    path.as_deref()
        .and_then(Path::file_stem)
        .map_or_else(|| "app".to_owned(), |n| n.to_string_lossy().into_owned())
}
