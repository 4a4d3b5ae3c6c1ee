//! Layers of configuration: which one wins, what a mistake looks like, and that secrets are shown nowhere.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use framewright_core::config::{Config, ConfigSection, Environment, Layers, Secret, SectionSpec, TextFile};
use std::time::Duration;

framewright_core::config_section! {
    /// A shop.
    Shop in "shop" {
        /// What it is called.
        name: String = "corner shop";
        /// How many may come in.
        max_guests: u16 = "10", env "GUESTS";
        /// How long it waits.
        patience: Duration = "30s";
        /// The key of the till.
        till_key: Option<Secret<String>>;
        /// What it sells.
        goods: Vec<String> = "tea,milk";
        /// Whether it is open.
        open: bool = "true";
    }
}
framewright_core::config_section! {
    /// A bank.
    Bank in "bank" {
        /// Its account.
        account: Secret<String>;
    }
}

const SHOP: &[&SectionSpec] = &[Shop::SPEC];

fn file(name: &str, text: &str) -> TextFile {
    TextFile { name: name.into(), text: text.into() }
}

/// One source per layer, weakest first; each row of the table switches on one more.
#[test]
fn the_stronger_layer_wins_and_says_so() {
    let rows: &[(&str, &str)] = &[
        ("10", "default"),
        ("1", "config.toml:2"),
        ("2", "config.test.toml:3"),
        ("3", ".env:1"),
        ("4", ".env.test:2"),
        ("5", "$FW_SHOP_MAX_GUESTS"),
    ];
    for (on, (value, origin)) in rows.iter().enumerate() {
        let mut layers = Layers { env: Environment::Test, ..Layers::default() };
        let toml = [
            file("config.toml", "[shop]\nmax_guests = 1\n"),
            file("config.test.toml", "\n[shop]\nmax_guests = 2"),
        ];
        let dotenv = [file(".env", "FW_SHOP_MAX_GUESTS=3"), file(".env.test", "# x\nGUESTS=4")];
        layers.toml.extend(toml.into_iter().take(on));
        layers.dotenv.extend(dotenv.into_iter().take(on.saturating_sub(2)));
        if on == 5 {
            layers.variables.push(("FW_SHOP_MAX_GUESTS".into(), "5".into()));
        }
        let config = Config::resolve(SHOP, &layers).unwrap();
        let guests = config.settings().iter().find(|s| s.spec.name == "max_guests").unwrap();
        assert_eq!(
            (guests.shown().to_string().as_str(), guests.origin.to_string().as_str()),
            (*value, *origin)
        );
        assert_eq!(config.section::<Shop>().unwrap().max_guests.to_string(), *value);
    }
}

#[test]
fn every_type_is_read_from_toml_and_from_the_environment_alike() {
    let toml = Layers {
        toml: vec![file(
            "config.toml",
            "[shop]\nname = 'x'\nmax_guests = 7\npatience = '2m'\ntill_key = 'k'\ngoods = ['a', 'b']\nopen = false",
        )],
        ..Layers::default()
    };
    let variables = ["NAME=x", "MAX_GUESTS=7", "PATIENCE=2m", "TILL_KEY=k", "GOODS=a, b", "OPEN=off"];
    let env = Layers {
        variables: variables
            .map(|v| v.split_once('=').unwrap())
            .map(|(k, v)| (format!("FW_SHOP_{k}"), v.to_owned()))
            .to_vec(),
        ..Layers::default()
    };
    for layers in [toml, env] {
        let shop: Shop = Config::resolve(SHOP, &layers).unwrap().section().unwrap();
        assert_eq!((shop.name.as_str(), shop.max_guests, shop.patience), ("x", 7, Duration::from_secs(120)));
        assert_eq!((shop.goods, shop.open), (vec!["a".to_owned(), "b".to_owned()], false));
        assert_eq!(shop.till_key.unwrap().expose(), "k");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_with_place_and_way_out() {
    let layers = Layers {
        toml: vec![file(
            "config.toml",
            "[shop]\nmax_gusts = 3\nmax_guests = 70000\nopen = 'yes'\n\n[shp]\nname = 1\n[bank]\n",
        )],
        dotenv: vec![file(".env", "GUEST=4\nFW_SHOP_PATIENCE=soon\nnonsense\nPATH_TO_X=1")],
        variables: vec![
            ("FW_SHOP_NAMES".into(), "x".into()),
            ("HOME".into(), "/x".into()),
            ("FW_ENV".into(), "test".into()),
        ],
        ..Layers::default()
    };
    let error = Config::resolve(&[Shop::SPEC, Bank::SPEC], &layers).expect_err("nine mistakes");
    let mut lines: Vec<&str> = error.message().lines().skip(1).map(str::trim).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "$FW_SHOP_NAMES: there is no setting `FW_SHOP_NAMES`: did you mean `FW_SHOP_NAME`?",
            ".env:1: `GUEST` sets nothing: did you mean `GUESTS`?",
            ".env:2: `shop.patience` must be a span of time such as \"250ms\", \"30s\", \"5m\", \"24h\" or \"7d\"",
            ".env:3: a line of a `.env` file has the form NAME=value",
            "`bank.account` is not set: write it under `[bank]` in config.toml, or set FW_BANK_ACCOUNT",
            "config.toml:2: there is no setting `shop.max_gusts`: did you mean `max_guests`?",
            "config.toml:3: `shop.max_guests` must be a whole number from 0 to 65535",
            "config.toml:4: `shop.open` must be true or false",
            "config.toml:6: there is no section `[shp]`: did you mean `[shop]`?",
        ]
    );
    assert_eq!(error.code(), "config.invalid");
}

#[test]
fn a_file_that_is_no_toml_is_reported_by_line_and_the_rest_is_still_read() {
    let layers = Layers { toml: vec![file("config.toml", "[shop]\nname = \n[shpo]\n")], ..Layers::default() };
    let message = Config::resolve(SHOP, &layers).expect_err("broken").message().to_owned();
    assert!(message.contains("config.toml:2: "), "{message}");
    assert!(message.contains("config.toml:3: there is no section `[shpo]`"), "{message}");
}

#[test]
fn a_secret_is_shown_nowhere() {
    let layers = Layers {
        dotenv: vec![file(".env", "FW_SHOP_TILL_KEY=canary")],
        variables: vec![("FW_BANK_ACCOUNT".into(), "canary".into())],
        ..Layers::default()
    };
    let sections = [Shop::SPEC, Bank::SPEC];
    let config = Config::resolve(&sections, &layers).unwrap();
    let shop: Shop = config.section().unwrap();
    let shown: Vec<String> = config.settings().iter().map(|s| s.shown().to_string()).collect();
    let all = format!(
        "{config:?} {shop:?} {shown:?} {} {}",
        SectionSpec::schema(&sections),
        SectionSpec::env_example(&sections)
    );
    assert!(!all.contains("canary"), "{all}");
    assert_eq!(shop.till_key.unwrap().expose(), "canary");
    let inside = format!("{layers:?} {:?}", config.settings());
    assert!(!inside.contains("canary") && inside.contains("shop.till_key"), "{inside}");
    // a secret in the wrong place is not repeated in the message either
    let wrong = Layers { variables: vec![("FW_SHOP_OPEN".into(), "canary".into())], ..Layers::default() };
    let error = Config::resolve(SHOP, &wrong).expect_err("not a truth");
    assert!(!format!("{error:?} {error}").contains("canary"));
}

#[test]
fn rules_about_values_are_reported_with_all_other_mistakes() {
    let layers =
        Layers { toml: vec![file("config.toml", "[shop]\nname = 'x'\nopen = 3\n")], ..Layers::default() };
    let set = [("shop.max_guests".to_owned(), "many".to_owned())];
    let rules = |c: &Config| vec![c.problem("shop.name", "`shop.name` is too short", Some("two letters"))];
    let error = Config::resolve_with(SHOP, &layers, &set, &rules).expect_err("three mistakes");
    let lines: Vec<&str> = error.message().lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "the configuration has 3 mistakes:",
            "config.toml:3: `shop.open` must be true or false",
            "code: `shop.max_guests` must be a whole number from 0 to 65535",
            "config.toml:2: `shop.name` is too short: two letters",
        ]
    );
}

#[test]
fn one_variable_of_a_file_is_read_as_the_whole_file_is() {
    for (text, value) in [
        ("export FW_ENV=production", Some("production")),
        ("# FW_ENV=test\n\n  export  FW_ENV = 'production' # here\n", Some("production")),
        ("FW_ENV=\"production\"", Some("production")),
        ("FW_ENV=test\nFW_ENV=production", Some("production")),
        ("FW_ENVS=production", None),
        ("FW_ENV='production", None),
    ] {
        assert_eq!(file(".env", text).variable("FW_ENV").as_deref(), value, "{text}");
    }
}

#[test]
fn the_schema_and_the_example_say_what_the_table_says() {
    let schema = SectionSpec::schema(SHOP);
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let shop = &schema["properties"]["shop"];
    assert_eq!(shop["additionalProperties"], false);
    assert_eq!(shop["properties"]["max_guests"]["maximum"], 65_535);
    assert_eq!(shop["properties"]["max_guests"]["default"], 10);
    assert_eq!(shop["properties"]["goods"]["default"], serde_json::json!(["tea", "milk"]));
    let example = SectionSpec::env_example(SHOP);
    assert!(example.contains("\n# How many may come in.\n# GUESTS=10\n"), "{example}");
    // what it shows, uncommented, is a configuration that is accepted
    let live: String = example
        .lines()
        .map(|l| l.strip_prefix("# ").filter(|l| l.contains('=')).unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    Config::resolve(SHOP, &Layers { dotenv: vec![file(".env.example", &live)], ..Layers::default() })
        .unwrap();
    assert!(
        SectionSpec::reference(SHOP)
            .contains("| `max_guests` | `10` | `FW_SHOP_MAX_GUESTS`, `GUESTS` | How many may come in. |")
    );
}

#[test]
fn every_default_of_a_table_can_be_read() {
    for section in framewright_core::config::sections() {
        for setting in section.settings {
            if let Some(text) = setting.default {
                assert!(setting.kind.parse(text).is_some(), "{}.{}", section.name, setting.name);
            }
        }
    }
    assert!(Config::defaults(SHOP, Environment::Test).section::<Shop>().is_ok());
}
