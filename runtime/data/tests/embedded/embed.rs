// What `framewright::embed_migrations!()` puts into the program; written by `migrate make`.
(
    include_str!("schema.lock"),
    &[
        ("sqlite", "0001_create_notes", include_str!("sqlite/0001_create_notes/up.sql"), include_str!("sqlite/0001_create_notes/down.sql"), true),
        ("postgres", "0001_create_notes", include_str!("postgres/0001_create_notes/up.sql"), include_str!("postgres/0001_create_notes/down.sql"), true),
        ("mysql", "0001_create_notes", include_str!("mysql/0001_create_notes/up.sql"), include_str!("mysql/0001_create_notes/down.sql"), true),
    ],
)
