//! JSON by descriptor, without a struct in between: [`mod@write`] turns values into the bytes of an answer, [`read`]
//! turns the bytes of a request into [`Values`](crate::record::Values), strictly, with every mistake by its wire name.

mod body;
mod moment;
mod plain;
mod reader;
mod scalar;
mod serde;
pub mod write;

pub use self::serde::{View, deserialize, said, serialize, serialize_record};
pub use body::{Body, Purpose, read, read_body};
pub use moment::{date, time, timestamp};
pub(crate) use reader::has_nul;
pub use reader::{Limits, Number, Reader, Token};
pub(crate) use scalar::of_text;
pub use scalar::{key, key_text};
pub use write::{members, readable, record, value};
