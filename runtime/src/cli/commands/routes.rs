//! `routes`: everything that is mounted, with where it comes from.

use crate::cli::output::table;
use crate::cli::report::Report;
use crate::session::Session;
use framewright_core::descriptor::PolicyDescriptor;
use framewright_core::{ResourceDescriptor, Result};
use framewright_http::{Listed, Source};
use serde_json::{Value, json};

/// Who may use the routes of a resource.
pub(crate) fn guard(d: &ResourceDescriptor) -> &'static str {
    match d.policy {
        PolicyDescriptor::Public => "public",
        PolicyDescriptor::Internal => "internal",
    }
}

pub(crate) async fn routes(session: &mut Session) -> Result<Report> {
    let middleware = session.stack_names();
    let listed = session.site()?.listed();
    let rows: Vec<Vec<String>> = listed.iter().map(row).collect();
    let list: Vec<Value> = listed.iter().map(described).collect();
    let text = format!(
        "{}\nmiddleware: {}\n",
        table(&["method", "path", "action", "guard", "layers", "source"], &rows),
        middleware.join(" → ")
    );
    Ok(Report::done(json!({"routes": list, "middleware": middleware}), text))
}

fn row(route: &Listed) -> Vec<String> {
    let (action, guard, source) = match &route.source {
        Source::Derived { resource: d, does } => {
            let source = format!("{}:{}", d.source.file, d.source.line);
            (format!("{}.{}", d.name, does.name()), guard(d), source)
        }
        Source::Own { .. } => (own(route).to_owned(), "-", route.source.to_string()),
        Source::System { what } => ((*what).to_owned(), "public", String::new()),
    };
    let below = if route.method.is_none() { " …" } else { "" };
    vec![
        route.method.unwrap_or("*").to_owned(),
        format!("{}{below}", route.path),
        action,
        guard.to_owned(),
        route.layers.join(" → "),
        source,
    ]
}

/// What a route of the application is: one that was recorded, or a router of which only the prefix is known.
fn own(route: &Listed) -> &'static str {
    if route.method.is_some() { "route" } else { "router" }
}

fn described(route: &Listed) -> Value {
    let mut out = json!({
        "method": route.method, "path": route.path, "resource": null, "action": null, "guard": null,
        "layers": route.layers, "file": null, "line": null,
    });
    match &route.source {
        Source::Derived { resource: d, does } => {
            out["resource"] = d.name.into();
            out["action"] = does.name().into();
            out["guard"] = guard(d).into();
            out["file"] = d.source.file.into();
            out["line"] = d.source.line.into();
        }
        Source::Own { place } => {
            out["action"] = own(route).into();
            if let Some(place) = place {
                out["file"] = place.file().into();
                out["line"] = place.line().into();
            }
        }
        Source::System { what } => {
            out["action"] = (*what).into();
            out["guard"] = "public".into();
        }
    }
    out
}
