//! Predicates: one meaning, three spellings. What the databases do not agree on is not used: `LIKE` (SQLite ignores
//! case, MySQL follows the collation), trailing blanks, `IN ()`.

use crate::dialect::Dialect;
use crate::stmt::{Stmt, StmtBuilder};
use framewright_core::descriptor::RelationKind;
use framewright_core::query::{Deleted, Filter, Op};
use framewright_core::{Error, FieldDescriptor, Kind, RelationDescriptor, ResourceDescriptor, Result, Value};

/// A table in the statement, by the resource it holds.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub d: &'static ResourceDescriptor,
    /// `t0`, `t1` …; the main table of an `UPDATE` or `DELETE` has none
    alias: Option<u16>,
}

/// Writes a statement about one main table and what it is related to.
pub(crate) struct Writer {
    pub b: StmtBuilder,
    d: &'static ResourceDescriptor,
    aliased: bool,
    tables: u16,
    filtered: bool,
}

impl Writer {
    pub(crate) fn new(dialect: Dialect, d: &'static ResourceDescriptor) -> Self {
        Self { b: StmtBuilder::new(dialect), d, aliased: true, tables: 0, filtered: false }
    }

    pub(crate) fn unaliased(b: StmtBuilder, d: &'static ResourceDescriptor) -> Self {
        Self { b, d, aliased: false, tables: 0, filtered: false }
    }

    pub(crate) fn finish(self) -> Stmt {
        self.b.finish()
    }

    /// The main table.
    pub(crate) fn main(&mut self) -> Table {
        let d = self.d;
        let table = self.table(d);
        Table { alias: table.alias.filter(|_| self.aliased), ..table }
    }

    /// One more table.
    pub(crate) fn table(&mut self, d: &'static ResourceDescriptor) -> Table {
        let alias = self.tables;
        self.tables += 1;
        Table { d, alias: Some(alias) }
    }

    /// `"posts" t0`
    pub(crate) fn named(&mut self, table: Table) {
        self.b.ident(table.d.table);
        if let Some(n) = table.alias {
            self.b.sql(" t").sql(&n.to_string());
        }
    }

    /// ` FROM "posts" t0`
    pub(crate) fn from(&mut self, table: Table) {
        self.b.sql(" FROM ");
        self.named(table);
    }

    /// `t0."title"`
    pub(crate) fn field(&mut self, table: Table, index: u16) -> Result<&'static FieldDescriptor> {
        let field = table
            .d
            .fields
            .get(usize::from(index))
            .ok_or_else(|| Error::internal(format!("{} has no field {index}", table.d.name)))?;
        match table.alias {
            Some(n) => self.b.sql("t").sql(&n.to_string()).sql("."),
            None => self.b.ident(table.d.table).sql("."),
        };
        self.b.ident(field.column);
        Ok(field)
    }

    /// `t0."id", t0."title"`
    pub(crate) fn columns(&mut self, table: Table, columns: &[u16]) -> Result<()> {
        for (i, column) in columns.iter().enumerate() {
            if i > 0 {
                self.b.sql(", ");
            }
            self.field(table, *column)?;
        }
        Ok(())
    }

    /// A bound value to compare with. MySQL compares a decimal or a time with bound text as doubles or as text once
    /// there is more than one (`IN`), so it is told the type.
    pub(crate) fn value(&mut self, kind: Kind, value: &Value) -> &mut StmtBuilder {
        let cast = match (self.b.dialect(), kind) {
            (Dialect::Mysql, Kind::Decimal) => " AS DECIMAL(65, 28))",
            (Dialect::Mysql, Kind::Timestamp) => " AS DATETIME(6))",
            (Dialect::Mysql, Kind::Date) => " AS DATE)",
            (Dialect::Mysql, Kind::Time) => " AS TIME(6))",
            _ => return self.b.bind(kind, value.clone()),
        };
        self.b.sql("CAST(").bind(kind, value.clone()).sql(cast)
    }

    /// ` WHERE `, and from the second time on ` AND `.
    pub(crate) fn and(&mut self) {
        self.b.sql(if self.filtered { " AND " } else { " WHERE " });
        self.filtered = true;
    }

    /// The end of the conditions, where what stops a long statement may be put.
    pub(crate) fn guard(&mut self) {
        if self.b.dialect() == Dialect::Sqlite {
            self.b.guard(if self.filtered { " AND " } else { " WHERE " });
        }
    }

    /// The condition on soft-deleted records and the predicate.
    pub(crate) fn filters(&mut self, table: Table, filter: Option<&Filter>, deleted: Deleted) -> Result<()> {
        if let Some(index) = table.d.kept.deleted_at
            && deleted != Deleted::With
        {
            self.and();
            self.field(table, index)?;
            self.b.sql(if deleted == Deleted::Only { " IS NOT NULL" } else { " IS NULL" });
        }
        match filter {
            None => {}
            // The parts of the outermost `and` stand side by side, as a person would write them.
            Some(Filter::And(all)) => {
                for part in all {
                    self.and();
                    self.predicate(table, part)?;
                }
            }
            Some(filter) => {
                self.and();
                self.predicate(table, filter)?;
            }
        }
        Ok(())
    }

    /// A predicate, in brackets wherever it could be torn apart.
    pub(crate) fn predicate(&mut self, table: Table, filter: &Filter) -> Result<()> {
        match filter {
            Filter::And(all) => self.joined(table, all, " AND ", "1=1"),
            Filter::Or(any) => self.joined(table, any, " OR ", "1=0"),
            Filter::Not(inner) => {
                if let Filter::IsNull(index) = **inner {
                    self.field(table, index)?;
                    self.b.sql(" IS NOT NULL");
                    return Ok(());
                }
                self.b.sql("NOT (");
                self.predicate(table, inner)?;
                self.b.sql(")");
                Ok(())
            }
            Filter::Compare(index, op, value) => self.compare(table, *index, *op, value),
            Filter::In(_, set) if set.is_empty() => {
                self.b.sql("1=0");
                Ok(())
            }
            Filter::In(index, set) => {
                let kind = self.field(table, *index)?.kind();
                self.b.sql(" IN (");
                for (i, value) in set.iter().enumerate() {
                    if i > 0 {
                        self.b.sql(", ");
                    }
                    self.value(kind, value);
                }
                self.b.sql(")");
                Ok(())
            }
            Filter::Between(index, low, high) => {
                let kind = self.field(table, *index)?.kind();
                self.b.sql(" BETWEEN ");
                self.value(kind, low).sql(" AND ");
                self.value(kind, high);
                Ok(())
            }
            Filter::IsNull(index) => {
                self.field(table, *index)?;
                self.b.sql(" IS NULL");
                Ok(())
            }
            Filter::Related(relation, inner) => self.related(table, relation, inner),
        }
    }

    fn joined(&mut self, table: Table, parts: &[Filter], word: &str, empty: &str) -> Result<()> {
        if parts.is_empty() {
            self.b.sql(empty);
            return Ok(());
        }
        self.b.sql("(");
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.b.sql(word);
            }
            self.predicate(table, part)?;
        }
        self.b.sql(")");
        Ok(())
    }

    fn compare(&mut self, table: Table, index: u16, op: Op, value: &Value) -> Result<()> {
        let sign = match op {
            Op::Eq => " = ",
            Op::Ne => " <> ",
            Op::Gt => " > ",
            Op::Gte => " >= ",
            Op::Lt => " < ",
            Op::Lte => " <= ",
            Op::Contains | Op::StartsWith | Op::EndsWith => return self.part(table, index, op, value),
        };
        let kind = self.field(table, index)?.kind();
        self.b.sql(sign);
        self.value(kind, value);
        Ok(())
    }

    /// Parts of text, byte by byte.
    fn part(&mut self, table: Table, index: u16, op: Op, value: &Value) -> Result<()> {
        let Value::Text(text) = value else {
            return Err(Error::internal("a part of a text that is no text"));
        };
        let bound = || Value::Text(text.clone());
        if text.is_empty() {
            // Everything that is not null contains nothing; null stays unknown.
            self.field(table, index)?;
            self.b.sql(" >= ").bind(Kind::Text, bound());
            return Ok(());
        }
        let dialect = self.b.dialect();
        match op {
            // A range, which an index can answer.
            Op::StartsWith => {
                self.b.sql("(");
                self.field(table, index)?;
                self.b.sql(" >= ").bind(Kind::Text, bound());
                if let Some(end) = successor(text) {
                    self.b.sql(" AND ");
                    self.field(table, index)?;
                    self.b.sql(" < ").bind(Kind::Text, Value::Text(end));
                }
                self.b.sql(")");
            }
            Op::EndsWith => {
                let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
                self.b.sql(if dialect == Dialect::Sqlite { "substr(" } else { "right(" });
                self.field(table, index)?;
                let length = if dialect == Dialect::Sqlite { -length } else { length };
                // `right` of PostgreSQL takes an `integer`.
                self.b.sql(", ").bind(Kind::I32, Value::I64(length)).sql(") = ").bind(Kind::Text, bound());
            }
            _ => {
                self.b.sql(if dialect == Dialect::Postgres { "strpos(" } else { "instr(" });
                self.field(table, index)?;
                self.b.sql(", ").bind(Kind::Text, bound()).sql(") > 0");
            }
        }
        Ok(())
    }

    /// `EXISTS (SELECT 1 FROM … WHERE …)`, which is never unknown.
    fn related(&mut self, owner: Table, relation: &'static RelationDescriptor, inner: &Filter) -> Result<()> {
        let outer = std::mem::replace(&mut self.filtered, false);
        self.b.sql("EXISTS (SELECT 1");
        let far = self.table((relation.target)());
        self.from(far);
        self.join_to(owner, relation, far)?;
        self.filters(far, Some(inner), Deleted::Without)?;
        self.b.sql(")");
        self.filtered = outer;
        Ok(())
    }

    /// What ties `far` (whose `FROM` is written) to a row of `owner`.
    fn join_to(&mut self, owner: Table, relation: &'static RelationDescriptor, far: Table) -> Result<()> {
        let near = relation.foreign_key(owner.d).ok_or_else(|| unrelated(relation))?;
        let (theirs, ours) = match relation.kind {
            RelationKind::BelongsTo { .. } => (far.d.key, near),
            RelationKind::HasMany { .. } | RelationKind::HasOne { .. } => (near, owner.d.key),
            RelationKind::ManyToMany { through } => {
                let between = self.table(through());
                self.through(relation, between, far)?;
                self.and();
                self.field(between, near)?;
                self.b.sql(" = ");
                self.field(owner, owner.d.key)?;
                return self.filters(between, None, Deleted::Without);
            }
        };
        self.and();
        self.field(far, theirs)?;
        self.b.sql(" = ");
        self.field(owner, ours)?;
        Ok(())
    }

    /// ` JOIN post_tags t2 ON t2.tag_id = t1.id`
    pub(crate) fn through(
        &mut self,
        relation: &'static RelationDescriptor,
        between: Table,
        far: Table,
    ) -> Result<()> {
        self.b.sql(" JOIN ");
        self.named(between);
        self.b.sql(" ON ");
        self.field(between, relation.far_key().ok_or_else(|| unrelated(relation))?)?;
        self.b.sql(" = ");
        self.field(far, far.d.key)?;
        Ok(())
    }
}

/// The error of a relation whose key is not there: the registry has reported it at start.
pub(crate) fn unrelated(relation: &RelationDescriptor) -> Error {
    Error::internal(format!("the relation `{}` has no foreign key", relation.name))
}

/// The first text behind every text with this beginning; `None` when there is none.
fn successor(text: &str) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    while let Some(last) = chars.pop() {
        // The surrogates are no characters.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
