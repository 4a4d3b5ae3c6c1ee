//! The reference pages of the book, made of the option tables.

use crate::options;
use crate::spec::Place;

/// The options of every attribute as Markdown tables.
pub fn reference_markdown() -> String {
    let mut page = String::from("# Options\n");
    let places = [
        (Place::Resource, "`#[resource(…)]`"),
        (Place::Field, "`#[field(…)]`"),
        (Place::Service, "`#[service(…)]`"),
        (Place::ServiceField, "`#[service(…)]` on a field"),
        (Place::Config, "`#[config(…)]`"),
        (Place::Setting, "`#[setting(…)]`"),
        (Place::Seed, "`#[seed(…)]`"),
        (Place::DbEnum, "`#[db_enum(…)]`"),
        (Place::DbVariant, "`#[db_enum(…)]` on a variant"),
    ];
    for (place, title) in places {
        page.push_str(&format!(
            "\n## {title}\n\n| option | what it does | takes | without it |\n|---|---|---|---|\n"
        ));
        let mut rows: Vec<_> = options().into_iter().map(|(_, o)| o).filter(|o| o.place == place).collect();
        rows.sort_by_key(|o| o.key);
        for o in rows {
            let cell = |text: &str| text.replace('|', "\\|");
            page.push_str(&format!(
                "| `{}` | {} | {} | {} |\n",
                cell(o.example),
                cell(o.doc),
                o.takes.words(),
                cell(o.default)
            ));
        }
    }
    page
}
