//! Services: what is injected, in which order they are built, and what a test can put in their place.
#![allow(missing_docs, clippy::unwrap_used)]

use framewright::cx::State;
use framewright::di::{build, services};
use framewright::prelude::*;
use framewright::{config::Config, config::Environment, config::sections};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

static BUILT: Mutex<Vec<&str>> = Mutex::new(Vec::new());

pub trait Gateway: Send + Sync {
    fn charge(&self, cents: i64) -> String;
}

/// What payments need.
#[config(section = "pay")]
pub struct PayConfig {
    /// The currency.
    #[setting(default = "EUR", env = "PAY_CURRENCY")]
    pub currency: String,
    /// How often a payment is tried.
    #[setting(default = 3)]
    pub attempts: u8,
    #[setting(default = ["card", "cash"])]
    pub kinds: Vec<String>,
    pub key: Option<Secret<String>>,
}

#[service(provides = dyn Gateway)]
pub struct Stripe {
    config: Inject<PayConfig>,
}
impl Gateway for Stripe {
    fn charge(&self, cents: i64) -> String {
        format!("{cents} {}", self.config.currency)
    }
}

#[service]
#[derive(Clone)]
pub struct Greeter {
    #[service(value = "hello".to_owned())]
    word: String,
}

#[service(init)]
pub struct Billing {
    gateway: Inject<dyn Gateway>,
    greeter: Greeter,
    #[service(default)]
    charges: AtomicU32,
}
impl Init for Billing {
    async fn init(self, cx: &Cx) -> Result<Self> {
        // what it needs is there already
        cx.service::<dyn Gateway>()?;
        BUILT.lock().unwrap().push("billing");
        self.charges.store(40, Ordering::Relaxed);
        Ok(self)
    }
}
impl Billing {
    fn bill(&self, cents: i64) -> (String, u32) {
        let n = self.charges.fetch_add(1, Ordering::Relaxed) + 1;
        (format!("{}, {}", self.greeter.word, self.gateway.charge(cents)), n)
    }
}

/// Two services that need a third: built once.
#[service]
pub struct Left {
    billing: Inject<Billing>,
}
#[service]
pub struct Right {
    billing: Inject<Billing>,
}

fn cx() -> Cx {
    let state = Arc::new(State::default());
    state.insert(Arc::new(Config::defaults(&sections(), Environment::Test)));
    Cx::new(state)
}

#[tokio::test]
async fn the_graph_is_built_once_in_the_order_of_its_edges() {
    let cx = cx();
    let order = build(&services(), &cx).await.unwrap();
    let at = |name: &str| order.iter().position(|n| n.ends_with(name)).unwrap();
    assert!(
        at("pay") < at("Stripe") && at("Stripe") < at("dyn Gateway") && at("dyn Gateway") < at("Billing")
    );
    assert!(at("Greeter") < at("Billing") && at("Billing") < at("Left") && at("Billing") < at("Right"));
    assert_eq!(order.iter().filter(|n| n.ends_with("Billing")).count(), 1);
    let (left, right) = (cx.service::<Left>().unwrap(), cx.service::<Right>().unwrap());
    assert_eq!(left.billing.bill(100), ("hello, 100 EUR".to_owned(), 41));
    assert_eq!(right.billing.bill(200).1, 42, "both share one");
    assert_eq!(BUILT.lock().unwrap().iter().filter(|b| **b == "billing").count(), 1);
    // building again builds nothing
    assert_eq!(build(&services(), &cx).await.unwrap(), Vec::<&str>::new());
}

struct Fake;
impl Gateway for Fake {
    fn charge(&self, _: i64) -> String {
        "nothing".to_owned()
    }
}

#[tokio::test]
async fn a_replaced_trait_is_injected_and_its_provider_is_not_even_built() {
    let cx = cx();
    cx.state().replace::<dyn Gateway>(Arc::new(Fake));
    let order = build(
        &[<Greeter as framewright::di::Provided>::NODE, <Stripe2 as framewright::di::Provided>::NODE],
        &cx,
    )
    .await
    .unwrap();
    assert!(!order.iter().any(|n| n.ends_with("::Stripe")), "{order:?}");
    assert_eq!(cx.service::<Stripe2>().unwrap().gateway.charge(1), "nothing");
    assert!(cx.service::<Stripe>().is_err());
}

#[service]
pub struct Stripe2 {
    gateway: Inject<dyn Gateway>,
}

#[test]
fn a_section_is_what_its_struct_says() {
    let pay: PayConfig = Config::defaults(&sections(), Environment::Test).section().unwrap();
    assert_eq!(
        (pay.currency.as_str(), pay.attempts, pay.kinds.len(), pay.key.is_none()),
        ("EUR", 3, 2, true)
    );
    let spec = sections().into_iter().find(|s| s.name == "pay").unwrap();
    assert_eq!(spec.doc, "What payments need.");
    assert_eq!(spec.settings[0].env, ["PAY_CURRENCY"]);
    assert!(spec.settings[3].secret && !spec.settings[3].required);
}
