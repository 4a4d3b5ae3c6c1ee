//! Tokens → what was written, with the place of every word. Nothing here fails: each function returns a value and
//! pushes what is wrong.

mod entry;
mod item;
mod option;
mod salvage;

pub(crate) use entry::{Entry, EntryValue, entries};
pub(crate) use item::{RawField, RawStruct, parse_struct};
pub(crate) use option::{Args, Opt};
pub(crate) use salvage::salvage;
