//! What the registry says of resources that do not fit together, sentence by sentence.
#![allow(missing_docs)]

use framewright_core as fw;
use fw::descriptor::{
    FieldDescriptor, KeyDescriptor, RelationDescriptor, RelationKind, ResourceDescriptor, Source,
};
use fw::registry;

const fn at(line: u32) -> Source {
    Source { file: "src/shop.rs", line, module: "shop::models" }
}

const KEY: FieldDescriptor = FieldDescriptor::of::<i64>("id", "").key();

const fn text(name: &'static str) -> FieldDescriptor {
    FieldDescriptor::of::<String>(name, "")
}

const fn many(
    name: &'static str,
    by: Option<&'static str>,
    target: fn() -> &'static ResourceDescriptor,
) -> RelationDescriptor {
    RelationDescriptor::of(name, RelationKind::HasMany { by }, target, "")
}

fn owner() -> &'static ResourceDescriptor {
    static OWNER: ResourceDescriptor = ResourceDescriptor {
        fields: &[KEY, text("name")],
        ..ResourceDescriptor::of("Owner", "owner", "owners", at(1))
    };
    &OWNER
}

fn team() -> &'static ResourceDescriptor {
    static TEAM: ResourceDescriptor =
        ResourceDescriptor { fields: &[KEY], ..ResourceDescriptor::of("Team", "team", "teams", at(2)) };
    &TEAM
}

fn post() -> &'static ResourceDescriptor {
    static POST: ResourceDescriptor = ResourceDescriptor {
        fields: &[KEY, text("author_id").references(owner), text("team_id").references(team), text("title")],
        uniques: &[KeyDescriptor::of(&[2])],
        ..ResourceDescriptor::of("Post", "post", "posts", at(3))
    };
    &POST
}

/// An owner with one relation.
fn with(relation: RelationDescriptor) -> &'static ResourceDescriptor {
    const FIELDS: &[FieldDescriptor] = &[KEY, text("name")];
    let relations: &'static [RelationDescriptor] = Box::leak(Box::new([relation]));
    Box::leak(Box::new(ResourceDescriptor {
        fields: FIELDS,
        relations,
        ..ResourceDescriptor::of("Owner", "owner", "owners", at(1))
    }))
}

fn said(of: &[&'static ResourceDescriptor]) -> Vec<String> {
    registry::problems(of)
}

#[test]
fn what_fits_is_not_spoken_of() {
    let owner = with(many("posts", Some("author_id"), post));
    assert_eq!(said(&[owner, team(), post()]), Vec::<String>::new());
    assert_eq!(said(&[with(many("posts", None, post)), post()]), Vec::<String>::new());
}

#[test]
fn every_problem_is_one_sentence_with_its_place_and_its_way_out() {
    let one = |by| RelationDescriptor::of("post", RelationKind::HasOne { by }, post, "");
    let through = |through| RelationDescriptor::of("teams", RelationKind::ManyToMany { through }, team, "");
    let head = |what: &str| format!("the relation `posts` of `Owner` (src/shop.rs:1) {what}");
    let mut twin = ResourceDescriptor::of("Twin", "twin", "owners", at(7));
    const KEYED: &[FieldDescriptor] = &[KEY];
    twin.fields = KEYED;
    let twin: &'static ResourceDescriptor = Box::leak(Box::new(twin));
    let mut neighbour = ResourceDescriptor::of("Neighbour", "neighbour", "neighbours", at(8));
    neighbour.path = "owners";
    let neighbour: &'static ResourceDescriptor = Box::leak(Box::new(neighbour));
    let table: Vec<(Vec<&'static ResourceDescriptor>, String)> = vec![
        (
            vec![owner(), twin],
            "the table `owners` belongs to `Owner` (src/shop.rs:1) and to `Twin` (src/shop.rs:7): set `table = \"…\"` on one of them".into(),
        ),
        (
            vec![owner(), neighbour],
            "`GET /owners` is served by `Owner` (src/shop.rs:1) and by `Neighbour` (src/shop.rs:8): set `path = \"…\"` on one of them".into(),
        ),
        (
            vec![with(many("posts", None, post))],
            head("points to `Post`, which is not linked into this program: add `use shop as _;`"),
        ),
        (
            vec![with(many("teams", None, team)), team()],
            "the relation `teams` of `Owner` (src/shop.rs:1) has no foreign key: `Team` needs exactly one field of type `Id<Owner>`, or write `teams: Team by field`".into(),
        ),
        (
            vec![with(many("posts", Some("autor_id"), post)), post()],
            head("goes by the wrong field: `Post` has no field `autor_id`; did you mean `author_id`?"),
        ),
        (
            vec![with(many("posts", Some("team_id"), post)), post(), team()],
            head("goes by the wrong field: `team_id` of `Post` points to `Team`, not to `Owner`; did you mean `author_id`?"),
        ),
        (
            vec![with(many("posts", Some("title"), post)), post()],
            head("goes by the wrong field: `title` of `Post` points to no resource; did you mean `author_id`?"),
        ),
        (
            vec![with(many("teams", Some("owner_id"), team)), team()],
            "the relation `teams` of `Owner` (src/shop.rs:1) goes by the wrong field: `Team` has no field `owner_id`; it takes a field of type `Id<Owner>`".into(),
        ),
        (
            vec![with(one(None)), post()],
            "the relation `post` of `Owner` (src/shop.rs:1) is to one, but many `Post` can have the same `author_id`: add `#[field(unique)]` to it, or write `has_many(post: Post)`".into(),
        ),
        (
            vec![with(through(team)), team()],
            "the relation `teams` of `Owner` (src/shop.rs:1) has no foreign key: `Team` needs exactly one field of type `Id<Owner>`".into(),
        ),
    ];
    for (resources, sentence) in table {
        assert_eq!(said(&resources), [sentence]);
    }
    // The far side of a many-to-many is missing.
    fn half() -> &'static ResourceDescriptor {
        static HALF: ResourceDescriptor = ResourceDescriptor {
            fields: &[KEY, text("owner_id").references(owner)],
            ..ResourceDescriptor::of("Half", "half", "halves", at(9))
        };
        &HALF
    }
    assert_eq!(
        said(&[with(through(half)), team(), half()]),
        ["the relation `teams` of `Owner` (src/shop.rs:1) has no foreign key to `Team` in between"]
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let broken = with(many("posts", Some("autor_id"), post));
    let all = said(&[broken, with(many("teams", None, team)), post(), team()]);
    assert_eq!(all.len(), 3, "{all:#?}");
}
