//! `Stmt` as Diesel sees it: a `QueryFragment` on every backend, whose rows are walked by kind instead of `Queryable`.

use crate::stmt::{Bind, Stmt};
use diesel::QueryResult;
use diesel::expression::expression_types::Untyped;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types as st;
use framewright_core::Kind;

// `QueryId` belongs to the type, and one type stands for every text here: no static id, the SQL text is the key.
impl QueryId for Stmt {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl Query for Stmt {
    type SqlType = Untyped;
}

macro_rules! fragment {
    ($db:ty, $encode:path, $($kind:ident => $ty:ty),* ; $($distinct:ty),*) => {
        impl QueryFragment<$db> for Stmt {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $db>) -> QueryResult<()> {
                if !self.text.cached {
                    out.unsafe_to_cache_prepared();
                }
                let mut parts = self.text.parts.iter();
                out.push_sql(parts.next().map_or("", String::as_str));
                for (bind, text) in self.binds.iter().zip(parts) {
                    match bind.kind {
                        $(Kind::$kind => out.push_bind_param::<$ty, _>(bind)?,)*
                    }
                    out.push_sql(text);
                }
                Ok(())
            }
        }
        $(impl ToSql<$distinct, $db> for Bind {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, $db>) -> serialize::Result {
                $encode(self, out)
            }
        })*
    };
}

#[cfg(feature = "sqlite")]
fragment!(diesel::sqlite::Sqlite, sqlite,
    Bool => st::BigInt, I16 => st::BigInt, I32 => st::BigInt, I64 => st::BigInt, F64 => st::Double, Text => st::Text,
    Bytes => st::Binary, Uuid => st::Binary, Decimal => st::Text, Timestamp => st::BigInt, Date => st::BigInt,
    Time => st::BigInt, Json => st::Text;
    st::BigInt, st::Double, st::Text, st::Binary);

#[cfg(feature = "sqlite")]
fn sqlite<'b>(bind: &'b Bind, out: &mut Output<'b, '_, diesel::sqlite::Sqlite>) -> serialize::Result {
    use framewright_core::Value;
    match &bind.value {
        Value::Null => return Ok(IsNull::Yes),
        Value::Bool(v) => out.set_value(i64::from(*v)),
        Value::I64(v) | Value::Timestamp(v) | Value::Time(v) => out.set_value(*v),
        Value::Date(v) => out.set_value(i64::from(*v)),
        Value::F64(v) => out.set_value(*v),
        Value::Text(v) | Value::Json(v) => out.set_value(v.as_str()),
        Value::Bytes(v) => out.set_value(v.as_slice()),
        Value::Uuid(v) => out.set_value(v.as_slice()),
        Value::Decimal(v) => out.set_value(crate::dialect::sortable_decimal(v)),
    }
    Ok(IsNull::No)
}

#[cfg(feature = "postgres")]
fragment!(diesel::pg::Pg, postgres,
    Bool => st::Bool, I16 => st::SmallInt, I32 => st::Integer, I64 => st::BigInt, F64 => st::Double, Text => st::Text,
    Bytes => st::Binary, Uuid => st::Uuid, Decimal => st::Numeric, Timestamp => st::Timestamptz, Date => st::Date,
    Time => st::Time, Json => st::Jsonb;
    st::Bool, st::SmallInt, st::Integer, st::BigInt, st::Double, st::Text, st::Binary, st::Uuid, st::Numeric,
    st::Timestamptz, st::Date, st::Time, st::Jsonb);

#[cfg(feature = "postgres")]
fn postgres(bind: &Bind, out: &mut Output<'_, '_, diesel::pg::Pg>) -> serialize::Result {
    if bind.value.is_null() {
        return Ok(IsNull::Yes);
    }
    crate::database::postgres::wire::encode(bind, out)?;
    Ok(IsNull::No)
}

#[cfg(feature = "mysql")]
fragment!(diesel::mysql::Mysql, mysql,
    Bool => st::TinyInt, I16 => st::SmallInt, I32 => st::Integer, I64 => st::BigInt, F64 => st::Double, Text => st::Text,
    Bytes => st::Binary, Uuid => st::Binary, Decimal => st::Text, Timestamp => st::Text, Date => st::Text,
    Time => st::Text, Json => st::Text;
    st::TinyInt, st::SmallInt, st::Integer, st::BigInt, st::Double, st::Text, st::Binary);

#[cfg(feature = "mysql")]
fn mysql(bind: &Bind, out: &mut Output<'_, '_, diesel::mysql::Mysql>) -> serialize::Result {
    if bind.value.is_null() {
        return Ok(IsNull::Yes);
    }
    crate::database::mysql::wire::encode(bind, out)?;
    Ok(IsNull::No)
}
