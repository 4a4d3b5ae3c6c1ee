use framewright::prelude::*;

#[seed]
async fn roles(_cx: &Cx, _count: usize) -> Result<()> {
    Ok(())
}

fn main() {}
