//! Random worlds and random queries: few values, so that they meet, and the ones that databases disagree about.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

use super::super::fixture::{comment, post, post_tag, tag, user};
use super::World;
use framewright_core::query::{Deleted, Filter, Op, Sort};
use framewright_core::{Decimal, FieldDescriptor, Kind, ResourceDescriptor, Value, Values};

/// SplitMix64: the whole run follows from one number.
pub struct Random(pub u64);

const PIECES: [&str; 38] = [
    "",
    "",
    "a",
    "A",
    "b",
    "ab",
    "aB",
    "abc",
    " ",
    "  ",
    "a ",
    "%",
    "_",
    "a%",
    "a_b",
    "aXb",
    "\\",
    "\\%",
    "'",
    "\"",
    "ä",
    "a\u{308}",
    "é",
    "e\u{301}",
    "ß",
    "ss",
    "İ",
    "ı",
    "i",
    "I",
    "日本",
    "\u{7f}",
    "\t",
    "\u{FFFD}",
    "\u{10FFFF}",
    "\u{D7FF}",
    "Ａ",
    "\u{212A}",
];

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    pub fn text(&mut self) -> String {
        (0..self.below(3)).map(|_| self.of(&PIECES)).collect()
    }

    fn key(&mut self, keys: u64) -> Value {
        Value::Uuid(u128::from(self.next() % keys + 1).to_be_bytes())
    }

    /// A value of the field that is not NULL.
    pub fn value(&mut self, field: &FieldDescriptor) -> Value {
        let decimals = [
            "0",
            "0.1",
            "0.2",
            "0.3",
            "-0.0001",
            "0.0001",
            "1",
            "10",
            "9.9999",
            "12.5",
            "-12.5",
            "99999999999999.9999",
            "99999999999999.9998",
            "-99999999999999.9999",
        ];
        match field.kind() {
            Kind::Bool => Value::Bool(self.one_in(2)),
            Kind::I64 => Value::I64(self.of(&[
                0,
                1,
                2,
                -1,
                1 << 53,
                (1 << 53) + 1,
                i64::MAX,
                i64::MAX - 1,
                i64::MIN,
                i64::MIN + 1,
            ])),
            Kind::I16 | Kind::I32 => {
                Value::I64(self.of(&[0, 1, 2, -1, i64::from(i32::MAX), i64::from(i32::MIN)]))
            }
            Kind::F64 => Value::F64(self.of(&[
                0.0,
                0.1,
                0.2,
                0.1 + 0.2,
                0.3,
                -1.5,
                1e-300,
                1e300,
                f64::MAX,
                f64::MIN,
                f64::MIN_POSITIVE,
                9_007_199_254_740_993.0,
            ])),
            Kind::Text => Value::Text(self.text()),
            Kind::Bytes => Value::Bytes(self.of(&[
                vec![],
                vec![0],
                vec![0, 255],
                vec![255],
                vec![97],
                vec![97, 32],
                vec![65],
            ])),
            Kind::Uuid => self.key(if field.name == "id" { 120 } else { 9 }),
            Kind::Decimal => Value::Decimal(self.of(&decimals).parse::<Decimal>().unwrap().normalize()),
            Kind::Timestamp => Value::Timestamp(self.of(&[
                0,
                1,
                -1,
                999,
                1000,
                1001,
                1_795_176_000_000_000,
                1_795_176_000_000_001,
                1_795_176_000_000_999,
                1_795_176_000_001_000,
                253_402_300_799_999_999,
                -62_135_596_800_000_000,
            ])),
            Kind::Date => Value::Date(self.of(&[0, 1, -1, 19_000, 2_932_896, -719_162])),
            Kind::Time => Value::Time(self.of(&[0, 1, 999_999, 1_000_000, 43_200_000_000, 86_399_999_999])),
            Kind::Json => panic!("JSON is compared with null only"),
        }
    }

    fn row(&mut self, d: &'static ResourceDescriptor, n: u64) -> Values {
        let mut values = Values::of(d);
        for (i, field) in (0u16..).zip(d.fields) {
            let null = field.facts.nullable && self.one_in(3);
            values.set(i, if null { Value::Null } else { self.value(field) });
        }
        values.set(0, Value::Uuid(u128::from(n).to_be_bytes()));
        if let Some(at) = d.kept.deleted_at {
            values.set(at, if self.one_in(5) { Value::Timestamp(1) } else { Value::Null });
        }
        values
    }

    /// Nine users, 120 posts, 60 comments.
    pub fn world(&mut self) -> World {
        let mut of =
            |d: &'static ResourceDescriptor, n: u64| (1..=n).map(|i| self.row(d, i)).collect::<Vec<_>>();
        let mut users = of(&user, 9);
        // Managers come before their reports, so that they can be inserted in this order.
        for (n, row) in (0u128..).zip(&mut users) {
            let boss =
                if n > 0 && n % 3 > 0 { Value::Uuid((n / 2 + 1).min(n).to_be_bytes()) } else { Value::Null };
            row.set(3, boss);
        }
        let (posts, mut comments, tags, mut post_tags) =
            (of(&post, 120), of(&comment, 60), of(&tag, 9), of(&post_tag, 60));
        for row in comments.iter_mut().chain(&mut post_tags) {
            let of_post = self.key(120);
            row.set(1, of_post);
        }
        World { users, posts, comments, tags, post_tags }
    }

    pub fn filter(&mut self, d: &'static ResourceDescriptor, depth: usize) -> Filter {
        let inner = |this: &mut Self| (0..this.below(4)).map(|_| this.filter(d, depth - 1)).collect();
        match self.below(if depth == 0 { 6 } else { 11 }) {
            6 => Filter::And(inner(self)),
            7 => Filter::Or(inner(self)),
            8 | 9 => Filter::Not(Box::new(self.filter(d, depth - 1))),
            10 => {
                let names: &[&str] = match d.table {
                    "posts" => &["author", "comments", "tags"],
                    "users" => &["manager", "reports", "posts"],
                    "comments" => &["post", "author"],
                    _ => return self.filter(d, 0),
                };
                let relation = d.relation(self.of(names)).unwrap();
                Filter::Related(relation, Box::new(self.filter((relation.target)(), depth - 1)))
            }
            leaf => self.leaf(d, leaf),
        }
    }

    fn leaf(&mut self, d: &'static ResourceDescriptor, leaf: usize) -> Filter {
        // Half of the time a text, where there is most to disagree about.
        let text = self.one_in(2);
        let fields: Vec<u16> = (0u16..)
            .zip(d.fields)
            .filter(|(i, f)| Some(*i) != d.kept.deleted_at && (!text || f.kind() == Kind::Text))
            .map(|(i, _)| i)
            .collect();
        let index = self.of(if fields.is_empty() { &[0] } else { &fields });
        let field = d.field(index);
        let compare = [Op::Eq, Op::Ne, Op::Gt, Op::Gte, Op::Lt, Op::Lte];
        match leaf {
            0 | 1 => Filter::Compare(index, self.of(&compare), self.value(field)),
            2 if field.kind() == Kind::Text => Filter::Compare(
                index,
                self.of(&[Op::Contains, Op::StartsWith, Op::EndsWith]),
                self.value(field),
            ),
            2 | 3 => Filter::In(index, (0..self.below(5)).map(|_| self.value(field)).collect()),
            4 => Filter::Between(index, self.value(field), self.value(field)),
            _ => Filter::IsNull(index),
        }
    }

    pub fn sort(&mut self) -> Vec<Sort> {
        let keys = self.below(4);
        (0..keys).map(|_| Sort { field: self.below(13) as u16, descending: self.one_in(2) }).collect()
    }

    pub fn deleted(&mut self) -> Deleted {
        self.of(&[Deleted::Without, Deleted::Without, Deleted::With, Deleted::Only])
    }
}
