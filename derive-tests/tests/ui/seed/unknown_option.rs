use framewright::prelude::*;

#[seed(ordre = 10)]
async fn roles(_cx: &Cx) -> Result<()> {
    Ok(())
}

fn main() {}
