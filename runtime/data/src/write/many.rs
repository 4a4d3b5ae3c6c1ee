//! Many records at once, as few statements as the databases allow.

use super::answer::Form;
use super::draft::Draft;
use super::stage::{self, Parts};
use super::{run, text};
use crate::scope::CxData;
use crate::stmt::{Stmt, StmtBuilder};
use crate::unit::{Step, Unit};
use framewright_core::validate::note;
use framewright_core::{Cx, Error, ErrorKind, ResourceDescriptor, Result, Values};

/// How many values one statement may bind: SQLite's limit is 32,766, the others' 65,535.
const BINDS: usize = 30_000;
/// How many records one statement inserts at most.
const ROWS: usize = 1_000;

/// Creates records in one transaction, all or nothing, and answers with their values in the same order.
///
/// # Errors
/// 422 `validation` with every failing field of every record (`[3].title`); 409 for a unique key or a reference.
pub async fn create_many(
    cx: &Cx,
    descriptor: &'static ResourceDescriptor,
    records: Vec<Values>,
) -> Result<Vec<Values>> {
    let parts = Parts::of(cx);
    let mut drafts: Vec<Draft> = records.into_iter().map(|v| Draft::create(cx, descriptor, v)).collect();
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let alike =
        drafts.iter().all(|d| !d.key.is_null() && d.values.given().count() == descriptor.fields.len());
    let mut failed = Vec::new();
    for (n, draft) in drafts.iter_mut().enumerate() {
        match stage::before(cx, &parts, draft) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::Invalid => {
                for field in e.fields() {
                    for message in &field.messages {
                        note(&mut failed, &format!("[{n}].{}", field.field), message.clone());
                    }
                }
            }
            Err(e) => return Err(e),
        }
    }
    if !failed.is_empty() {
        return Err(Error::validation(failed));
    }
    if !alike || !parts.is_empty() {
        // Keys that the database counts come back row by row, and parts look at every record.
        let answers = run::all(cx, drafts, Form::Values).await.map_err(|(_, e)| e)?;
        return answers.into_iter().map(super::answer::Answer::values).collect();
    }
    let db = cx.database()?;
    let fields: Vec<u16> = (0u16..).zip(descriptor.fields).map(|(i, _)| i).collect();
    let rows = (BINDS / fields.len().max(1)).clamp(1, ROWS);
    let mut unit = Unit::default();
    for chunk in drafts.chunks(rows) {
        let mut b = StmtBuilder::new(db.dialect());
        text::insert_rows(&mut b, descriptor, &fields, chunk.len());
        let binds = chunk.iter().flat_map(|draft| text::binds(draft, &fields)).collect();
        let stmt = Stmt::of(&b.finish().text, binds);
        unit.steps.push(Step::new(stmt).at_least(chunk.len() as u64));
    }
    db.write(cx, unit).await?;
    Ok(drafts.into_iter().map(|d| d.values).collect())
}
