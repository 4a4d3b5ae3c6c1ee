//! Every type that a column can have, alone and optional.

use framewright::prelude::*;

#[derive(DbEnum)]
pub enum Size {
    Small,
}

#[resource(policy = public)]
pub struct All {
    pub a: bool,
    pub b: i16,
    pub c: i32,
    pub d: i64,
    pub e: f64,
    pub f: String,
    pub g: Vec<u8>,
    pub h: Decimal,
    pub i: Money<currency::Eur>,
    pub j: Timestamp,
    pub k: Date,
    pub l: Time,
    pub m: Json<Vec<String>>,
    pub n: Size,
    pub o_id: Id<All>,
    pub oa: Option<bool>,
    pub ob: Option<i16>,
    pub of: Option<String>,
    pub og: Option<Vec<u8>>,
    pub oh: Option<Decimal>,
    pub oi: Option<Money<currency::Eur>>,
    pub oj: Option<Timestamp>,
    pub om: Option<Json<Vec<String>>>,
    pub on: Option<Size>,
    pub oo_id: Option<Id<All>>,
}

pub fn main() {}
