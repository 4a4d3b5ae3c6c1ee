//! What has to compile, and runs: every file is a module with its own attributes. `edition-2021` is the same in
//! the edition before.
#![allow(missing_docs, dead_code, unreachable_pub)]

extern crate framewright as backend;

mod a_renamed_dependency;
mod deny_missing_docs_and_warnings;
mod derives_of_the_user;
mod every_column_type;
mod inside_a_function;
mod inside_macro_rules;
mod keys_of_other_types;
mod many_relations;
mod no_implicit_prelude;
mod shadowed_names;
mod strange_field_names;

macro_rules! compiles {
    ($($module:ident)*) => {$(
        #[test]
        fn $module() {
            self::$module::main();
        }
    )*};
}

compiles! {
    a_renamed_dependency
    deny_missing_docs_and_warnings
    derives_of_the_user
    every_column_type
    inside_a_function
    inside_macro_rules
    keys_of_other_types
    many_relations
    no_implicit_prelude
    shadowed_names
    strange_field_names
}
