//! The order of the stages, and that what parts add is in the same transaction.

use super::model::*;
use super::support::{Fresh, each};
use framewright::data::write::{self, Action, Draft, Expected, Part, Parts, STAGES, Stage};
use framewright::data::{Step, StmtBuilder};
use framewright::prelude::*;
use framewright::{Kind, Value};
use std::sync::{Arc, Mutex};

/// Writes down its stage, and adds a row to a table in the same transaction.
struct Noting {
    stage: Stage,
    dialect: framewright::data::Dialect,
    seen: Arc<Mutex<Vec<Stage>>>,
    table: &'static str,
}

impl Part for Noting {
    fn stage(&self) -> Stage {
        self.stage
    }
    fn before(&self, _: &Cx, draft: &mut Draft) -> Result<()> {
        self.seen.lock().unwrap().push(self.stage);
        if draft.values.get(tag::name.index()) == Some(&Value::Text("refused".into())) {
            return Err(Error::new(ErrorKind::Forbidden, "test.refused", "no"));
        }
        if draft.action == Action::Create {
            draft.values.set(tag::color.index(), Value::Text("by a hook".into()));
        }
        Ok(())
    }
    fn after(&self, _: &Cx, draft: &Draft) -> Result<Vec<Step>> {
        self.seen.lock().unwrap().push(self.stage);
        let mut b = StmtBuilder::new(self.dialect);
        b.sql("INSERT INTO ").ident(self.table).sql(" VALUES (");
        b.bind(Kind::Text, Value::Text(format!("{:?} {:?}", self.stage, draft.action))).sql(")");
        Ok(vec![Step::new(b.finish())])
    }
}

async fn noted(f: &Fresh) -> i64 {
    use framewright::data::row::Collect;
    let mut b = StmtBuilder::new(f.db.dialect());
    b.sql("SELECT COUNT(*) FROM notes");
    match f.db.read(&f.cx, b.finish(), Collect::new([Kind::I64])).await.unwrap().rows[0][0] {
        Value::I64(n) => n,
        _ => panic!(),
    }
}

#[tokio::test]
async fn parts_take_part_in_their_order_and_in_the_transaction() {
    const LATER: [Stage; 5] = [Stage::History, Stage::Audit, Stage::Outbox, Stage::Jobs, Stage::Idempotency];
    assert_eq!(STAGES[..4], [Stage::Authorise, Stage::Validate, Stage::Hooks, Stage::Statement]);
    assert_eq!((&STAGES[4..9], STAGES[9]), (&LATER[..], Stage::Commit));
    for f in each().await {
        f.db.batch("CREATE TABLE notes (what VARCHAR(50) NOT NULL)")
            .await
            .unwrap_or_else(|_| panic!("{}", f.name()));
        let (parts, seen) = (Arc::new(Parts::default()), Arc::new(Mutex::new(Vec::new())));
        // Added in the wrong order on purpose.
        for stage in LATER.into_iter().rev().chain([Stage::Hooks]) {
            parts.add(Arc::new(Noting {
                stage,
                dialect: f.db.dialect(),
                seen: seen.clone(),
                table: "notes",
            }));
        }
        f.cx.state().insert(parts.clone());
        let tag = CreateTag::new("a").save(&f.cx).await.unwrap();
        assert_eq!(tag.color.as_deref(), Some("by a hook"), "{}", f.name());
        let all: Vec<Stage> = [Stage::Hooks].into_iter().chain(LATER).collect();
        assert_eq!(*seen.lock().unwrap(), all, "{}", f.name());
        assert_eq!(noted(&f).await, 5, "{}", f.name());
        // Refused by the hook, by validation and by the database: nothing is noted.
        assert_eq!(CreateTag::new("refused").save(&f.cx).await.unwrap_err().code(), "test.refused");
        seen.lock().unwrap().clear();
        let authorise =
            Noting { stage: Stage::Authorise, dialect: f.db.dialect(), seen: seen.clone(), table: "notes" };
        let (state, others) = (f.cx.state(), parts.clone());
        let first = Arc::new(Parts::default());
        first.add(Arc::new(authorise));
        state.insert(first);
        assert_eq!(CreateTag::new("").save(&f.cx).await.unwrap_err().status(), 422);
        assert_eq!(*seen.lock().unwrap(), [Stage::Authorise], "who may not is told so before what is wrong");
        seen.lock().unwrap().clear();
        state.insert(others);
        assert_eq!(CreateTag::new("").save(&f.cx).await.unwrap_err().status(), 422);
        assert_eq!(*seen.lock().unwrap(), [], "what is not valid reaches no hook");
        assert_eq!(CreateTag::new("a").save(&f.cx).await.unwrap_err().status(), 409);
        assert_eq!(noted(&f).await, 5, "{}", f.name());
        // Every way of writing goes through them, record by record.
        let tag = tag.patch().color("x").save(&f.cx).await.unwrap();
        tag.increment(&f.cx, tag::uses, 1).await.unwrap();
        Tag::create_many(&f.cx, ["b", "c"].map(CreateTag::new)).await.unwrap();
        CreateTag::new("a").color("y").update_or_create(&f.cx, tag::name).await.unwrap();
        CreateTag::new("d").first_or_create(&f.cx, tag::name).await.unwrap();
        assert_eq!(noted(&f).await, 5 * 7, "{}", f.name());
        let changed = Tag::query().update_where(&f.cx, UpdateTag::default().uses(7)).await.unwrap();
        assert_eq!((changed, noted(&f).await), (4, 5 * 11), "{}", f.name());
        assert_eq!(Tag::query().delete_where(&f.cx).await.unwrap(), 4);
        assert_eq!(noted(&f).await, 5 * 15, "{}", f.name());
        let gone = write::delete(&f.cx, Tag::DESCRIPTOR, Id::<Tag>::new().value(), Expected::Any).await;
        assert_eq!((gone.unwrap_err().status(), noted(&f).await), (404, 5 * 15), "{}", f.name());
        // A part that fails undoes the write.
        parts.add(Arc::new(Noting { stage: Stage::Outbox, dialect: f.db.dialect(), seen, table: "nowhere" }));
        assert_eq!(CreateTag::new("lost").save(&f.cx).await.unwrap_err().status(), 500);
        assert_eq!((Tag::query().count(&f.cx).await.unwrap(), noted(&f).await), (0, 5 * 15), "{}", f.name());
    }
}

/// Counts how often each stage looked at a draft, and at which action.
struct Counting {
    stage: Stage,
    seen: Arc<Mutex<Vec<(Stage, Action)>>>,
}

impl Part for Counting {
    fn stage(&self) -> Stage {
        self.stage
    }
    fn before(&self, _: &Cx, draft: &mut Draft) -> Result<()> {
        self.seen.lock().unwrap().push((self.stage, draft.action));
        Ok(())
    }
    fn after(&self, _: &Cx, draft: &Draft) -> Result<Vec<Step>> {
        self.seen.lock().unwrap().push((self.stage, draft.action));
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn every_stage_looks_once_at_every_record() {
    for f in each().await {
        let (parts, seen) = (Arc::new(Parts::default()), Arc::new(Mutex::new(Vec::new())));
        for stage in [Stage::Authorise, Stage::Hooks, Stage::History] {
            parts.add(Arc::new(Counting { stage, seen: seen.clone() }));
        }
        f.cx.state().insert(parts);
        let counted = |what: &str, action: Action, records: usize| {
            let seen = std::mem::take(&mut *seen.lock().unwrap());
            for stage in [Stage::Authorise, Stage::Hooks, Stage::History] {
                let n = seen.iter().filter(|one| **one == (stage, action)).count();
                assert_eq!(n, records, "{}: {what} at {stage:?}", f.name());
            }
            assert_eq!(seen.len(), 3 * records, "{}: {what}: {seen:?}", f.name());
        };
        Tag::create_many(&f.cx, ["a", "b", "c"].map(CreateTag::new)).await.unwrap();
        counted("create_many", Action::Create, 3);
        Ticket::create_many(&f.cx, ["x", "y"].map(CreateTicket::new)).await.unwrap();
        counted("create_many of counted keys", Action::Create, 2);
        let tag = CreateTag::new("d").first_or_create(&f.cx, tag::name).await.unwrap();
        counted("first_or_create that creates", Action::Create, 1);
        CreateTag::new("d").first_or_create(&f.cx, tag::name).await.unwrap();
        counted("first_or_create that finds", Action::Create, 0);
        CreateTag::new("e").update_or_create(&f.cx, tag::name).await.unwrap();
        counted("update_or_create that creates", Action::Create, 1);
        CreateTag::new("d").color("y").update_or_create(&f.cx, tag::name).await.unwrap();
        counted("update_or_create that changes", Action::Update, 1);
        tag.increment(&f.cx, tag::uses, 1).await.unwrap();
        counted("increment", Action::Update, 1);
        CreatePair::new("boots").save(&f.cx).await.unwrap().increment(&f.cx, pair::shoes, 2).await.unwrap();
        seen.lock().unwrap().retain(|one| one.1 == Action::Update);
        counted("increment under a rule", Action::Update, 1);
        Tag::query().update_where(&f.cx, UpdateTag::default().uses(7)).await.unwrap();
        counted("update_where", Action::Update, 5);
        Tag::query().delete_where(&f.cx).await.unwrap();
        counted("delete_where", Action::Delete, 5);
    }
}
