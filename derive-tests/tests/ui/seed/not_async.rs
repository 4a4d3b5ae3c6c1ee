use framewright::prelude::*;

#[seed]
fn roles(_cx: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
