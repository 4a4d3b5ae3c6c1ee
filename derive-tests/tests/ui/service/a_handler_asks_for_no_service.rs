use framewright::axum::{Router, routing::get};
use framewright::prelude::*;

pub struct Mailer;

async fn mail(_: Inject<Mailer>) -> Result<String> {
    Ok("sent".to_owned())
}

fn main() {
    let _: Router = Router::new().route("/mail", get(mail));
}
