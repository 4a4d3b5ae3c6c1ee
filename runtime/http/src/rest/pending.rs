//! Stands where `framewright_data::write` will stand; every write is refused until then.
#![allow(missing_docs, clippy::unused_async)]

use framewright_core::{Cx, Error, ResourceDescriptor, Result, Value, Values};

pub(super) enum Expected {
    Unsaid,
    Any,
    Version(i64),
}
pub(super) struct Written {
    pub(super) key: Value,
    pub(super) version: Option<i64>,
    pub(super) body: Vec<u8>,
}
fn no<T>() -> Result<T> {
    Err(Error::unavailable("write.pending", "writes are not served yet"))
}
type D = &'static ResourceDescriptor;
pub(super) async fn create_json(_: &Cx, _: D, _: Values) -> Result<Written> {
    no()
}
pub(super) async fn update_json(_: &Cx, _: D, _: Value, _: Values, _: Expected) -> Result<Written> {
    no()
}
pub(super) async fn replace_json(_: &Cx, _: D, _: Value, _: Values, _: Expected) -> Result<Written> {
    no()
}
pub(super) async fn restore_json(_: &Cx, _: D, _: Value, _: Expected) -> Result<Written> {
    no()
}
pub(super) async fn delete(_: &Cx, _: D, _: Value, _: Expected) -> Result<()> {
    no()
}
pub(super) fn read_bulk(_: D, _: &[u8]) -> Result<()> {
    no()
}
pub(super) async fn bulk_json(_: &Cx, _: D, _: (), _: &mut Vec<u8>) -> Result<()> {
    no()
}
