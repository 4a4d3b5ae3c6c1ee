//! A unit struct is what one writes before the fields come.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Empty;

fn main() {}
