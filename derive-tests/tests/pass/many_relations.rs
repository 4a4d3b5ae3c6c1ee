//! Self-reference, both sides, through a third, several keys to one resource.

use framewright::prelude::*;

#[resource(policy = public, has_many(written: Post by author_id, edited: Post by editor_id), has_one(profile: Profile))]
pub struct User {
    pub name: String,
}

#[resource(policy = public)]
pub struct Profile {
    #[field(unique)]
    pub user_id: Id<User>,
}

#[resource(policy = public, many_to_many(tags: Tag through PostTag), has_many(children: Post by parent_id))]
pub struct Post {
    pub author_id: Id<User>,
    #[field(relation = reviser, on_delete = set_null)]
    pub editor_id: Option<Id<User>>,
    pub parent_id: Option<Id<Self>>,
}

#[resource(policy = public)]
pub struct Tag {
    pub name: String,
}

#[resource(internal, unique(post_id, tag_id))]
pub struct PostTag {
    #[field(on_delete = cascade)]
    pub post_id: Id<Post>,
    #[field(on_delete = cascade)]
    pub tag_id: Id<Tag>,
}

pub fn main() {
    let all = [User::DESCRIPTOR, Profile::DESCRIPTOR, Post::DESCRIPTOR, Tag::DESCRIPTOR, PostTag::DESCRIPTOR];
    assert_eq!(framewright::registry::problems(&all), Vec::<String>::new());
    let _ = (post::tags, post::reviser, user::profile);
}
