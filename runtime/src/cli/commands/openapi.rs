//! `openapi`: the document of what is served, on the standard output or in a file.

use crate::cli::report::Report;
use crate::cli::spec::Invocation;
use crate::cli::yaml;
use crate::session::Session;
use framewright_core::{Error, ErrorKind, Result};
use serde_json::json;

pub(crate) async fn openapi(session: &mut Session, call: &Invocation) -> Result<Report> {
    let document = session.site()?.openapi().unwrap_or_default();
    let text = if call.has("yaml") { yaml::text(&document) } else { format!("{document:#}\n") };
    let Some(name) = call.value("out") else { return Ok(Report::done(document, text)) };
    let path = std::env::current_dir().unwrap_or_default().join(name);
    std::fs::write(&path, &text).map_err(|e| {
        Error::new(ErrorKind::Internal, "openapi.unwritable", format!("`{name}` cannot be written"))
            .caused_by(e)
            .hint("its folder has to be there, and to be writable")
    })?;
    Ok(Report::done(json!({"out": path.display().to_string(), "bytes": text.len()}), format!("{name}\n")))
}
