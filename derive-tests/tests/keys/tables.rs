//! What the options of tables make of the database: the statements that create it.

use super::{Fields, Label, Number, Part, Plain, Thing, ThingLabel};
use framewright::Resource;
use framewright::data::{Dialect, ddl::create_schema};

/// The statements for all three databases, without quotes of names.
fn created() -> Vec<String> {
    let tables = [
        Fields::DESCRIPTOR,
        Label::DESCRIPTOR,
        Number::DESCRIPTOR,
        Part::DESCRIPTOR,
        Plain::DESCRIPTOR,
        Thing::DESCRIPTOR,
        ThingLabel::DESCRIPTOR,
    ];
    Dialect::ALL.iter().map(|d| create_schema(*d, &tables).join(";\n").replace(['"', '`'], "")).collect()
}

/// The line of a column, on each database.
fn column(table: &str, name: &str) -> Vec<String> {
    let line = |sql: &String| {
        let (_, body) = sql.split_once(&format!("CREATE TABLE {table} (")).unwrap();
        let lines = body.lines().map(|l| l.trim().trim_end_matches(','));
        lines
            .take_while(|l| !l.starts_with(')'))
            .find(|l| l.starts_with(&format!("{name} ")))
            .unwrap()
            .to_owned()
    };
    created().iter().map(line).collect()
}

fn everywhere(text: &str) -> bool {
    created().iter().all(|sql| sql.contains(text))
}

#[test]
fn the_table_and_its_columns_have_their_names() {
    assert!(everywhere("CREATE TABLE old_things (") && everywhere("CREATE TABLE plains ("));
    assert_eq!(column("fieldses", "the_column").len(), 3);
    assert!(!everywhere("a_column "));
}
#[test]
fn text_has_no_bound_and_other_text_has_one() {
    assert_eq!(
        column("fieldses", "text"),
        ["TEXT NOT NULL", "text COLLATE C NOT NULL", "LONGTEXT NOT NULL"].map(|t| format!("text {t}"))
    );
    assert!(column("fieldses", "index")[1].contains("varchar(255)"));
}
#[test]
fn a_decimal_has_its_digits() {
    let [_, postgres, mysql] = <[String; 3]>::try_from(column("fieldses", "precise")).unwrap();
    assert!(postgres.contains("numeric(12,2)") && mysql.contains("DECIMAL(12,2)"), "{postgres} {mysql}");
}
#[test]
fn the_default_of_decimals_is_the_one_that_is_told() {
    let (precision, scale) = framewright::descriptor::DECIMAL;
    let (_, told) =
        framewright_macros_core::options().into_iter().find(|(_, o)| o.key == "precision").unwrap();
    assert_eq!(told.default, format!("`precision({precision}, {scale})`"));
}
#[test]
fn keys_are_unique_and_indexes_are_there() {
    assert!(everywhere("uq_old_things_name_code") && everywhere("uq_fieldses_unique"));
    assert!(everywhere("ix_old_things_code_name") && everywhere("ix_fieldses_index"));
    assert!(!created().iter().any(|sql| sql.contains("ix_fieldses_column")));
}
#[test]
fn a_skipped_field_and_absent_times_have_no_column() {
    for sql in created() {
        let (_, fields) = sql.split_once("CREATE TABLE fieldses (").unwrap();
        let (fields, _) = fields.split_once("\n)").unwrap();
        assert!(!fields.contains(" skip ") && fields.contains("created_at"), "{fields}");
        let (_, things) = sql.split_once("CREATE TABLE old_things (").unwrap();
        let (things, _) = things.split_once("\n)").unwrap();
        assert!(!things.contains("created_at") && things.contains("deleted_at"), "{things}");
    }
}
#[test]
fn what_happens_to_what_points_here() {
    assert!(
        everywhere("ON DELETE CASCADE")
            && everywhere("ON DELETE SET NULL")
            && everywhere("ON DELETE RESTRICT")
    );
}
