//! The settings as a JSON Schema, as `.env.example` and as a table of a reference page: all from the one table.

use super::spec::{SectionSpec, SettingKind, SettingSpec};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

impl SectionSpec {
    /// The JSON Schema (draft 7) of `config.toml` with these sections.
    #[must_use]
    pub fn schema(sections: &[&'static Self]) -> Value {
        let properties: Map<String, Value> =
            sections.iter().map(|s| (s.name.to_owned(), s.own_schema())).collect();
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "config.toml",
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        })
    }

    fn own_schema(&self) -> Value {
        let properties: Map<String, Value> =
            self.settings.iter().map(|s| (s.name.to_owned(), s.schema())).collect();
        json!({
            "type": "object",
            "description": self.doc.trim(),
            "additionalProperties": false,
            "properties": properties,
        })
    }

    /// `.env.example`: every variable with what it does and its default.
    #[must_use]
    pub fn env_example(sections: &[&'static Self]) -> String {
        let mut out = String::from(
            "# Every variable that this application reads. Copy to `.env`; what is commented out has this default.\n\n# where it runs: development, test or production\n# FW_ENV=development\n\n# where config.toml, .env, migrations/ and the SQLite file are; in the environment alone\n# FW_ROOT=.\n",
        );
        for section in sections {
            let _ = writeln!(out, "\n# [{}] {}", section.name, one_line(section.doc));
            for setting in section.settings {
                let _ = writeln!(out, "\n# {}", one_line(setting.doc));
                let name =
                    setting.env.first().map_or_else(|| setting.variable(section.name), |e| (*e).to_owned());
                let mark = if setting.required && setting.default.is_none() { "" } else { "# " };
                let _ = writeln!(out, "{mark}{name}={}", setting.default.unwrap_or_default());
            }
        }
        out
    }

    /// The reference of these sections as Markdown tables.
    #[must_use]
    pub fn reference(sections: &[&'static Self]) -> String {
        let mut out = String::new();
        for section in sections {
            let _ = writeln!(
                out,
                "## `[{}]`\n\n{}\n\n| setting | default | variable | what it does |\n|---|---|---|---|",
                section.name,
                section.doc.trim()
            );
            for s in section.settings {
                let default = s.default.map_or_else(
                    || if s.required { "required".to_owned() } else { "none".to_owned() },
                    |d| format!("`{d}`"),
                );
                let variables: Vec<String> = std::iter::once(s.variable(section.name))
                    .chain(s.env.iter().map(|e| (*e).to_owned()))
                    .map(|v| format!("`{v}`"))
                    .collect();
                let _ = writeln!(
                    out,
                    "| `{}` | {default} | {} | {} |",
                    s.name,
                    variables.join(", "),
                    one_line(s.doc).replace('|', "\\|")
                );
            }
            out.push('\n');
        }
        out
    }
}

impl SettingSpec {
    fn schema(&self) -> Value {
        let mut schema = match self.kind {
            SettingKind::Text | SettingKind::Url => json!({"type": "string"}),
            SettingKind::Bool => json!({"type": "boolean"}),
            SettingKind::Integer { min, max: i64::MAX } => json!({"type": "integer", "minimum": min}),
            SettingKind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
            SettingKind::Float => json!({"type": "number"}),
            SettingKind::Duration => json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}),
            SettingKind::Bytes => {
                json!({"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)?$"})
            }
            SettingKind::List => json!({"type": "array", "items": {"type": "string"}}),
            SettingKind::Choice(words) => json!({"type": "string", "enum": words}),
        };
        if let Some(map) = schema.as_object_mut() {
            map.insert("description".to_owned(), self.doc.trim().into());
            if let Some(default) = self.default.filter(|_| !self.secret).and_then(|d| self.kind.parse(d)) {
                map.insert("default".to_owned(), default.json());
            }
        }
        schema
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
