//! What a new blog begins with. Seeds run in order, and as often as you like.

use crate::resources::{CreateTag, tag};
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
// ANCHOR_END: seeds
