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
    posts: Inject<dyn Repository<Post>>,
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
        let post = self.posts.find(cx, id).await?;
        if post.status == Status::Published {
            return Err(Error::new(ErrorKind::Conflict, "post.published", "this post is published already"));
        }
        let changes = post.patch().status(Status::Published).published_at(Some(cx.now()));
        self.posts.save(cx, changes).await
    }
}
// ANCHOR_END: publish

#[cfg(test)]
mod tests {
    use super::*;
    use framewright::testing::{Factory, Mock};
    use std::sync::Arc;

    // ANCHOR: unit
    fn editor(posts: impl Repository<Post> + 'static) -> Editor {
        Editor {
            posts: Inject::new(Arc::new(posts)),
            words: Inject::new(Arc::new(BetweenBlanks {})),
            settings: Inject::new(Arc::new(BlogConfig { words_per_minute: 200 })),
        }
    }

    /// The rules of a database, without one.
    #[tokio::test]
    async fn a_post_is_published_once() {
        let cx = Cx::new(Arc::default());
        let posts = MemoryRepository::new();
        let draft = posts.create(&cx, Post::factory().make_one()).await.expect("a draft");
        let editor = editor(posts);

        let post = editor.publish(&cx, draft.id).await.expect("published");
        assert_eq!((post.status, post.version), (Status::Published, 2));
        let again = editor.publish(&cx, draft.id).await.expect_err("once");
        assert_eq!(again.code(), "post.published");
    }

    /// No records at all: the test says what each call gives.
    #[tokio::test]
    async fn a_post_that_changes_meanwhile_stays_as_it_is() {
        let cx = Cx::new(Arc::default());
        let draft: Post =
            MemoryRepository::new().create(&cx, Post::factory().make_one()).await.expect("a draft");
        let id = draft.id;
        let stale = || Error::new(ErrorKind::Stale, "conflict.version", "the post has been changed");
        let posts = Mock::new().on_find(move |_| Ok(draft)).on_save(move |_| Err(stale()));

        let refused = editor(posts).publish(&cx, id).await.expect_err("stale");
        assert_eq!(refused.code(), "conflict.version");
    }
    // ANCHOR_END: unit
}
