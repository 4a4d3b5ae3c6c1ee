//! Runs drafts through the stages and commits them: the only place that turns them into a transaction.

use super::answer::{Answer, Form};
use super::draft::{Action, Added, Draft, Taken};
use super::stage::{self, Part, Parts};
use super::text;
use crate::database::Database;
use crate::row::Collect;
use crate::scope::CxData;
use crate::unit::{Step, Unit};
use framewright_core::query::Deleted;
use framewright_core::{Cx, Error, ErrorKind, Result, Value, ValueRef};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Runs one draft. Boxed, so that what calls it does not carry the whole way of a write in its own type: the compiler
/// would have to lay it out anew in every handler and every test, and gives up where such calls are nested.
pub(super) fn one(
    cx: &Cx,
    draft: Draft,
    form: Form,
) -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + '_>> {
    Box::pin(async move {
        let mut answers = all(cx, vec![draft], form).await.map_err(|(_, e)| e)?;
        answers.pop().ok_or_else(|| Error::internal("a write answered with nothing"))
    })
}

/// Runs drafts as one transaction, all or nothing. The error says which of them was refused, if it was one.
pub(super) async fn all(
    cx: &Cx,
    drafts: Vec<Draft>,
    form: Form,
) -> Result<Vec<Answer>, (Option<usize>, Error)> {
    if !drafts.iter().any(looks) {
        return inside(cx, drafts, form).await;
    }
    // Such a rule needs the record as it is, which must not change until the commit.
    let mut refused = None;
    let run = cx.transaction(async |cx| {
        let mut drafts = drafts;
        let db = cx.database()?;
        for (n, draft) in drafts.iter_mut().enumerate() {
            if looks(draft) {
                look(&db, cx, draft).await.inspect_err(|_| refused = Some(n))?;
            }
        }
        inside(cx, drafts, form).await.map_err(|(n, e)| {
            refused = n;
            e
        })
    });
    let result = run.await;
    result.map_err(|e| (refused, e))
}

/// Whether a rule has to see the record as it is: one over the whole record, or one over a field that is added to.
fn looks(draft: &Draft) -> bool {
    let d = draft.descriptor;
    let custom = |added: &Added| !d.field(added.field).custom.is_empty();
    draft.before.is_none()
        && matches!(draft.action, Action::Update | Action::Replace)
        && (!d.checks.is_empty() || draft.adds.as_ref().is_some_and(custom))
}

/// Reads and locks the record of a draft; what is to be added is added here, so that rules see the sum.
async fn look(db: &Database, cx: &Cx, draft: &mut Draft) -> Result<()> {
    let before = read(db, cx, draft, true).await?.values()?;
    if let Some(added) = draft.adds.take() {
        let sum =
            super::increment::sum(draft.descriptor.field(added.field), &added, before.get(added.field))?;
        draft.values.set(added.field, sum);
    }
    draft.before = Some(before);
    Ok(())
}

/// Inserts the record of a draft unless another has the unique key already: then nothing has happened, and the answer
/// is `None`. On MySQL the one that is in the way is locked, whichever unique key it has.
pub(super) async fn place(cx: &Cx, draft: Draft, target: &[u16]) -> Result<Option<Answer>> {
    let parts = Parts::of(cx);
    if parts.is_empty() {
        return place_alone(cx, draft, target, &parts).await;
    }
    // What parts add is added only when it is known that there is something new.
    cx.transaction(async |cx| place_alone(cx, draft, target, &parts).await).await
}

async fn place_alone(
    cx: &Cx,
    mut draft: Draft,
    target: &[u16],
    parts: &[Arc<dyn Part>],
) -> Result<Option<Answer>> {
    let (db, d) = (cx.database()?, draft.descriptor);
    let dialect = db.dialect();
    stage::before(cx, parts, &mut draft)?;
    draft.taken = Some(Taken { target: target.to_vec(), set: None });
    let insert = Step::new(text::insert(dialect, &draft));
    let answer = Answer::new(d, Form::Values);
    let steps = if text::returning(dialect) {
        vec![insert.into_sink(answer)]
    } else if draft.key.is_null() {
        vec![insert, Step::new(text::read_counted(dialect, d)).into_sink(answer)]
    } else {
        let placed = Step::new(text::placed(dialect, d, &draft.key)).into_sink(answer);
        vec![Step::new(text::mark(dialect, d)), insert, placed]
    };
    let mut outcome = db.write(cx, Unit::of(steps)).await?;
    let found = outcome.affected.last().is_some_and(|n| *n > 0);
    let Some(sink) = outcome.rows.pop().flatten().filter(|_| found) else { return Ok(None) };
    let after = stage::after(cx, parts, &draft)?;
    if !after.is_empty() {
        db.write(cx, Unit::of(after)).await?;
    }
    sink.downcast::<Answer>().map(Some)
}

async fn inside(cx: &Cx, mut drafts: Vec<Draft>, form: Form) -> Result<Vec<Answer>, (Option<usize>, Error)> {
    let db = cx.database().map_err(|e| (None, e))?;
    let parts = Parts::of(cx);
    let mut unit = Unit::default();
    // Per step: the draft it belongs to. Per draft: where its record comes from.
    let mut owners = Vec::new();
    let mut sources = Vec::new();
    for (n, draft) in drafts.iter_mut().enumerate() {
        let of = |e: Error| (Some(n), e);
        stage::before(cx, &parts, draft).map_err(of)?;
        let (steps, source) = statement(&db, draft, form).map_err(of)?;
        sources.push(match source {
            Source::Step(at) => Source::Step(unit.steps.len() + at),
            known => known,
        });
        unit.steps.extend(steps);
        unit.steps.extend(stage::after(cx, &parts, draft).map_err(of)?);
        owners.resize(unit.steps.len(), n);
    }
    let single = (drafts.len() == 1).then_some(0);
    let mut outcome = db.write(cx, unit).await.map_err(|e| (single, e))?;
    if let Some(step) = outcome.refused {
        let n = owners.get(step).copied().unwrap_or_default();
        let error = match drafts.get(n) {
            Some(draft) => why(&db, cx, draft).await,
            None => Error::internal("a write was refused that nobody asked for"),
        };
        return Err((Some(n), error));
    }
    let mut answers = Vec::with_capacity(drafts.len());
    for (n, (draft, source)) in drafts.iter().zip(sources).enumerate() {
        let answer = match source {
            Source::Answer(answer) => Ok(*answer),
            Source::Step(at) => match outcome.rows.get_mut(at).and_then(Option::take) {
                Some(sink) => sink.downcast::<Answer>(),
                None => Ok(Answer::new(draft.descriptor, Form::Nothing)),
            },
        };
        let answer = answer.map_err(|e| (Some(n), e))?;
        unchanged(draft, &answer).map_err(|e| (Some(n), e))?;
        answers.push(answer);
    }
    Ok(answers)
}

/// Where the record comes from that a draft answers with.
enum Source {
    /// from the rows of a step
    Step(usize),
    /// it is known already
    Answer(Box<Answer>),
}

/// The statements of a draft, and which of them answers.
fn statement(db: &Database, draft: &mut Draft, form: Form) -> Result<(Vec<Step>, Source)> {
    let (dialect, d) = (db.dialect(), draft.descriptor);
    let sink = || Answer::new(d, form);
    let by_row = text::returning(dialect);
    let with_row = |step: Step| if by_row && form != Form::Nothing { step.into_sink(sink()) } else { step };
    let read = |deleted: Deleted| {
        Step::new(text::read(dialect, d, &draft.key, deleted, false)).into_sink(sink()).at_least(1)
    };
    Ok(match draft.action {
        Action::Create => {
            let insert = Step::new(text::insert(dialect, draft)).at_least(1);
            if by_row {
                (vec![with_row(insert)], Source::Step(0))
            } else if draft.key.is_null() {
                let counted = Step::new(text::read_counted(dialect, d)).into_sink(sink()).at_least(1);
                (vec![insert, counted], Source::Step(1))
            } else {
                let mut answer = sink();
                answer.take(|i| Ok(draft.values.get(i).map_or(ValueRef::Null, Value::borrow)))?;
                (vec![insert], Source::Answer(Box::new(answer)))
            }
        }
        Action::Update | Action::Replace if draft.values.is_empty() && draft.adds.is_none() => {
            (vec![read(draft.deleted)], Source::Step(0))
        }
        Action::Delete if !draft.soft() => {
            (vec![Step::new(text::delete(dialect, draft)).at_least(1)], Source::Step(0))
        }
        Action::ForceDelete => (vec![Step::new(text::delete(dialect, draft)).at_least(1)], Source::Step(0)),
        Action::Update | Action::Replace | Action::Restore | Action::Delete => {
            let change = Step::new(text::update(dialect, draft)).at_least(1);
            if by_row || form == Form::Nothing || draft.action == Action::Delete {
                (
                    vec![if draft.action == Action::Delete { change } else { with_row(change) }],
                    Source::Step(0),
                )
            } else {
                // It was there to be changed, so it is there, in whatever state it is now.
                (vec![change, read(Deleted::With)], Source::Step(1))
            }
        }
    })
}

/// A change of nothing still has to be for the right version.
fn unchanged(draft: &Draft, answer: &Answer) -> Result<()> {
    use super::draft::Expected;
    let nothing = matches!(draft.action, Action::Update | Action::Replace) && draft.values.is_empty();
    match (draft.expected, answer.version()) {
        (Expected::Version(expected), Some(found)) if nothing && expected != found => {
            Err(stage::stale(draft))
        }
        _ => Ok(()),
    }
}

/// Reads the record of a draft, in the transaction of `cx` and locked until its end if asked to.
pub(super) async fn read(db: &Database, cx: &Cx, draft: &Draft, lock: bool) -> Result<Answer> {
    let d = draft.descriptor;
    let step = Step::new(text::read(db.dialect(), d, &draft.key, draft.deleted, lock))
        .into_sink(Answer::new(d, Form::Values))
        .at_least(1);
    let mut outcome = db.write(cx, Unit::from(step)).await?;
    let sink = outcome.rows.pop().flatten().filter(|_| outcome.refused.is_none());
    sink.ok_or_else(|| Error::not_found(d))?.downcast::<Answer>()
}

/// Why a write found no record to change: it is not there (or deleted), it lives already, or it has another version.
async fn why(db: &Database, cx: &Cx, draft: &Draft) -> Error {
    let d = draft.descriptor;
    if draft.action == Action::Create {
        return Error::internal("an insert inserted nothing");
    }
    let mark = d.kept.deleted_at.map_or_else(|| d.key_field(), |i| d.field(i));
    let found = match db.read(cx, text::state(db.dialect(), d, &draft.key), Collect::new([mark.kind()])).await
    {
        Ok(found) => found.rows,
        Err(e) => return e,
    };
    let Some(marked) = found.first().and_then(|row| row.first()) else { return Error::not_found(d) };
    let deleted = d.kept.deleted_at.is_some() && !marked.is_null();
    if let Some(added) = draft.adds.as_ref().filter(|_| !deleted) {
        return super::increment::out_of_bounds(d.field(added.field), added);
    }
    let fits = match draft.deleted {
        _ if draft.action == Action::ForceDelete => true,
        Deleted::With => true,
        Deleted::Without => !deleted,
        Deleted::Only => deleted,
    };
    match draft.action {
        _ if fits => stage::stale(draft),
        Action::Restore => {
            let message = format!("this {} is not deleted", d.singular.replace('_', " "));
            Error::new(ErrorKind::Conflict, "conflict.not_deleted", message)
        }
        _ => Error::not_found(d),
    }
}
