//! What a plan may destroy, refuse or lock, and the safe way to get there.

use super::change::Plan;
use super::convert::{is_convertible, rounds};
use crate::ddl::{Check, Column, Default, Schema, Table, kind_name, quoted};
use crate::dialect::Dialect;
use framewright_core::{Decimal, Error, ErrorKind, Kind};

/// A change that needs approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// what to approve it with: `drop:posts.title`
    pub code: String,
    /// the table, under its new name
    pub table: String,
    /// what happens, in a sentence that names the column
    pub message: String,
    /// the steps that avoid the danger
    pub sequence: Vec<String>,
    /// whether values get lost or invented; else it locks, or fails where rows do not fit
    pub loses: bool,
    /// the reason that approves it, once it is approved
    pub approved: Option<String>,
    /// no reason approves it
    pub impossible: bool,
}

/// Everything in a plan that needs approval. What is `breaking` for this plan and what `approve` names is approved.
#[must_use]
pub fn dangers(plan: &Plan, approve: &[String]) -> Vec<Danger> {
    let mut all = Vec::new();
    for change in &plan.changes {
        let mut found = Vec::new();
        match (&change.carried, &change.old, &change.new) {
            (Some(old), _, Some(new)) => altered(old, new, &mut found),
            (_, Some(old), None) => found.push(dropped_table(old, plan)),
            _ => {}
        }
        let of = |table: &Table| plan.approvals.iter().find(|(name, _)| *name == table.name);
        let breaking = change.new.as_ref().and_then(of).map(|(_, reason)| reason.clone());
        for danger in &mut found {
            let named = approve.contains(&danger.code).then(|| format!("--approve {}", danger.code));
            danger.approved = breaking.clone().or(named).filter(|_| !danger.impossible);
        }
        all.extend(found);
    }
    all
}

/// The error that refuses a `breaking` which approves nothing in a plan: left standing, it would approve whatever comes
/// next. One that the last plan was approved by may stay until the next one is made.
#[must_use]
pub(super) fn idle_approval(plan: &Plan, new: &Schema, dangers: &[Danger]) -> Option<Error> {
    let fresh = |table: &Table| plan.approvals.iter().any(|(name, _)| *name == table.name);
    let used = |table: &Table| fresh(table) && dangers.iter().any(|d| d.table == table.name);
    let idle = |t: &&Table| t.breaking.is_some() && !used(t) && (fresh(t) || !plan.is_empty());
    let names: Vec<String> = new.tables.iter().filter(idle).map(|t| format!("`{}`", t.name)).collect();
    if names.is_empty() {
        return None;
    }
    let message = format!("`breaking` approves nothing on the resource of {}", names.join(", "));
    Some(
        Error::new(ErrorKind::Conflict, "migrate.breaking", message)
            .hint("take it out: it is for one migration, and would approve what nobody has looked at"),
    )
}

/// The error that refuses what is not approved, with every safe sequence; `None` when all is.
#[must_use]
pub fn refusal(dangers: &[Danger]) -> Option<Error> {
    let open: Vec<&Danger> = dangers.iter().filter(|d| d.approved.is_none()).collect();
    if open.is_empty() {
        return None;
    }
    let mut message = String::from("the migration was not made, because it needs approval:");
    let mut hint = String::new();
    for danger in &open {
        message.push_str(&format!("\n  {}", danger.message));
        hint.push_str(&format!("{}:\n", danger.code));
        for (n, step) in (1..).zip(&danger.sequence) {
            hint.push_str(&format!("  {n}. {step}\n"));
        }
    }
    let codes: Vec<String> =
        open.iter().filter(|d| !d.impossible).map(|d| format!("--approve {}", d.code)).collect();
    if !codes.is_empty() {
        hint.push_str(&format!(
            "to make it as it is: `migrate make {}`, or `#[resource(breaking = \"reason\")]` on the resource (a reason that \
             the last migration was approved by does not count again)",
            codes.join(" ")
        ));
    }
    Some(Error::new(ErrorKind::Conflict, "migrate.refused", message).hint(hint.trim_end().to_owned()))
}

fn danger(code: String, table: &Table, message: String, loses: bool, sequence: &[String]) -> Danger {
    let sequence = sequence.to_vec();
    Danger { code, table: table.name.clone(), message, sequence, loses, approved: None, impossible: false }
}

fn dropped_table(table: &Table, plan: &Plan) -> Danger {
    let heir = plan.changes.iter().filter(|c| c.old.is_none()).find_map(|c| c.new.as_ref());
    let mut steps = vec![
        "take the resource out of the code and release that, so that nothing uses the table".to_owned(),
        "keep a copy: `pg_dump -t`, `mysqldump`, or `.dump` of sqlite3".to_owned(),
        format!("make and run this migration with `--approve drop:{}`", table.name),
    ];
    if let Some(heir) = heir {
        steps.insert(
            0,
            format!(
                "if `{}` is its new name, write `#[resource(renamed_from = \"{}\")]` on that resource",
                heir.name, table.name
            ),
        );
    }
    let message = format!("`{}` is dropped with all of its rows", table.name);
    danger(format!("drop:{}", table.name), table, message, true, &steps)
}

fn altered(old: &Table, new: &Table, out: &mut Vec<Danger>) {
    let added = |name: &str| old.column(name).is_none();
    for column in old.columns.iter().filter(|c| new.column(&c.name).is_none()) {
        out.push(dropped_column(old, new, column));
    }
    for column in &new.columns {
        match old.column(&column.name) {
            Some(before) => retyped(new, before, column, out),
            None if !column.nullable && column.default.is_none() => out.push(required(new, column, true)),
            None => {}
        }
    }
    if old.key != new.key
        || old.column(&old.key).map(Column::counted) != new.column(&new.key).map(Column::counted)
    {
        let mut d = danger(
            format!("key:{}", new.name),
            new,
            format!("the primary key of `{}` changes, which other tables and clients point to", new.name),
            true,
            &[
                "make a new resource with the key you want".to_owned(),
                "copy the rows over, and keep the old key in a column".to_owned(),
                "drop the old resource".to_owned(),
            ],
        );
        d.impossible = true;
        out.push(d);
    }
    for key in new.uniques.iter().filter(|k| !old.uniques.iter().any(|o| o.columns == k.columns)) {
        let (columns, table) = (key.columns.join("`, `"), &new.name);
        let list = key.columns.join(", ");
        out.push(danger(
            format!("unique:{}", key.name),
            new,
            format!("a unique key on `{columns}` of `{table}` fails when rows are equal there, and locks the table while it is built"),
            false,
            &[
                format!("find what is not unique: SELECT {list}, count(*) FROM {table} GROUP BY {list} HAVING count(*) > 1"),
                format!("on PostgreSQL, outside a transaction: CREATE UNIQUE INDEX CONCURRENTLY {} ON {table} ({list})", key.name),
                format!("then: ALTER TABLE {table} ADD CONSTRAINT {0} UNIQUE USING INDEX {0}", key.name),
            ],
        ));
    }
    let fresh = |columns: &[String]| columns.iter().all(|c| added(c));
    let plain = new.indexes.iter().filter(|k| !old.indexes.iter().any(|o| o.columns == k.columns));
    for key in plain.filter(|k| !fresh(&k.columns)) {
        let (table, list) = (&new.name, key.columns.join(", "));
        out.push(danger(
            format!("index:{}", key.name),
            new,
            format!("the index `{}` locks `{table}` against writes while it is built over the rows that are there", key.name),
            false,
            &[
                format!("on PostgreSQL, make it outside a transaction: CREATE INDEX CONCURRENTLY {} ON {table} ({list})", key.name),
                "that is: put this statement alone in the migration, and `run_in_transaction = false` in a metadata.toml beside up.sql".to_owned(),
                "MySQL and MariaDB build it beside writes (ALGORITHM=INPLACE, LOCK=NONE); SQLite holds its one writer meanwhile".to_owned(),
            ],
        ));
    }
    for key in new.foreign_keys.iter().filter(|k| !added(&k.column)) {
        let there = old
            .foreign_keys
            .iter()
            .any(|o| o.column == key.column && o.table == key.table && o.target == key.target);
        if !there {
            let (table, column) = (&new.name, &key.column);
            out.push(danger(
                format!("foreign_key:{}", key.name),
                new,
                format!("the foreign key on `{table}.{column}` fails when rows point to nothing, and locks both tables while they are read"),
                false,
                &[
                    format!("find what points to nothing: SELECT {column} FROM {table} WHERE {column} NOT IN (SELECT {} FROM {})", key.target, key.table),
                    format!("on PostgreSQL: ALTER TABLE {table} ADD CONSTRAINT {} FOREIGN KEY ({column}) REFERENCES {} ({}) NOT VALID", key.name, key.table, key.target),
                    format!("then, without a lock: ALTER TABLE {table} VALIDATE CONSTRAINT {}", key.name),
                ],
            ));
        }
    }
}

fn dropped_column(old: &Table, new: &Table, column: &Column) -> Danger {
    let place = format!("{}.{}", new.name, column.name);
    let heir = new.columns.iter().find(|c| old.column(&c.name).is_none() && c.kind == column.kind);
    let mut steps = vec![
        "expand: release code that no longer reads or writes the field, and keep the column".to_owned(),
        "backfill: move what is worth keeping into other columns".to_owned(),
        format!("contract: make and run this migration with `--approve drop:{place}`"),
    ];
    if let Some(heir) = heir {
        steps.insert(
            0,
            format!(
                "if `{}` is its new name, write `#[field(renamed_from = \"{}\")]` on it",
                heir.name, column.name
            ),
        );
    }
    danger(format!("drop:{place}"), new, format!("`{place}` is dropped with all of its values"), true, &steps)
}

fn required(table: &Table, column: &Column, added: bool) -> Danger {
    let place = format!("{}.{}", table.name, column.name);
    let what = if added {
        "is mandatory, and rows that are there have no value for it"
    } else {
        "becomes mandatory, and fails where it is null"
    };
    let (t, c) = (quoted(Dialect::Postgres, &table.name), quoted(Dialect::Postgres, &column.name));
    danger(
        format!("not_null:{place}"),
        table,
        format!("`{place}` {what}"),
        added,
        &[
            format!("best: give it a default, `#[field(default = …)]` on `{}`", column.name),
            "expand: or make the field an `Option`, and release code that always sets it".to_owned(),
            format!("backfill: UPDATE {t} SET {c} = … WHERE {c} IS NULL, in batches"),
            "contract: take the `Option` away and make this migration with approval".to_owned(),
        ],
    )
}

fn retyped(table: &Table, old: &Column, new: &Column, out: &mut Vec<Danger>) {
    let place = format!("{}.{}", table.name, new.name);
    if old.nullable && !new.nullable && !matches!(new.default, Some(Default::Value(_) | Default::Now)) {
        out.push(required(table, new, false));
    }
    let type_of = |c: &Column| match (c.kind, c.max_length, c.decimal) {
        (Kind::Text, Some(n), _) => format!("text({n})"),
        (_, _, Some((p, s))) => format!("decimal({p},{s})"),
        (kind, ..) => kind_name(kind).to_owned(),
    };
    let other = old.kind != new.kind || old.decimal != new.decimal;
    let shorter =
        new.max_length.is_some_and(|n| old.max_length.is_none_or(|o| n < o)) && old.kind == new.kind;
    let two_columns = || {
        [
            format!(
                "expand: add a second field of the type {} beside `{}`, as an `Option`, and write both",
                type_of(new),
                new.name
            ),
            "backfill: copy the values over in batches, and look at those that do not fit".to_owned(),
            format!("contract: read the new field only, then drop `{}` with approval", new.name),
        ]
    };
    if other {
        let impossible = !is_convertible(old, new);
        let how = if impossible {
            "which cannot be converted alike on every database"
        } else {
            "which rewrites the table under a lock and fails where a value does not fit"
        };
        let message = format!("`{place}` changes from {} to {}, {how}", type_of(old), type_of(new));
        let mut d = danger(format!("type:{place}"), table, message, rounds(old, new), &two_columns());
        d.impossible = impossible;
        out.push(d);
    } else if shorter {
        let message = format!(
            "`{place}` narrows from {} to {}, and fails where a value is longer",
            type_of(old),
            type_of(new)
        );
        out.push(danger(format!("narrow:{place}"), table, message, false, &narrowing(table, new)));
    } else if tighter(old, new) {
        let message = format!("`{place}` allows fewer values than before, and fails where a row has another");
        out.push(danger(format!("narrow:{place}"), table, message, false, &narrowing(table, new)));
    }
}

fn narrowing(table: &Table, column: &Column) -> [String; 3] {
    [
        "expand: release code that writes only values that will be allowed".to_owned(),
        format!("backfill: change the rows of {} whose `{}` will not be", table.name, column.name),
        "contract: make and run this migration with approval; on PostgreSQL, ADD CONSTRAINT … NOT VALID and VALIDATE CONSTRAINT keep the lock short".to_owned(),
    ]
}

/// Whether values that the old checks let through are refused by the new ones.
fn tighter(old: &Column, new: &Column) -> bool {
    fn ends<T: PartialOrd + Copy>(old: (Option<T>, Option<T>), new: (Option<T>, Option<T>)) -> bool {
        let low = new.0.is_some_and(|n| old.0.is_none_or(|o| n > o));
        low || new.1.is_some_and(|n| old.1.is_none_or(|o| n < o))
    }
    let bound = |c: &Column| {
        let (mut length, mut range, mut double, mut options) =
            ((None, c.max_length), (None, None), (None, None), None);
        let exact = |end: &Option<i64>| end.map(Decimal::from);
        for check in &c.checks {
            match check {
                Check::Length { min, max } => length = (min.filter(|m| *m > 0), max.or(length.1)),
                Check::Range { min, max } => range = (exact(min), exact(max)),
                Check::RangeDecimal { min, max } => range = (*min, *max),
                Check::RangeF64 { min, max } => double = (*min, *max),
                Check::Options(o) => options = Some(o.clone()),
                Check::Prefix(_) | Check::Suffix(_) | Check::Contains(_) | Check::Ascii | Check::NotBlank => {
                }
            }
        }
        (length, range, double, options)
    };
    // These have no bounds to compare: one that was not there before may refuse anything.
    let others = |c: &Check| {
        matches!(c, Check::Prefix(_) | Check::Suffix(_) | Check::Contains(_) | Check::Ascii | Check::NotBlank)
    };
    if new.checks.iter().any(|c| others(c) && !old.checks.contains(c)) {
        return true;
    }
    let (a, b) = (bound(old), bound(new));
    let fewer = b.3.is_some_and(|new| a.3.is_none_or(|old| old.iter().any(|o| !new.contains(o))));
    ends(a.0, b.0) || ends(a.1, b.1) || ends(a.2, b.2) || fewer
}
