//! The tables of a resource with every type, key and rule: as golden files, as real tables, and without drift.
//! `BLESS=1` writes the files anew.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod migrating;

use framewright_core::column::{Column as _, Mismatch};
use framewright_core::descriptor::{
    Access, Actions, DefaultValue, FieldDescriptor, Kept, KeyDescriptor, OnDelete, PageSizes,
    PolicyDescriptor, ResourceDescriptor, Source,
};
use framewright_core::rule::Rule;
use framewright_core::types::currency::Eur;
use framewright_core::{ColumnFacts, Date, Decimal, Json, Kind, Money, Time, Timestamp, Value, ValueRef};
use framewright_data::Dialect;
use framewright_data::ddl::{Schema, create_schema};
use framewright_data::drift::drift;
use migrating::*;

struct Status;
impl framewright_core::Column for Status {
    const FACTS: ColumnFacts =
        ColumnFacts { options: Some(&["Draft", "it's out"]), ..ColumnFacts::new(Kind::Text) };
    fn get(&self) -> ValueRef<'_> {
        ValueRef::Text("Draft")
    }
    fn take(_: Value) -> Result<Self, Mismatch> {
        Ok(Self)
    }
}

const fn resource(
    name: &'static str,
    table: &'static str,
    fields: &'static [FieldDescriptor],
) -> ResourceDescriptor {
    ResourceDescriptor {
        name,
        singular: table,
        table,
        path: table,
        doc: "",
        fields,
        key: 0,
        relations: &[],
        uniques: &[],
        indexes: &[],
        kept: Kept {
            created_at: None,
            updated_at: None,
            deleted_at: None,
            version: None,
            tenant_id: None,
            created_by: None,
            updated_by: None,
        },
        actions: Actions::NONE,
        policy: PolicyDescriptor::Internal,
        page: PageSizes { default: 20, max: 100 },
        checks: &[],
        renamed_from: None,
        breaking: None,
        source: Source { file: file!(), line: line!(), module: module_path!() },
    }
}

const ID: FieldDescriptor = FieldDescriptor {
    default: Some(DefaultValue::NewId),
    access: Access(Access::READ),
    ..FieldDescriptor::of::<uuid::Uuid>("id", "\"id\":")
};

const fn pointing(
    name: &'static str,
    to: fn() -> &'static ResourceDescriptor,
    nullable: bool,
    on_delete: OnDelete,
) -> FieldDescriptor {
    FieldDescriptor {
        facts: ColumnFacts { references: Some(to), nullable, ..ColumnFacts::new(Kind::Uuid) },
        on_delete,
        ..FieldDescriptor::of::<uuid::Uuid>(name, "")
    }
}

static OWNER: ResourceDescriptor = resource(
    "Owner",
    "owners",
    &[
        FieldDescriptor {
            default: Some(DefaultValue::Counted),
            ..FieldDescriptor::of::<i64>("id", "\"id\":")
        },
        FieldDescriptor { rules: &[Rule::Email], ..FieldDescriptor::of::<String>("email", "") },
    ],
);

static NODE: ResourceDescriptor = resource(
    "Node",
    "nodes",
    &[
        ID,
        pointing("parent_id", || &NODE, true, OnDelete::SetNull),
        pointing("first_id", || &EVERYTHING, true, OnDelete::Cascade),
    ],
);

static EVERYTHING: ResourceDescriptor = ResourceDescriptor {
    uniques: &[KeyDescriptor { fields: &[5], code: None }, KeyDescriptor { fields: &[16, 5], code: None }],
    indexes: &[KeyDescriptor { fields: &[9, 0], code: None }],
    ..resource(
        "Everything",
        "everything",
        &[
            ID,
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| true.value())),
                ..FieldDescriptor::of::<bool>("live", "")
            },
            FieldDescriptor {
                rules: &[Rule::Range { min: Some(1), max: Some(5) }],
                ..FieldDescriptor::of::<i16>("stars", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| (-3i32).value())),
                ..FieldDescriptor::of::<i32>("count", "")
            },
            FieldDescriptor::of::<Option<i64>>("big", ""),
            FieldDescriptor {
                max_length: Some(120),
                rules: &[Rule::Length { min: Some(3), max: Some(120) }],
                ..FieldDescriptor::of::<String>("title", "")
            },
            FieldDescriptor {
                max_length: None,
                default: Some(DefaultValue::Value(|| Value::Text("it's \\ \"here\"".into()))),
                ..FieldDescriptor::of::<String>("body", "")
            },
            FieldDescriptor {
                rules: &[Rule::RangeF64 { min: Some(-0.5), max: None }],
                ..FieldDescriptor::of::<f64>("weight", "")
            },
            FieldDescriptor {
                rules: &[Rule::Range { min: Some(0), max: None }],
                default: Some(DefaultValue::Value(|| "12.50".parse::<Decimal>().unwrap().value())),
                decimal: (10, 2),
                ..FieldDescriptor::of::<Decimal>("price", "")
            },
            FieldDescriptor::of::<Money<Eur>>("fee", ""),
            FieldDescriptor {
                default: Some(DefaultValue::Now),
                ..FieldDescriptor::of::<Timestamp>("created_at", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| Value::Timestamp(1_700_000_000_250_000))),
                ..FieldDescriptor::of::<Timestamp>("from", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| Value::Date(20_000))),
                ..FieldDescriptor::of::<Date>("day", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| Value::Time(45_000_000_001))),
                ..FieldDescriptor::of::<Option<Time>>("hour", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| Value::Json("{\"a\": [1, 2]}".into()))),
                ..FieldDescriptor::of::<Json<serde_json::Value>>("meta", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| Status.value())),
                ..FieldDescriptor::of::<Status>("status", "")
            },
            pointing("node_id", || &NODE, false, OnDelete::Restrict),
            FieldDescriptor {
                rules: &[Rule::Length { min: Some(1), max: Some(4) }],
                ..FieldDescriptor::of::<Option<Vec<u8>>>("blob", "")
            },
            FieldDescriptor {
                facts: ColumnFacts { references: Some(|| &OWNER), ..ColumnFacts::new(Kind::I64) },
                ..FieldDescriptor::of::<i64>("owner_id", "")
            },
            FieldDescriptor::of::<String>("a_name_that_is_so_long_that_the_name_of_its_check_is_cut", ""),
        ],
    )
};

static KEPT: ResourceDescriptor = ResourceDescriptor {
    kept: Kept {
        updated_at: Some(1),
        version: Some(2),
        created_at: None,
        deleted_at: None,
        tenant_id: None,
        created_by: None,
        updated_by: None,
    },
    ..resource(
        "Kept",
        "kept",
        &[
            ID,
            FieldDescriptor {
                default: Some(DefaultValue::Now),
                ..FieldDescriptor::of::<Timestamp>("updated_at", "")
            },
            FieldDescriptor {
                default: Some(DefaultValue::Value(|| 1i64.value())),
                ..FieldDescriptor::of::<i64>("version", "")
            },
        ],
    )
};

fn all() -> [&'static ResourceDescriptor; 4] {
    [&EVERYTHING, &KEPT, &NODE, &OWNER]
}

async fn golden(dialect: Dialect) {
    let statements = create_schema(dialect, &all());
    let text: String = statements.iter().map(|s| format!("{s};\n\n")).collect();
    let path = format!("{}/tests/golden/{}.sql", env!("CARGO_MANIFEST_DIR"), dialect.name());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        text,
        std::fs::read_to_string(&path).unwrap_or_default(),
        "{path}: look at the change, then BLESS=1"
    );

    let Some(url) = url(dialect, "golden").await else { return };
    let database = connect(&url).await;
    for statement in &statements {
        database.batch(statement).await.unwrap_or_else(|e| panic!("{statement}: {}", cause(&e)));
    }
    let drift = drift(&database, &all()).await.unwrap();
    assert!(drift.is_empty(), "{:#?}", drift.lines());
    fill(&database, &Schema::of(&all())).await;
    let count = rows(&database, "SELECT 'x' FROM everything").await.len();
    assert_eq!(count, 3);
    refused(&database).await;
    drop(database);
    drop_database(&url).await;
}

/// What the constraints hold, they hold on every database.
async fn refused(database: &framewright_data::Database) {
    let q = |name: &str| {
        let mut out = String::new();
        database.dialect().quote(&mut out, name);
        out
    };
    for (column, value) in [
        ("stars", "6"),
        ("stars", "0"),
        ("stars", "40000"),
        ("count", "3000000000"),
        ("title", "'ab'"),
        ("weight", "-0.75"),
        ("status", "'Gone'"),
        ("meta", "'{'"),
        ("live", "NULL"),
        ("title", "'111'"),
        ("title", &format!("'{}'", "x".repeat(121))),
        ("owner_id", "99"),
    ] {
        // The unique value of one row in all of them; anything else in one row.
        let (table, name) = (q("everything"), q(column));
        let result = database.batch(&format!("UPDATE {table} SET {name} = {value}")).await;
        assert!(result.is_err(), "{column} = {value} was let in on {}", database.dialect().name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    golden(Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    golden(Dialect::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    golden(Dialect::Mysql).await;
}

#[test]
fn a_snapshot_is_read_as_it_was_written() {
    let schema = Schema::of(&all());
    let json = schema.to_json();
    assert_eq!(Schema::from_json(&json).unwrap(), schema);
    assert_eq!(
        Schema::from_json(&serde_json::from_str(&json.to_string()).unwrap()).unwrap().fingerprint(),
        schema.fingerprint()
    );
    assert_eq!(Schema::from_json(&serde_json::json!({ "version": 2, "tables": [] })), None);
}
