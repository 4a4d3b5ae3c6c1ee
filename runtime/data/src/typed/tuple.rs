//! One thing that a row has a value of, or a tuple of such things: columns and aggregates alike.

/// Implements `$trait<R>` for `$one<R, T>` and for tuples of it: `$list` gives what each is without its type.
macro_rules! rows {
    ($trait:ident of $one:ident: $list:ident -> $item:ty = $erased:ident; $(($($ty:ident $at:tt),*))*) => {
        impl<R, T: Column> $trait<R> for $one<R, T> {
            type Row = T;
            fn $list(&self) -> Vec<$item> {
                vec![self.$erased()]
            }
            fn row(values: Vec<Value>) -> Result<T, Mismatch> {
                T::take(values.into_iter().next().ok_or(Mismatch)?)
            }
        }
        $(impl<R, $($ty: Column),*> $trait<R> for ($($one<R, $ty>,)*) {
            type Row = ($($ty,)*);
            fn $list(&self) -> Vec<$item> {
                vec![$(self.$at.$erased()),*]
            }
            fn row(values: Vec<Value>) -> Result<Self::Row, Mismatch> {
                let mut values = values.into_iter();
                Ok(($($ty::take(values.next().ok_or(Mismatch)?)?,)*))
            }
        })*
    };
}
pub(super) use rows;
