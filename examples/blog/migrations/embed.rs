// What `framewright::embed_migrations!()` puts into the program; written by `migrate make`.
(
    include_str!("schema.lock"),
    &[
        ("sqlite", "0001_begin", include_str!("sqlite/0001_begin/up.sql"), include_str!("sqlite/0001_begin/down.sql"), true),
        ("postgres", "0001_begin", include_str!("postgres/0001_begin/up.sql"), include_str!("postgres/0001_begin/down.sql"), true),
        ("mysql", "0001_begin", include_str!("mysql/0001_begin/up.sql"), include_str!("mysql/0001_begin/down.sql"), true),
    ],
)
