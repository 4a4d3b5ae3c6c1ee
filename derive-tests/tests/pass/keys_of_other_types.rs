//! A number that the database counts, a text that the client chooses, a column of another name.

use framewright::prelude::*;

#[resource(policy = public)]
pub struct Counted {
    pub id: i64,
    pub name: String,
}

#[resource(policy = public, timestamps = false)]
pub struct Country {
    #[field(id, length(min = 2, max = 2))]
    pub code: String,
    pub name: String,
}

#[resource(policy = public)]
pub struct City {
    #[field(references = Country, on_delete = cascade)]
    pub country_id: String,
    #[field(references = Counted, relation = counted)]
    pub number: Option<i64>,
}

pub fn main() {
    let _ = CreateCountry::new("de", "Germany");
    let _ = CreateCounted::new("x");
    let _ = (city::country, city::counted);
}
