//! What `migrate fresh` and `db reset` drop: everything in the database that its user can have made there.

use crate::database::Admin;
use crate::dialect::Dialect;
use framewright_core::Result;

/// One statement per object. What belongs to an extension stays, and so does the extension.
const POSTGRES: [&str; 3] = [
    "SELECT 'DROP ' || CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' \
     WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END || ' IF EXISTS ' || c.oid::regclass::text || ' CASCADE' \
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i') \
     AND (d.deptype = 'e' OR c.relkind = 'S')) ORDER BY c.relkind DESC, 1",
    "SELECT 'DROP ROUTINE IF EXISTS ' || p.oid::regprocedure::text || ' CASCADE' FROM pg_proc p \
     WHERE p.pronamespace = current_schema()::regnamespace \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    "SELECT 'DROP TYPE IF EXISTS ' || t.oid::regtype::text || ' CASCADE' FROM pg_type t \
     LEFT JOIN pg_class c ON c.oid = t.typrelid \
     WHERE t.typnamespace = current_schema()::regnamespace \
     AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c') \
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')",
];

const MYSQL: [&str; 3] = [
    "SELECT CONCAT('DROP ', CASE TABLE_TYPE WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, \
     ' IF EXISTS `', REPLACE(TABLE_NAME, '`', '``'), '`') FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT CONCAT('DROP ', ROUTINE_TYPE, ' IF EXISTS `', REPLACE(ROUTINE_NAME, '`', '``'), '`') \
     FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
    "SELECT CONCAT('DROP EVENT IF EXISTS `', REPLACE(EVENT_NAME, '`', '``'), '`') \
     FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
];

const SQLITE: [&str; 1] = [
    "SELECT 'DROP ' || upper(type) || ' IF EXISTS \"' || replace(name, '\"', '\"\"') || '\"' FROM sqlite_master \
     WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC",
];

/// The statements that empty the database.
pub(super) async fn statements(admin: &mut Admin) -> Result<Vec<String>> {
    let queries: &[&str] = match admin.dialect() {
        Dialect::Postgres => &POSTGRES,
        Dialect::Mysql => &MYSQL,
        Dialect::Sqlite => &SQLITE,
    };
    let mut out = Vec::new();
    for query in queries {
        out.extend(admin.rows(query).await?.into_iter().filter_map(|row| row.into_iter().next().flatten()));
    }
    if admin.dialect() == Dialect::Mysql && !out.is_empty() {
        out.insert(0, "SET FOREIGN_KEY_CHECKS = 0".to_owned());
        out.push("SET FOREIGN_KEY_CHECKS = 1".to_owned());
    }
    Ok(out)
}

/// Drops everything.
pub(super) async fn wipe(admin: &mut Admin) -> Result<()> {
    let statements = statements(admin).await?;
    admin.script(&statements.join(";\n")).await
}
