//! `inspect`: one resource, as the registry knows it.

use super::routes::guard;
use crate::cli::output::table;
use crate::cli::report::{Report, usage};
use crate::cli::spec::Invocation;
use crate::session::{PREFIX, Session};
use framewright_core::descriptor::{
    Access, DefaultValue, FieldDescriptor, KeyDescriptor, OnDelete, RelationKind,
};
use framewright_core::rule::Rule;
use framewright_core::suggest::nearest;
use framewright_core::{Decimal, ResourceDescriptor, Result, json as wire};
use framewright_http::{Source, routes};
use serde_json::{Value, json};

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
        let names = |k: &KeyDescriptor| k.fields.iter().map(|i| d.field(*i).name).collect::<Vec<_>>();
        keys.iter().map(|k| json!({"fields": names(k), "code": k.code})).collect()
    };
    let routes: Vec<Value> = routes::derived(PREFIX, d)
        .map(|r| {
            let action = match r.source {
                Source::Derived { does, .. } => does.name(),
                Source::Own { .. } | Source::System { .. } => "",
            };
            json!({"method": r.method, "path": r.path, "action": action})
        })
        .collect();
    let body = |prefix: &str, access: u16| {
        let taken = d.fields.iter().filter(|f| f.access.has(access));
        let fields =
            taken.map(|f| json!({"name": f.name, "required": access == Access::CREATE && f.required()}));
        json!({"name": format!("{prefix}{}", d.name), "fields": fields.collect::<Vec<_>>()})
    };
    let json = json!({
        "name": d.name, "table": d.table, "path": d.path, "doc": d.doc, "file": d.source.file, "line": d.source.line,
        "key": d.key_field().name, "policy": guard(d), "fields": fields, "relations": relations,
        "uniques": keys(d.uniques), "indexes": keys(d.indexes), "checks": d.checks.len(),
        "bodies": {"create": body("Create", Access::CREATE), "update": body("Update", Access::UPDATE)},
        "methods": methods(d),
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

/// How Rust reaches the records: what the traits of the prelude add to the struct and its bodies.
fn methods(d: &ResourceDescriptor) -> Vec<String> {
    let (name, one, key) = (d.name, d.singular, d.key_field().name);
    let mut all = vec![
        format!("{name}::find(cx, {key})"),
        format!("{name}::find_or_none(cx, {key})"),
        format!("{name}::query()"),
        format!("{name}::create_many(cx, bodies)"),
        format!("{name}::update_by_key(cx, {key}, changes)"),
        format!("{name}::delete_by_key(cx, {key})"),
        format!("Create{name}::save(cx)"),
        format!("{one}.patch().save(cx)"),
        format!("{one}.delete(cx)"),
    ];
    if d.kept.deleted_at.is_some() {
        all.push(format!("{one}.force_delete(cx)"));
        all.push(format!("{name}::restore(cx, {key})"));
    }
    let between = d.relations.iter().filter(|r| matches!(r.kind, RelationKind::ManyToMany { .. }));
    all.extend(between.map(|r| format!("{one}.link({one}::{})", r.name)));
    all
}

fn default(f: &FieldDescriptor) -> Value {
    match f.default {
        None => Value::Null,
        Some(DefaultValue::Now) => json!({"kind": "now"}),
        Some(DefaultValue::NewId) => json!({"kind": "new_id"}),
        Some(DefaultValue::Counted) => json!({"kind": "counted"}),
        Some(DefaultValue::Value(make)) => {
            let mut text = Vec::new();
            let written = wire::value(&mut text, f, &make().borrow());
            let value: Option<Value> = written.ok().and_then(|()| serde_json::from_slice(&text).ok());
            json!({"kind": "value", "value": value})
        }
    }
}

fn rule(rule: &Rule) -> Value {
    match rule {
        Rule::Length { min, max } => json!({"rule": "length", "min": min, "max": max}),
        Rule::Range { min, max } => json!({"rule": "range", "min": min, "max": max}),
        // As text, like every decimal in JSON.
        Rule::RangeDecimal { min, max } => {
            let text = |bound: &Option<Decimal>| bound.map(|b| b.to_string());
            json!({"rule": "range", "min": text(min), "max": text(max)})
        }
        Rule::RangeF64 { min, max } => json!({"rule": "range", "min": min, "max": max}),
        Rule::Email => json!({"rule": "email"}),
        Rule::Url => json!({"rule": "url"}),
        Rule::Pattern(text) => json!({"rule": "pattern", "text": text}),
        Rule::Contains(text) => json!({"rule": "contains", "text": text}),
        Rule::Prefix(text) => json!({"rule": "prefix", "text": text}),
        Rule::Suffix(text) => json!({"rule": "suffix", "text": text}),
        Rule::Ascii => json!({"rule": "ascii"}),
        Rule::Alphanumeric => json!({"rule": "alphanumeric"}),
        Rule::NotBlank => json!({"rule": "not_blank"}),
    }
}

fn field(d: &ResourceDescriptor, f: &FieldDescriptor, index: u16) -> Value {
    json!({
        "name": f.name, "column": f.column, "type": format!("{:?}", f.kind()).to_lowercase(), "nullable": f.facts.nullable,
        "required": f.required(), "default": default(f), "options": f.facts.options, "doc": f.doc,
        "references": f.facts.references.filter(|_| index != d.key).map(|r| r().name),
        "on_delete": match f.on_delete { OnDelete::Restrict => "restrict", OnDelete::Cascade => "cascade", OnDelete::SetNull => "set_null" },
        "rules": f.rules.iter().map(rule).collect::<Vec<_>>(),
        "read": f.access.has(Access::READ), "create": f.access.has(Access::CREATE), "update": f.access.has(Access::UPDATE),
        "filter": f.access.has(Access::FILTER), "sort": f.access.has(Access::SORT), "secret": f.access.has(Access::SECRET),
    })
}
