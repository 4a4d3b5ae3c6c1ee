//! A table of accounts: a unique key with a code of its own and one of two columns, a foreign key to itself, checks.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

use super::support::{Fresh, each};
use framewright_core::descriptor::*;
use framewright_core::rule::Rule;
use framewright_core::{ColumnFacts, Cx, Kind, Result, Value};
use framewright_data::{Step, Stmt, StmtBuilder, Unit};

const fn field<T: framewright_core::Column>(name: &'static str, json: &'static str) -> FieldDescriptor {
    FieldDescriptor::of::<T>(name, json)
}

static FIELDS: [FieldDescriptor; 7] = [
    field::<uuid::Uuid>("id", "\"id\":"),
    FieldDescriptor {
        unique_code: Some("account.email_taken"),
        max_length: Some(60),
        ..field::<String>("email", "\"email\":")
    },
    FieldDescriptor {
        max_length: Some(20),
        rules: &[Rule::Length { min: Some(2), max: Some(20) }],
        ..field::<String>("name", "\"name\":")
    },
    field::<String>("realm", "\"realm\":"),
    FieldDescriptor {
        facts: ColumnFacts {
            references: Some(account),
            ..<Option<uuid::Uuid> as framewright_core::Column>::FACTS
        },
        ..field::<Option<uuid::Uuid>>("boss_id", "\"boss_id\":")
    },
    field::<i64>("counter", "\"counter\":"),
    field::<i64>("version", "\"version\":"),
];
pub static ACCOUNT: ResourceDescriptor = ResourceDescriptor {
    name: "Account",
    singular: "account",
    table: "accounts",
    path: "accounts",
    doc: "",
    fields: &FIELDS,
    key: 0,
    relations: &[],
    uniques: &[KeyDescriptor { fields: &[1], code: None }, KeyDescriptor { fields: &[2, 3], code: None }],
    indexes: &[],
    kept: Kept {
        created_at: None,
        updated_at: None,
        deleted_at: None,
        version: Some(6),
        tenant_id: None,
        created_by: None,
        updated_by: None,
    },
    actions: Actions::ALL,
    policy: PolicyDescriptor::Public,
    page: PageSizes { default: 20, max: 100 },
    checks: &[],
    renamed_from: None,
    breaking: None,
    source: Source { file: file!(), line: line!(), module: module_path!() },
};
fn account() -> &'static ResourceDescriptor {
    &ACCOUNT
}
inventory::submit!(framewright_core::registry::ResourceEntry(&ACCOUNT));

pub async fn tables() -> Vec<Fresh> {
    let mut all = Vec::new();
    for f in each().await {
        create(&f).await;
        all.push(f);
    }
    all
}

pub async fn create(f: &Fresh) {
    for sql in framewright_data::ddl::create_schema(f.dialect(), &[&ACCOUNT]) {
        f.db.batch(&sql).await.unwrap();
    }
}

pub fn key(n: u8) -> [u8; 16] {
    [n; 16]
}

pub fn insert(f: &Fresh, n: u8, email: &str, name: &str, boss: Option<u8>) -> Stmt {
    let mut b = StmtBuilder::new(f.dialect());
    b.sql("INSERT INTO ").ident("accounts").sql(" (");
    for (i, column) in ["id", "email", "name", "realm", "boss_id", "counter", "version"].iter().enumerate() {
        b.sql(if i == 0 { "" } else { ", " }).ident(column);
    }
    b.sql(") VALUES (").bind(Kind::Uuid, Value::Uuid(key(n)));
    for text in [email, name, "here"] {
        b.sql(", ").bind(Kind::Text, Value::Text(text.to_owned()));
    }
    b.sql(", ").bind(Kind::Uuid, boss.map_or(Value::Null, |b| Value::Uuid(key(b))));
    b.sql(", ").bind(Kind::I64, Value::I64(0)).sql(", ").bind(Kind::I64, Value::I64(1)).sql(")").cached();
    b.finish()
}

pub async fn put(f: &Fresh, n: u8, email: &str, name: &str, boss: Option<u8>) -> Result<()> {
    run(f, &f.cx, insert(f, n, email, name, boss)).await.map(drop)
}

pub async fn run(f: &Fresh, cx: &Cx, stmt: Stmt) -> Result<u64> {
    Ok(f.db.write(cx, Unit::from(Step::new(stmt))).await?.affected[0])
}

/// `UPDATE accounts SET <column> = <value> WHERE id = <n>`
pub fn set(f: &Fresh, n: u8, column: &str, kind: Kind, value: Value) -> Stmt {
    let mut b = StmtBuilder::new(f.dialect());
    b.sql("UPDATE ").ident("accounts").sql(" SET ").ident(column).sql(" = ").bind(kind, value);
    b.sql(" WHERE ").ident("id").sql(" = ").bind(Kind::Uuid, Value::Uuid(key(n)));
    b.finish()
}
