//! A shelf of books.

use framewright::prelude::*;

/// A book.
#[resource(policy = public)]
pub struct Book {
    /// What stands on its cover.
    #[field(length(min = 1, max = 120), filter, sort)]
    pub title: String,
}

fn main() -> std::process::ExitCode {
    framewright::App::new().run()
}

// ANCHOR: tests
#[cfg(test)]
mod tests {
    use framewright::testing::TestApp;
    use serde_json::json;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_book_is_kept() {
        let app = TestApp::new().await;
        let id = app.post("/api/v1/books").json(json!({"title": "Dune"})).await.assert_created().id();
        app.get(&format!("/api/v1/books/{id}")).await.assert_ok().assert_data(json!({"title": "Dune"}));
    }
}
// ANCHOR_END: tests
