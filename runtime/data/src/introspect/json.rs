//! A live table for machines, with the member names of the snapshot.

use super::{LiveColumn, LiveForeignKey, LiveKey, LiveTable};
use serde_json::{Value, json};

impl LiveTable {
    /// Everything about the table.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let keys = |keys: &[LiveKey]| -> Value { keys.iter().map(LiveKey::to_json).collect() };
        let checks: Value =
            self.checks.iter().map(|c| json!({ "name": c.name, "condition": c.condition })).collect();
        json!({
            "name": self.name,
            "key": self.key,
            "columns": self.columns.iter().map(LiveColumn::to_json).collect::<Vec<_>>(),
            "uniques": keys(&self.uniques),
            "indexes": keys(&self.indexes),
            "foreign_keys": self.foreign_keys.iter().map(LiveForeignKey::to_json).collect::<Vec<_>>(),
            "checks": checks,
            "triggers": self.triggers,
        })
    }
}

impl LiveColumn {
    fn to_json(&self) -> Value {
        let Self { name, sql_type, nullable, default, counted } = self;
        json!({ "name": name, "type": sql_type, "nullable": nullable, "default": default, "counted": counted })
    }
}

impl LiveKey {
    fn to_json(&self) -> Value {
        json!({ "name": self.name, "columns": self.columns })
    }
}

impl LiveForeignKey {
    fn to_json(&self) -> Value {
        let Self { name, columns, table, targets, on_delete } = self;
        let on_delete = on_delete.replace(' ', "_");
        json!({ "name": name, "columns": columns, "table": table, "targets": targets, "on_delete": on_delete })
    }
}
