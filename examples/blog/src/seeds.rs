//! What a new blog begins with. Seeds run in order, and as often as you like.

use crate::resources::{CreateTag, Post, tag};
use framewright::factory::Factory;
use framewright::prelude::*;

// ANCHOR: seeds
/// The tags that every blog has.
#[seed(order = 10)]
async fn tags(cx: &Cx) -> Result<()> {
    for name in ["news", "howto", "opinion"] {
        CreateTag { name: name.to_owned() }.first_or_create(cx, tag::name).await?;
    }
    Ok(())
}

/// Something to read, made by the factories that the tests use; the second time it is there already.
#[seed(order = 20)]
async fn posts(cx: &Cx) -> Result<()> {
    Post::factory().count(3).state(Post::public).once(cx).await.map(drop)
}
// ANCHOR_END: seeds
