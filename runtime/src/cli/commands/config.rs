//! `config show|check|schema|env-example`.

use crate::cli::output::table;
use crate::cli::report::{Report, usage};
use crate::cli::spec::Invocation;
use crate::session::Session;
use crate::settings::rules;
use framewright_core::Result;
use framewright_core::config::{SectionSpec, sections};
use framewright_core::suggest::nearest;
use serde_json::{Value, json};

pub(crate) async fn show(session: &mut Session, call: &Invocation) -> Result<Report> {
    let config = session.config()?;
    if let Some(name) = call.arg(0)
        && !config.settings().iter().any(|s| s.section.name == name)
    {
        let names: Vec<&str> = sections().iter().map(|s| s.name).collect();
        let near = nearest(name, names.iter().copied()).map(|n| format!("did you mean `{n}`?"));
        return Err(usage(format!("there is no section `{name}`"), "")
            .hint(near.unwrap_or_else(|| format!("the sections are {}", names.join(", ")))));
    }
    let wanted = config.settings().iter().filter(|s| call.arg(0).is_none_or(|name| s.section.name == name));
    let (mut rows, mut list) = (Vec::new(), Vec::new());
    for setting in wanted {
        let value = setting.shown();
        let text = match &value {
            Value::Null => "-".to_owned(),
            Value::String(s) => s.clone(),
            other => other.to_string(),
        };
        rows.push(vec![setting.key(), text, setting.origin.to_string()]);
        list.push(json!({"key": setting.key(), "value": value, "origin": setting.origin.to_string(), "secret": setting.spec.secret}));
    }
    let json = json!({"environment": config.env().name(), "settings": list});
    Ok(Report::done(
        json,
        format!("environment: {}\n\n{}", config.env().name(), table(&["setting", "value", "from"], &rows)),
    ))
}

pub(crate) async fn check(session: &mut Session) -> Result<Report> {
    let config = session.config()?;
    rules::may_serve(&config)?;
    let (env, count) = (config.env().name(), config.settings().len());
    Ok(Report::done(
        json!({"valid": true, "environment": env, "settings": count}),
        format!("{count} settings are valid ({env})\n"),
    ))
}

pub(crate) async fn schema() -> Result<Report> {
    let schema = SectionSpec::schema(&sections());
    let text = format!("{schema:#}\n");
    Ok(Report::done(schema, text))
}

pub(crate) async fn env_example() -> Result<Report> {
    let text = SectionSpec::env_example(&sections());
    Ok(Report::done(json!({"env_example": text}), text))
}
