//! `routes` and `inspect`: what the registry knows, for people and for machines.

use crate::cli::output::table;
use crate::cli::report::{Report, usage};
use crate::cli::spec::Invocation;
use crate::session::Session;
use framewright_core::descriptor::{
    Access, Actions, DefaultValue, FieldDescriptor, KeyDescriptor, OnDelete, PolicyDescriptor, RelationKind,
};
use framewright_core::suggest::nearest;
use framewright_core::{ResourceDescriptor, Result};
use serde_json::{Value, json};

/// A derived route.
struct Route {
    method: &'static str,
    path: String,
    action: &'static str,
}

/// The routes of a resource, as its actions say.
fn of(d: &ResourceDescriptor) -> Vec<Route> {
    let base = format!("/api/v1/{}", d.path);
    let one = format!("{base}/{{id}}");
    let restorable = d.kept.deleted_at.is_some();
    let all: [(u16, &'static str, String, &'static str, bool); 9] = [
        (Actions::LIST, "GET", base.clone(), "list", true),
        (Actions::LIST, "POST", format!("{base}/query"), "query", true),
        (Actions::CREATE, "POST", base.clone(), "create", true),
        (Actions::READ, "GET", one.clone(), "read", true),
        (Actions::UPDATE, "PATCH", one.clone(), "update", true),
        (Actions::UPDATE, "PUT", one.clone(), "replace", true),
        (Actions::DELETE, "DELETE", one.clone(), "delete", true),
        (Actions::RESTORE, "POST", format!("{one}/restore"), "restore", restorable),
        (Actions::BULK, "POST", format!("{base}/bulk"), "bulk", true),
    ];
    let served = all.into_iter().filter(|(bit, .., here)| *here && d.actions.has(*bit));
    served.map(|(_, method, path, action, _)| Route { method, path, action }).collect()
}

fn guard(d: &ResourceDescriptor) -> &'static str {
    match d.policy {
        PolicyDescriptor::Public => "public",
        PolicyDescriptor::Internal => "internal",
    }
}

pub(crate) async fn routes(session: &mut Session) -> Result<Report> {
    let (mut rows, mut list) = (Vec::new(), Vec::new());
    for d in session.resources()? {
        for route in of(d) {
            let source = format!("{}:{}", d.source.file, d.source.line);
            rows.push(vec![
                route.method.to_owned(),
                route.path.clone(),
                format!("{}.{}", d.name, route.action),
                guard(d).to_owned(),
                source,
            ]);
            list.push(json!({"method": route.method, "path": route.path, "resource": d.name, "action": route.action, "guard": guard(d), "file": d.source.file, "line": d.source.line}));
        }
    }
    for (method, path, what) in [
        ("GET", "/healthz", "liveness"),
        ("GET", "/readyz", "readiness"),
        ("GET", "/metrics", "metrics"),
        ("GET", "/openapi.json", "openapi"),
        ("GET", "/docs", "docs"),
    ] {
        rows.push(vec![
            method.to_owned(),
            path.to_owned(),
            what.to_owned(),
            "public".to_owned(),
            String::new(),
        ]);
        list.push(json!({"method": method, "path": path, "resource": null, "action": what, "guard": "public", "file": null, "line": null}));
    }
    let middleware = session.stack_names();
    let text = format!(
        "{}\nmiddleware: {}\n",
        table(&["method", "path", "action", "guard", "source"], &rows),
        middleware.join(" → ")
    );
    Ok(Report::done(json!({"routes": list, "middleware": middleware}), text))
}

/// The resource of this name, by its Rust name, table or path.
pub(crate) fn named(
    resources: &[&'static ResourceDescriptor],
    name: &str,
) -> Result<&'static ResourceDescriptor> {
    let found =
        resources.iter().find(|d| d.name == name || d.singular == name || d.path == name || d.table == name);
    found.copied().ok_or_else(|| {
        let near = nearest(name, resources.iter().map(|d| d.name)).map(|n| format!("did you mean `{n}`?"));
        let all = || {
            format!("the resources are {}", resources.iter().map(|d| d.name).collect::<Vec<_>>().join(", "))
        };
        usage(format!("there is no resource `{name}`"), "").hint(near.unwrap_or_else(all))
    })
}

pub(crate) async fn inspect(session: &mut Session, call: &Invocation) -> Result<Report> {
    let d = named(&session.resources()?, call.arg(0).unwrap_or_default())?;
    let fields: Vec<Value> = d.fields.iter().zip(0u16..).map(|(f, i)| field(d, f, i)).collect();
    let relations: Vec<Value> = d
        .relations
        .iter()
        .map(|r| {
            let kind = match r.kind {
                RelationKind::BelongsTo { .. } => "belongs_to",
                RelationKind::HasMany { .. } => "has_many",
                RelationKind::HasOne { .. } => "has_one",
                RelationKind::ManyToMany { .. } => "many_to_many",
            };
            json!({"name": r.name, "kind": kind, "resource": (r.target)().name, "doc": r.doc})
        })
        .collect();
    let keys = |keys: &[KeyDescriptor]| -> Vec<Value> {
        keys.iter().map(|k| k.fields.iter().map(|i| d.field(*i).name).collect::<Vec<_>>().into()).collect()
    };
    let routes: Vec<Value> =
        of(d).into_iter().map(|r| json!({"method": r.method, "path": r.path, "action": r.action})).collect();
    let json = json!({
        "name": d.name, "table": d.table, "path": d.path, "doc": d.doc, "file": d.source.file, "line": d.source.line,
        "key": d.key_field().name, "policy": guard(d), "fields": fields, "relations": relations,
        "uniques": keys(d.uniques), "indexes": keys(d.indexes),
        "bodies": {"create": format!("Create{}", d.name), "update": format!("Update{}", d.name)},
        "soft_delete": d.kept.deleted_at.is_some(), "versioned": d.kept.version.is_some(),
        "page": {"default": d.page.default, "max": d.page.max}, "routes": routes,
    });
    let rows: Vec<Vec<String>> = d
        .fields
        .iter()
        .zip(0u16..)
        .map(|(f, i)| {
            let flag = |bit, word: &'static str| f.access.has(bit).then_some(word);
            let may = [
                flag(Access::READ, "read"),
                flag(Access::CREATE, "create"),
                flag(Access::UPDATE, "update"),
                flag(Access::FILTER, "filter"),
                flag(Access::SORT, "sort"),
                flag(Access::SECRET, "secret"),
            ];
            let null = if f.facts.nullable { "?" } else { "" };
            let to = f
                .facts
                .references
                .filter(|_| i != d.key)
                .map(|r| format!(" → {}", r().name))
                .unwrap_or_default();
            vec![
                f.name.to_owned(),
                format!("{:?}{null}{to}", f.kind()),
                may.into_iter().flatten().collect::<Vec<_>>().join(" "),
                f.doc.trim().replace('\n', " "),
            ]
        })
        .collect();
    let mut text = format!(
        "{} ({}:{})\n{}\n\n{}",
        d.name,
        d.source.file,
        d.source.line,
        d.doc.trim(),
        table(&["field", "type", "may", "what it is"], &rows)
    );
    for r in d.relations {
        text.push_str(&format!("\n{} → {}", r.name, (r.target)().name));
    }
    text.push('\n');
    Ok(Report::done(json, text))
}

fn field(d: &ResourceDescriptor, f: &FieldDescriptor, index: u16) -> Value {
    let default = f.default.map(|default| match default {
        DefaultValue::Value(_) => "value",
        DefaultValue::Now => "now",
        DefaultValue::NewId => "new_id",
        DefaultValue::Counted => "counted",
    });
    json!({
        "name": f.name, "column": f.column, "type": format!("{:?}", f.kind()).to_lowercase(), "nullable": f.facts.nullable,
        "required": f.required(), "default": default, "options": f.facts.options, "doc": f.doc,
        "references": f.facts.references.filter(|_| index != d.key).map(|r| r().name),
        "on_delete": match f.on_delete { OnDelete::Restrict => "restrict", OnDelete::Cascade => "cascade", OnDelete::SetNull => "set_null" },
        "rules": f.rules.iter().map(|r| format!("{r:?}")).collect::<Vec<_>>(),
        "read": f.access.has(Access::READ), "create": f.access.has(Access::CREATE), "update": f.access.has(Access::UPDATE),
        "filter": f.access.has(Access::FILTER), "sort": f.access.has(Access::SORT), "secret": f.access.has(Access::SECRET),
    })
}
