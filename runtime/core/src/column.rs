//! The bridge between a Rust type and a column: own newtypes join by implementing [`Column`], everything else
//! in the framework works on [`Value`]s and never learns their Rust type.

use crate::descriptor::ResourceDescriptor;
use crate::record::{Patch, Values};
use crate::types::Decimal;
use crate::value::{Kind, Value, ValueRef};

/// A value that does not fit the type it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch;

/// What a Rust type says of every column of that type.
#[derive(Clone, Copy)]
pub struct ColumnFacts {
    /// the storage class
    pub kind: Kind,
    /// whether NULL is a value
    pub nullable: bool,
    /// the variants of an enum, by their wire names
    pub options: Option<&'static [&'static str]>,
    /// the resource that an `Id<R>` points to
    pub references: Option<fn() -> &'static ResourceDescriptor>,
    /// the ISO 4217 code of `Money<CUR>`
    pub currency: Option<&'static str>,
    /// the smallest and largest integer of the type
    pub bounds: Option<(i64, i64)>,
    /// whether a JSON text has the form of `Json<T>`'s `T`; else at which character it has not
    pub shape: Option<fn(&str) -> Result<(), usize>>,
}

impl ColumnFacts {
    /// Facts of a plain, mandatory column.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            nullable: false,
            options: None,
            references: None,
            currency: None,
            bounds: None,
            shape: None,
        }
    }

    /// The same column, where NULL is a value.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// A Rust type that can be stored in one column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be stored in a column",
    label = "not a column type",
    note = "column types are `bool`, `i16`, `i32`, `i64`, `f64`, `String`, `Vec<u8>`, `Id<R>`, `Decimal`, `Money<CUR>`, `Timestamp`, `Date`, `Time`, `Json<T>`, enums with `#[derive(DbEnum)]`, and `Option` of these",
    note = "store any serialisable type with `Json<{Self}>`, or leave the field out of the table with `#[field(skip)]`"
)]
pub trait Column: Sized + Send + Sync + 'static {
    /// What the type says of its columns.
    const FACTS: ColumnFacts;

    /// The value to store, borrowed where it can be.
    fn get(&self) -> ValueRef<'_>;

    /// The Rust value of a stored one.
    ///
    /// # Errors
    /// [`Mismatch`] when the value is of another kind or out of range.
    fn take(value: Value) -> Result<Self, Mismatch>;

    /// The value to store, owned.
    fn value(&self) -> Value {
        self.get().to_value()
    }

    /// Moves a mandatory field out of values. This and the ones below are what expansions call for every field: one
    /// call of a method costs the compiler a fraction of what the same lines in the expansion do.
    ///
    /// # Errors
    /// [`Mismatch`] when it is absent or of another type.
    #[doc(hidden)]
    fn given(values: &mut Values, index: u16) -> Result<Self, Mismatch> {
        values.take(index)
    }

    /// Moves a field out of values that is null when it is absent.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another type.
    #[doc(hidden)]
    fn given_or_null(values: &mut Values, index: u16) -> Result<Self, Mismatch> {
        Self::take(values.unset(index).unwrap_or(Value::Null))
    }

    /// Moves a field out of values that may be absent.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another type.
    #[doc(hidden)]
    fn if_given(values: &mut Values, index: u16) -> Result<Option<Self>, Mismatch> {
        values.take_given(index)
    }

    /// Moves a field of an update out of values.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another type.
    #[doc(hidden)]
    fn patch(values: &mut Values, index: u16) -> Result<Patch<Self>, Mismatch> {
        values.take_patch(index)
    }

    /// The value of a field of an update, if it is set.
    #[doc(hidden)]
    fn get_patch(patch: &Patch<Self>) -> Option<ValueRef<'_>> {
        patch.given().map(Self::get)
    }
}

macro_rules! integer {
    ($($ty:ty => $kind:ident),*) => {$(
        impl Column for $ty {
            const FACTS: ColumnFacts = ColumnFacts {
                bounds: Some((<$ty>::MIN as i64, <$ty>::MAX as i64)),
                ..ColumnFacts::new(Kind::$kind)
            };
            fn get(&self) -> ValueRef<'_> {
                ValueRef::I64(i64::from(*self))
            }
            fn take(value: Value) -> Result<Self, Mismatch> {
                match value {
                    Value::I64(v) => Self::try_from(v).map_err(|_| Mismatch),
                    _ => Err(Mismatch),
                }
            }
        }
    )*};
}
integer!(i16 => I16, i32 => I32, i64 => I64);

macro_rules! plain {
    ($($ty:ty, $kind:ident, $v:ident => $get:expr;)*) => {$(
        impl Column for $ty {
            const FACTS: ColumnFacts = ColumnFacts::new(Kind::$kind);
            fn get(&self) -> ValueRef<'_> {
                let $v = self;
                ValueRef::$kind($get)
            }
            fn take(value: Value) -> Result<Self, Mismatch> {
                match value {
                    Value::$kind(v) => Ok(v),
                    _ => Err(Mismatch),
                }
            }
        }
    )*};
}
plain! {
    bool, Bool, v => *v;
    f64, F64, v => *v;
    String, Text, v => v;
    Vec<u8>, Bytes, v => v;
    Decimal, Decimal, v => *v;
}

impl Column for uuid::Uuid {
    const FACTS: ColumnFacts = ColumnFacts::new(Kind::Uuid);
    fn get(&self) -> ValueRef<'_> {
        ValueRef::Uuid(*self.as_bytes())
    }
    fn take(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Uuid(v) => Ok(Self::from_bytes(v)),
            _ => Err(Mismatch),
        }
    }
}

// A wrong type inside `Option` is reported as itself: the `Option` is not what has to change.
impl<T: Column> Column for Option<T> {
    const FACTS: ColumnFacts = T::FACTS.nullable();
    fn get(&self) -> ValueRef<'_> {
        self.as_ref().map_or(ValueRef::Null, Column::get)
    }
    fn take(value: Value) -> Result<Self, Mismatch> {
        if value.is_null() { Ok(None) } else { T::take(value).map(Some) }
    }
}
