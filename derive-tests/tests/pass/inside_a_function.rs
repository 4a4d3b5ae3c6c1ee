//! Tests declare resources next to their assertions.

use framewright::prelude::*;

pub fn main() {
    #[resource(internal, has_many(replies: Note by parent_id))]
    struct Note {
        text: String,
        parent_id: Option<Id<Self>>,
    }
    let note = CreateNote::new("x").parent_id(Id::new());
    assert_eq!(note.text, "x");
    assert_eq!(note::text.index(), 1);
}
