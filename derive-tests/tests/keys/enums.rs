//! The options of `#[derive(DbEnum)]`.

use framewright::prelude::*;
use framewright_derive_tests::expand;

#[derive(DbEnum)]
pub(crate) enum State {
    Open,
    #[db_enum(name = "shut")]
    Closed,
}

#[test]
fn db_variant_name() {
    assert_eq!([State::Open.name(), State::Closed.name()], ["open", "shut"]);
    assert_eq!("shut".parse::<State>().ok(), Some(State::Closed));
    assert!("closed".parse::<State>().is_err());
}
#[test]
fn db_enum_crate() {
    let (expansion, _) = expand("#[derive(DbEnum)] #[db_enum(crate = ::backend)] pub enum State { Open }");
    assert!(expansion.contains("::backend::__private") && !expansion.contains("framewright"));
}
