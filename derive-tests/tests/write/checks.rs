//! What options promise to whoever reads and writes the tables: rules that the database holds too, fields that no
//! client sets or reads, records that are switched off.

use super::model::{CreateUser, Post};
use super::support::{Fresh, each};
use framewright::data::ddl::column::literal;
use framewright::json::{self, Purpose};
use framewright::prelude::*;
use framewright::{ResourceDescriptor, Value};
use serde_json::{Value as J, json as j};

#[resource(policy = public, active, timestamps = false)]
pub struct Asset {
    pub id: i64,
    #[field(prefix = "https://")]
    pub address: String,
    #[field(suffix = "é.pdf")]
    pub file: String,
    #[field(contains = "'@\\")]
    pub mark: String,
    #[field(ascii)]
    pub word: String,
    #[field(not_blank)]
    pub label: String,
    #[field(range(min = 0.01, max = 99.5), precision(28, 10))]
    pub price: Decimal,
    #[field(range(min = 1, max = 5))]
    pub stars: i32,
    #[field(hidden)]
    pub margin: Option<i32>,
}

/// Its key is chosen, but not by clients.
#[resource(policy = public, except(create, bulk))]
pub struct Coupon {
    #[field(id, readonly)]
    pub code: String,
    pub note: Option<String>,
}

fn dec(number: &str) -> Decimal {
    number.parse().unwrap()
}

fn good() -> Vec<(&'static str, Value)> {
    let text = |name, text: &str| (name, Value::Text(text.to_owned()));
    vec![
        text("address", "https://ö"),
        text("file", "é.pdf"),
        text("mark", "a'@\\b"),
        text("word", "plain ~\u{7f}"),
        text("label", " \t x \n"),
        ("price", Value::Decimal(dec("0.01"))),
        ("stars", Value::I64(5)),
    ]
}

/// A row by SQL that is not ours.
async fn insert(f: &Fresh, row: &[(&str, Value)]) -> Result<()> {
    let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
    let values: Vec<String> = row.iter().map(|(_, value)| literal(f.db.dialect(), value)).collect();
    f.db.batch(&format!("INSERT INTO assets ({}) VALUES ({})", names.join(", "), values.join(", "))).await?;
    Ok(())
}

#[tokio::test]
async fn the_database_holds_the_rules_too() {
    let text = |text: &str| Value::Text(text.to_owned());
    let bad = [
        ("address", text("http://x")),
        ("address", text("HTTPS://x")),
        ("file", text("x.pdf")),
        ("file", text(".pdf")),
        ("file", text("")),
        ("mark", text("a'@/b")),
        ("word", text("naïve")),
        ("label", text("")),
        ("label", text(" \t\n\r\u{b}\u{c}")),
        ("price", Value::Decimal(dec("0.0099999999"))),
        ("price", Value::Decimal(dec("99.5000000001"))),
        ("stars", Value::I64(6)),
    ];
    for f in each().await {
        insert(&f, &good()).await.unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        for (name, value) in &bad {
            let mut row = good();
            row.iter_mut().filter(|(n, _)| n == name).for_each(|(_, v)| *v = value.clone());
            let refused = insert(&f, &row).await;
            assert!(refused.is_err(), "{}: {name} = {value:?} got in", f.name());
        }
        assert_eq!(Asset::query().count(&f.cx).await.unwrap(), 1, "{}", f.name());
        // And what the write path lets through, the database does too.
        let made = CreateAsset::new("https://", "ü é.pdf", "'@\\", "", "\u{a0}x", dec("99.5"), 1);
        let made = made.save(&f.cx).await.unwrap_or_else(|e| panic!("{}: {e:?}", f.name()));
        assert_eq!(made.price, dec("99.5"));
        let e = made.patch().price(dec("0.001")).label("\u{2003}").save(&f.cx).await.unwrap_err();
        let fields: Vec<_> = e.fields().iter().map(|f| (f.field.as_str(), f.messages[0].as_str())).collect();
        assert_eq!(fields, [("label", "must not be blank"), ("price", "must be 0.01 to 99.5")]);
    }
}

#[tokio::test]
async fn decimals_of_28_digits_are_exact_everywhere() {
    for f in each().await {
        let exact = dec("12.3456789012");
        let made =
            CreateAsset::new("https://", "é.pdf", "'@\\", "", "x", exact, 1).save(&f.cx).await.unwrap();
        assert_eq!(Asset::find(&f.cx, made.id).await.unwrap().price, exact, "{}", f.name());
    }
}

#[tokio::test]
async fn what_is_switched_off_is_filtered_out() {
    for f in each().await {
        let new = || CreateAsset::new("https://", "é.pdf", "'@\\", "", "x", dec("1"), 1);
        let first = new().save(&f.cx).await.unwrap();
        assert!(first.is_active);
        let second = new().is_active(false).save(&f.cx).await.unwrap();
        first.patch().is_active(false).save(&f.cx).await.unwrap();
        let third = new().save(&f.cx).await.unwrap();
        let active = Asset::query().filter(asset::is_active.eq(true)).all(&f.cx).await.unwrap();
        assert_eq!(active.iter().map(|a| a.id).collect::<Vec<_>>(), [third.id], "{}", f.name());
        // It is no delete: the record is found as ever.
        assert!(!Asset::find(&f.cx, second.id).await.unwrap().is_active);
    }
}

fn body(of: &'static ResourceDescriptor, text: &J) -> Result<()> {
    json::read(of, text.to_string().as_bytes(), Purpose::Create).map(drop)
}

#[tokio::test]
async fn what_no_client_sets_and_no_client_reads() {
    let refused = |of, text: J, field: &str| {
        let e = body(of, &text).unwrap_err();
        assert!(e.fields().iter().any(|f| f.field == field), "{text}: {e:?}");
    };
    refused(Post::DESCRIPTOR, j!({"published_at": "2020-01-01T00:00:00Z"}), "published_at");
    refused(Asset::DESCRIPTOR, j!({"margin": 3}), "margin");
    refused(Coupon::DESCRIPTOR, j!({"code": "A1"}), "code");
    for f in each().await {
        CreateCoupon::new("A1").save(&f.cx).await.unwrap();
        let user = CreateUser::new("a@example.org", "ann").password("hunter2").save(&f.cx).await.unwrap();
        let asset = CreateAsset::new("https://", "é.pdf", "'@\\", "", "x", dec("1"), 1).margin(7);
        let asset = asset.save(&f.cx).await.unwrap();
        for (answer, secret) in
            [(user.view().to_json().unwrap(), "hunter2"), (asset.view().to_json().unwrap(), "margin")]
        {
            assert!(!String::from_utf8_lossy(&answer).contains(secret));
        }
        assert_eq!(Asset::find(&f.cx, asset.id).await.unwrap().margin, Some(7), "{}", f.name());
    }
}
