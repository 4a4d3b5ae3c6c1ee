//! What the compiler prints for each kind of mistake. A fixture is a sentence; its `.stderr` is reviewed.
//! `TRYBUILD=overwrite cargo test -p framewright-derive-tests --test ui` rewrites them, and an argument after `--`
//! (`-- ui trybuild=relation`) runs one family. What has to compile is in `pass/`: without such cases here, all
//! fixtures are checked in one go.
#![allow(clippy::expect_used)]

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}

/// One mistake is one error, however often the generated names are used: the reviewed output is counted.
#[test]
fn one_mistake_is_one_error() {
    let mut counted = 0;
    for family in std::fs::read_dir("tests/ui").expect("the fixtures").flatten() {
        for file in std::fs::read_dir(family.path()).expect("a family").flatten().map(|f| f.path()) {
            if file.extension().is_none_or(|e| e != "stderr") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("a fixture");
            let errors = text.lines().filter(|l| l.starts_with("error")).count();
            let expected = match file.file_stem().and_then(|s| s.to_str()) {
                // rustc's own explanation stands before ours; and it says twice that a type is unknown, once
                // with the idea that it was meant as a parameter of the struct
                Some("a_syntax_error_is_explained_once" | "an_unknown_target_is_one_error") => 2,
                Some("six_mistakes_are_six_errors") => 6,
                Some("unknown_options") => 3,
                _ => 1,
            };
            assert_eq!(errors, expected, "{}:\n{text}", file.display());
            counted += 1;
        }
    }
    assert!(counted >= 60, "{counted} fixtures");
}
