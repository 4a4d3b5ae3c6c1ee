//! The options of services, sections and seeds.

use framewright::config::{Config, Environment, sections};
use framewright::cx::State;
use framewright::di::{build, services};
use framewright::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) trait Sound: Send + Sync {
    fn sound(&self) -> &'static str;
}

#[service(provides = dyn Sound, init, crate = ::backend)]
pub(crate) struct Dog {
    #[service(value = AtomicU32::new(7))]
    age: AtomicU32,
    #[service(default)]
    barks: AtomicU32,
}
impl Sound for Dog {
    fn sound(&self) -> &'static str {
        "wuff"
    }
}
impl Init for Dog {
    async fn init(self, _: &Cx) -> Result<Self> {
        self.barks.fetch_add(1, Ordering::Relaxed);
        Ok(self)
    }
}

#[config(section = "kennel", crate = ::backend)]
pub(crate) struct Places {
    #[setting(default = 3, env = "KENNEL_SIZE")]
    pub size: u8,
}

#[seed(order = 5, crate = ::backend)]
async fn later(_: &Cx) -> Result<()> {
    Ok(())
}
#[seed(order = -1)]
async fn sooner(_: &Cx) -> Result<()> {
    Ok(())
}

async fn built() -> Cx {
    let state = Arc::new(State::default());
    state.insert(Arc::new(Config::defaults(&sections(), Environment::Test)));
    let cx = Cx::new(state);
    build(&services(), &cx).await.unwrap();
    cx
}

#[tokio::test]
async fn service_provides() {
    assert_eq!(built().await.service::<dyn Sound>().unwrap().sound(), "wuff");
}
#[tokio::test]
async fn service_init() {
    assert_eq!(built().await.service::<Dog>().unwrap().barks.load(Ordering::Relaxed), 1);
}
#[tokio::test]
async fn service_field_value() {
    assert_eq!(built().await.service::<Dog>().unwrap().age.load(Ordering::Relaxed), 7);
}
#[tokio::test]
async fn service_field_default() {
    // It starts at 0, and `init` counts; without the option it would ask for a service, which does not compile.
    assert_eq!(built().await.service::<Dog>().unwrap().barks.load(Ordering::Relaxed), 1);
}
#[test]
fn config_section() {
    assert!(sections().iter().any(|s| s.name == "kennel"));
}
#[test]
fn setting_default() {
    let places: Places = Config::defaults(&sections(), Environment::Test).section().unwrap();
    assert_eq!(places.size, 3);
}
#[test]
fn setting_env() {
    let section = sections().into_iter().find(|s| s.name == "kennel").unwrap();
    assert_eq!(section.settings[0].env, ["KENNEL_SIZE"]);
}

/// What the three attributes emit names the framework by the path that was given.
fn crate_path(
    expand: fn(proc_macro2::TokenStream, proc_macro2::TokenStream) -> proc_macro2::TokenStream,
    item: &str,
) {
    let args = "crate = ::backend".parse().unwrap();
    let expansion = expand(args, item.parse().unwrap()).to_string();
    assert!(
        expansion.contains(":: backend :: __private") && !expansion.contains("framewright"),
        "{expansion}"
    );
}
#[test]
fn service_crate() {
    crate_path(framewright_macros_core::expand_service, "pub struct Dog;");
}
#[test]
fn config_crate() {
    crate_path(framewright_macros_core::expand_config, "pub struct Places { pub size: u8 }");
}
#[test]
fn seed_crate() {
    crate_path(framewright_macros_core::expand_seed, "async fn later(cx: &Cx) -> Result<()> { Ok(()) }");
}
#[test]
fn seed_order() {
    let order = |name: &str| {
        framewright::data::seed::seeds()
            .into_iter()
            .find(|s| s.name.ends_with(name))
            .map(|s| s.order)
            .unwrap()
    };
    assert_eq!((order("later"), order("sooner")), (5, -1));
}
