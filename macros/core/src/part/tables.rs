//! Tables: names, columns, unique keys and indexes: what the migration is made of.

mod keys;

use super::Part;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::Expansion;
use crate::model::types::Shape;
use crate::model::{Field, Key, Resource, names};
use crate::spec::{OptionSpec, Place, Takes};
use crate::syntax::Opt;
use quote::quote;
use syn::LitStr;

pub(crate) struct Tables;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        key: "table",
        place: Place::Resource,
        takes: Takes::Text,
        default: "the plural of the struct's name in snake case",
        doc: "The name of the table.",
        example: "table = \"posts\"",
    },
    OptionSpec {
        key: "unique",
        place: Place::Resource,
        takes: Takes::Fields,
        default: "none",
        doc: "A unique key over several fields; a `code` names the error that clients get.",
        example: "unique(author_id, title)",
    },
    OptionSpec {
        key: "index",
        place: Place::Resource,
        takes: Takes::Fields,
        default: "none; foreign keys have one",
        doc: "An index over several fields.",
        example: "index(author_id, created_at)",
    },
    OptionSpec {
        key: "renamed_from",
        place: Place::Resource,
        takes: Takes::Text,
        default: "none",
        doc: "The table's former name: the next migration renames it instead of dropping it.",
        example: "renamed_from = \"articles\"",
    },
    OptionSpec {
        key: "breaking",
        place: Place::Resource,
        takes: Takes::Text,
        default: "destructive migrations are refused",
        doc: "Approves destructive migrations of this table, with the reason.",
        example: "breaking = \"the column was never filled\"",
    },
    OptionSpec {
        key: "diesel_schema",
        place: Place::Resource,
        takes: Takes::Nothing,
        default: "off",
        doc: "Also emits `diesel::table!`, for queries written with Diesel; needs `diesel` as a dependency of yours.",
        example: "diesel_schema",
    },
    OptionSpec {
        key: "crate",
        place: Place::Resource,
        takes: Takes::Path,
        default: "`::framewright`",
        doc: "Where the framework is, when it is not called `framewright`.",
        example: "crate = ::backend",
    },
    OptionSpec {
        key: "column",
        place: Place::Field,
        takes: Takes::Text,
        default: "the field's name",
        doc: "The name of the column.",
        example: "column = \"headline\"",
    },
    OptionSpec {
        key: "renamed_from",
        place: Place::Field,
        takes: Takes::Text,
        default: "none",
        doc: "The column's former name: the next migration renames it instead of dropping it.",
        example: "renamed_from = \"headline\"",
    },
    OptionSpec {
        key: "text",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "at most 255 characters, or the `max` of `length`",
        doc: "Text without a bound.",
        example: "text",
    },
    OptionSpec {
        key: "precision",
        place: Place::Field,
        takes: Takes::Pair,
        default: "`precision(19, 4)`",
        doc: "How many digits a decimal has, and how many of them after the point.",
        example: "precision(12, 2)",
    },
    OptionSpec {
        key: "unique",
        place: Place::Field,
        takes: Takes::Code,
        default: "off",
        doc: "No two records have the same value; a `code` names the error that clients get.",
        example: "unique(code = \"user.email_taken\")",
    },
    OptionSpec {
        key: "index",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off; foreign keys have one",
        doc: "An index of this field.",
        example: "index",
    },
    OptionSpec {
        key: "skip",
        place: Place::Field,
        takes: Takes::Nothing,
        default: "off",
        doc: "No column: the field is filled with its `Default` when a record is loaded.",
        example: "skip",
    },
];

impl Part for Tables {
    fn name(&self) -> &'static str {
        "tables"
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn resource(&self, opt: Opt<'_>, model: &mut Resource, dx: &Diagnostics) {
        match opt.spec.key {
            "table" => model.table = opt.text().filter(|t| usable_name("table", t, dx)),
            "renamed_from" => model.renamed_from = opt.text().filter(|t| usable_name("table", t, dx)),
            "breaking" => {
                model.breaking = opt.text().filter(|reason| {
                    let said = !reason.value().trim().is_empty();
                    if !said {
                        dx.push(
                            Diagnostic::new(Code::FW207, reason, "`breaking` gives no reason")
                                .help("say in a few words why the data may go"),
                        );
                    }
                    said
                });
            }
            "unique" => {
                let (fields, code) = opt.idents_and_code();
                model.uniques.push(Key { fields, code });
            }
            "index" => model.indexes.push(Key { fields: opt.idents("no field"), code: None }),
            "diesel_schema" => model.diesel_schema = opt.flag().then(|| opt.span()),
            "crate" => {
                model.krate = opt.path().filter(|path| {
                    let first = path.segments.first().map(|s| s.ident.to_string()).unwrap_or_default();
                    let absolute =
                        path.leading_colon.is_some() || matches!(first.as_str(), "crate" | "self" | "super");
                    if !absolute {
                        dx.push(
                            Diagnostic::new(
                                Code::FW206,
                                path,
                                "`crate` takes a path that means the same everywhere",
                            )
                            .help(format!(
                                "write `crate = ::{}`",
                                quote!(#path).to_string().replace(' ', "")
                            )),
                        );
                    }
                    absolute
                });
            }
            _ => {}
        }
    }

    fn field(&self, opt: Opt<'_>, field: &mut Field, dx: &Diagnostics) {
        match opt.spec.key {
            "column" => field.column = opt.text().filter(|t| usable_name("column", t, dx)),
            "renamed_from" => field.renamed_from = opt.text().filter(|t| usable_name("column", t, dx)),
            "text" => field.unbounded = opt.flag().then(|| opt.span()),
            "precision" => field.precision = precision(opt, field, dx),
            "unique" => field.unique = Some(opt.maybe_code()),
            "index" => field.index = opt.flag(),
            "skip" => field.skip = opt.flag(),
            _ => {}
        }
        if opt.spec.key == "text" && !matches!(field.shape, Shape::Text | Shape::Other) {
            dx.push(super::validation::misplaced(opt.key, field, "is no text"));
        }
    }

    fn check(&self, model: &Resource, dx: &Diagnostics) {
        columns_are_distinct(model, dx);
        keys::check(model, dx);
        if let Some(span) = model.diesel_schema
            && manifest().is_some_and(|m| !depends_on_diesel(&m))
        {
            dx.push(
                Diagnostic::at(
                    Code::FW701,
                    span,
                    "`diesel_schema` needs `diesel` as a direct dependency of this package",
                )
                .help("run `cargo add diesel@2.3 --no-default-features`")
                .note("`diesel::table!` can't be reached through another crate"),
            );
        }
        if let Some(span) = model.diesel_schema
            && model.columns().count() > 32
        {
            dx.push(
                Diagnostic::at(
                    Code::FW702,
                    span,
                    format!(
                        "`diesel_schema` allows 32 columns, but `{}` has {}",
                        model.ident,
                        model.columns().count()
                    ),
                )
                .help(
                    "remove `diesel_schema`, or move some fields into a resource of their own or a `Json<T>`",
                ),
            );
        }
    }

    fn emit(&self, model: &Resource, out: &mut Expansion) {
        let p = &out.private;
        if let Some(from) = &model.renamed_from {
            out.descriptor.push(quote!(renamed_from: #p::Some(#from)));
        }
        if let Some(reason) = &model.breaking {
            out.descriptor.push(quote!(breaking: #p::Some(#reason)));
        }
        let index_of = |name: &str| model.column(name).map_or(0, |(i, _)| i);
        let of = |fields: Vec<u16>, code: Option<&LitStr>| {
            let code = code.map(|code| quote!(.code(#code)));
            let fields = fields.into_iter().map(proc_macro2::Literal::u16_unsuffixed);
            quote!(#p::KeyDescriptor::of(&[#(#fields),*]) #code)
        };
        let key = |key: &Key| {
            of(key.fields.iter().map(|f| index_of(&names::plain(f))).collect(), key.code.as_ref())
        };
        let single = |index: u16, code: Option<&LitStr>| of(vec![index], code);
        let mut uniques: Vec<_> = model
            .columns()
            .filter_map(|(i, f)| f.unique.as_ref().map(|code| single(i, code.as_ref())))
            .collect();
        uniques.extend(model.uniques.iter().map(key));
        if !uniques.is_empty() {
            out.descriptor.push(quote!(uniques: &[#(#uniques),*]));
        }
        let mut indexes: Vec<_> =
            model.columns().filter(|(_, f)| f.index).map(|(i, _)| single(i, None)).collect();
        indexes.extend(model.indexes.iter().map(key));
        if !indexes.is_empty() {
            out.descriptor.push(quote!(indexes: &[#(#indexes),*]));
        }
        for (index, field) in model.columns() {
            if let Some(column) = &field.column {
                out.field(index, quote!(.column(#column)));
            }
            if let Some(from) = &field.renamed_from {
                out.field(index, quote!(.renamed_from(#from)));
            }
            if field.unbounded.is_some() {
                out.field(index, quote!(.unbounded()));
            }
            if let Some((precision, scale)) = field.precision {
                out.field(index, quote!(.decimal(#precision, #scale)));
            }
            if let Some(Some(code)) = &field.unique {
                out.field(index, quote!(.unique_code(#code)));
            }
        }
    }
}

/// Names of tables and columns: what every database takes without quoting rules of its own.
fn usable_name(what: &str, name: &LitStr, dx: &Diagnostics) -> bool {
    let text = name.value();
    let mut letters = text.chars();
    let usable = letters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text.len() <= 63;
    if !usable {
        let proper: String = names::snake(&text)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .take(63)
            .collect();
        let proper = proper.trim_matches('_');
        let mut diagnostic =
            Diagnostic::new(Code::FW501, name, format!("`{text}` can't be the name of a {what}"))
                .note("names have 1 to 63 lower-case letters, digits and `_`, and don't begin with a digit");
        if !proper.is_empty() && !proper.starts_with(|c: char| c.is_ascii_digit()) {
            diagnostic = diagnostic.help(format!("write `\"{proper}\"`"));
        }
        dx.push(diagnostic);
    }
    usable
}

fn precision(opt: Opt<'_>, field: &Field, dx: &Diagnostics) -> Option<(u8, u8)> {
    let (precision, scale) = opt.pair::<u8>()?;
    if !matches!(field.shape, Shape::Decimal | Shape::Other) {
        dx.push(super::validation::misplaced(opt.key, field, "is no decimal"));
        return None;
    }
    if precision == 0 || precision > 28 || scale > precision {
        dx.push(
            Diagnostic::new(
                Code::FW305,
                opt.key,
                format!(
                    "`precision({precision}, {scale})` of `{}` has no exact column on every database",
                    field.name
                ),
            )
            .help("use 1 to 28 digits, and at most as many of them after the point"),
        );
        return None;
    }
    Some((precision, scale))
}

fn columns_are_distinct(model: &Resource, dx: &Diagnostics) {
    let mut seen: Vec<&Field> = Vec::new();
    for (_, field) in model.columns() {
        let column = field.column_name();
        if let Some(first) = seen.iter().find(|f| f.column_name() == column) {
            let headline =
                format!("the fields `{}` and `{}` both map to column `{column}`", first.name, field.name);
            let diagnostic = match (&field.column, &first.column) {
                (Some(name), _) | (None, Some(name)) => Diagnostic::new(Code::FW307, name, headline),
                (None, None) => Diagnostic::new(Code::FW307, &field.ident, headline),
            };
            dx.push(diagnostic.help("rename one column"));
        }
        seen.push(field);
    }
}

/// The manifest of the package that is being compiled: read only where `diesel_schema` is written; other build
/// systems may have none.
fn manifest() -> Option<String> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR")?;
    std::fs::read_to_string(std::path::Path::new(&folder).join("Cargo.toml")).ok()
}

/// Whether a manifest names `diesel` among its dependencies.
pub fn depends_on_diesel(manifest: &str) -> bool {
    manifest.lines().map(str::trim).any(|line| {
        let key = line.split(['=', ' ']).next().unwrap_or_default();
        key == "diesel"
            || key.starts_with("diesel.")
            || (line.starts_with('[') && line.trim_end_matches(']').ends_with("dependencies.diesel"))
    })
}

#[cfg(test)]
mod tests {
    use super::depends_on_diesel;

    #[test]
    fn diesel_is_found_however_it_is_written() {
        for manifest in [
            "[dependencies]\ndiesel = \"2.3\"",
            "[dependencies]\n  diesel={ version = \"2.3\" }",
            "[dependencies]\ndiesel.workspace = true",
            "[dependencies.diesel]\nversion = \"2.3\"",
            "[dev-dependencies.diesel]\nversion = \"2.3\"",
        ] {
            assert!(depends_on_diesel(manifest), "{manifest}");
        }
        assert!(!depends_on_diesel("[dependencies]\ndiesel-async = \"0.9\"\nserde = \"1\""));
    }
}
