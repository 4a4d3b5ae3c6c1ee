//! What an application's files begin with: `use framewright::prelude::*;`.

pub use framewright_core::config::Secret;
pub use framewright_core::di::{Init, Inject};
pub use framewright_core::provider::Provider;
pub use framewright_core::record::SoftDelete;
pub use framewright_core::types::currency;
pub use framewright_core::{
    Actor, Column, Create, Cx, Date, Decimal, Error, ErrorKind, Id, Json, Money, Patch, Record, Resource,
    Result, Time, Timestamp, Update,
};
pub use framewright_data::CxData;
pub use framewright_data::repository::{
    Changes, DatabaseRepository, MemoryRepository, Repository, RestoreRecord, Save, WriteRecord,
};
pub use framewright_data::typed::Find;
pub use framewright_macros::{DbEnum, config, resource, seed, service};
