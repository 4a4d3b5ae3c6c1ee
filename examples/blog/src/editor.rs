//! What an editor does: a service that is built from what it needs.

use crate::resources::{Post, Status};
use crate::settings::BlogConfig;
use framewright::prelude::*;

// ANCHOR: service
/// Counts words. Behind a trait, so that a test can put something else in its place.
pub trait WordCount: Send + Sync + 'static {
    /// The number of words in a text.
    fn words(&self, text: &str) -> usize;
}

/// Words are what stands between blanks.
#[service(provides = dyn WordCount)]
pub struct BetweenBlanks {}

impl WordCount for BetweenBlanks {
    fn words(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }
}

/// The editor.
#[service]
pub struct Editor {
    words: Inject<dyn WordCount>,
    settings: Inject<BlogConfig>,
}
// ANCHOR_END: service

// ANCHOR: publish
impl Editor {
    /// Minutes that it takes to read a post, never none.
    pub fn minutes(&self, post: &Post) -> u32 {
        let words = u32::try_from(self.words.words(&post.body)).unwrap_or(u32::MAX);
        words.div_ceil(self.settings.words_per_minute).max(1)
    }

    /// Publishes a post, once.
    pub async fn publish(&self, cx: &Cx, id: Id<Post>) -> Result<Post> {
        let post = Post::find(cx, id).await?;
        if post.status == Status::Published {
            return Err(Error::new(ErrorKind::Conflict, "post.published", "this post is published already"));
        }
        post.patch().status(Status::Published).published_at(Some(cx.now())).save(cx).await
    }
}
// ANCHOR_END: publish
