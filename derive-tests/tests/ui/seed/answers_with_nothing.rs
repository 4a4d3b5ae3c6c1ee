use framewright::prelude::*;

#[seed(order = 10)]
async fn roles(_cx: &Cx) {}

fn main() {}
