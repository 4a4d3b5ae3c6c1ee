//! What is made up from a field's name, its type and its rules.

use crate::faker::Faker;
use framewright_core::descriptor::{Access, FieldDescriptor, ResourceDescriptor};
use framewright_core::record::{Create, Resource, Values};
use framewright_core::rule::Rule;
use framewright_core::{Decimal, Error, Kind, Result, Value};

/// Whether a body can't do without this field.
pub(crate) fn wanted(field: &FieldDescriptor) -> bool {
    field.required() && field.access.has(Access::CREATE)
}

/// The body of a create.
pub(crate) fn body<R: Resource>(fake: &mut Faker) -> R::Create {
    let made = values(R::DESCRIPTOR, fake).and_then(|mut values| {
        R::Create::build(&mut values)
            .map_err(|_| Error::internal("a value that was made up does not fit its type"))
    });
    made.unwrap_or_else(|e| panic!("`{}` can't be made up: {}", R::DESCRIPTOR.name, e.message()))
}

/// The values of every field that a body can't do without.
pub(crate) fn values(of: &'static ResourceDescriptor, fake: &mut Faker) -> Result<Values> {
    let mut values = Values::of(of);
    for (index, field) in (0u16..).zip(of.fields).filter(|(_, f)| wanted(f)) {
        let unique = of.uniques.iter().any(|k| k.fields.contains(&index));
        values.set(index, value(field, unique, fake)?);
    }
    Ok(values)
}

fn value(field: &FieldDescriptor, unique: bool, fake: &mut Faker) -> Result<Value> {
    if let Some(options) = field.facts.options.filter(|o| !o.is_empty()) {
        return Ok(Value::Text((*fake.pick(options)).to_owned()));
    }
    if let Some(target) = field.facts.references {
        let parent = fake.parent(target());
        return Ok(parent.unwrap_or_else(|| Value::Uuid(*fake.uuid().as_bytes())));
    }
    Ok(match field.kind() {
        Kind::Text => Value::Text(text(field, unique, fake)?),
        Kind::Bool => Value::Bool(fake.chance(50)),
        Kind::I16 | Kind::I32 | Kind::I64 => Value::I64(integer(field, unique, fake)),
        Kind::F64 => {
            let (min, max) = field.rules.iter().fold((0.0, 100.0), |(min, max), rule| match rule {
                Rule::RangeF64 { min: a, max: b } => {
                    (a.unwrap_or(min), b.unwrap_or_else(|| a.unwrap_or(min).max(max)))
                }
                _ => (min, max),
            });
            Value::F64(min + (max - min) * fake.fraction())
        }
        Kind::Decimal => {
            let (low, high) = range(field, (1, 999));
            let mut made = Decimal::new(fake.number(low..=high), 0);
            for rule in field.rules {
                if let Rule::RangeDecimal { min, max } = rule {
                    made = made.max(min.unwrap_or(made)).min(max.unwrap_or(Decimal::MAX));
                }
            }
            Value::Decimal(made)
        }
        Kind::Bytes => Value::Bytes(fake.bits().to_le_bytes().to_vec()),
        Kind::Uuid => Value::Uuid(*fake.uuid().as_bytes()),
        Kind::Timestamp => Value::Timestamp(fake.timestamp().micros()),
        Kind::Date => Value::Date(fake.date().days()),
        Kind::Time => Value::Time(fake.number(0..=86_399) * 1_000_000),
        Kind::Json => {
            let message = format!("`{}` is JSON, whose form only its type knows: write `define`", field.name);
            return Err(Error::internal(message.clone()).hint(message));
        }
    })
}

fn range(field: &FieldDescriptor, usual: (i64, i64)) -> (i64, i64) {
    let (mut low, mut high) = usual;
    for rule in field.rules {
        if let Rule::Range { min, max } = rule {
            low = min.unwrap_or_else(|| max.map_or(low, |m| m.min(low)));
            high = max.unwrap_or_else(|| low.saturating_add(usual.1));
        }
    }
    let (least, most) = field.facts.bounds.unwrap_or((i64::MIN, i64::MAX));
    (low.max(least), high.min(most))
}

fn integer(field: &FieldDescriptor, unique: bool, fake: &mut Faker) -> i64 {
    let (low, high) = range(field, (1, 999));
    if unique {
        // around and around, where there are fewer numbers than counts
        let span = u64::try_from(i128::from(high) - i128::from(low) + 1).unwrap_or(u64::MAX).max(1);
        low.saturating_add(i64::try_from(fake.count() % span).unwrap_or(0))
    } else {
        fake.number(low..=high)
    }
}

fn text(field: &FieldDescriptor, unique: bool, fake: &mut Faker) -> Result<String> {
    let mut bounds = (0, field.max_length.map_or(usize::MAX, |m| m as usize));
    let (mut prefix, mut suffix, mut inner, mut letters_only) = ("", "", "", false);
    let mut made = by_name(field.name, field.max_length.is_none(), fake);
    for rule in field.rules {
        match rule {
            Rule::Length { min, max } => {
                bounds =
                    (min.map_or(0, |m| m as usize), max.map_or(bounds.1, |m| (m as usize).min(bounds.1)));
            }
            Rule::Email => made = fake.email(),
            Rule::Url => made = fake.url(),
            Rule::Prefix(text) => prefix = text,
            Rule::Suffix(text) => suffix = text,
            Rule::Contains(text) => inner = text,
            Rule::Alphanumeric => letters_only = true,
            Rule::Pattern(pattern) => return matching(field, pattern, fake),
            _ => {}
        }
    }
    let fixed = field.rules.iter().any(|r| matches!(r, Rule::Email | Rule::Url));
    if unique && !fixed {
        made = format!("{made} {}", fake.count());
    }
    if letters_only {
        made.retain(|c| c.is_ascii_alphanumeric());
    }
    if !made.contains(inner) {
        made.push_str(inner);
    }
    if !made.starts_with(prefix) {
        made.insert_str(0, prefix);
    }
    while made.chars().count() < bounds.0 {
        let word = fake.word();
        made.push_str(&if letters_only { word } else { format!(" {word}") });
    }
    let over = (made.chars().count() + suffix.chars().count()).saturating_sub(bounds.1);
    if over > 0 {
        // the end of a unique text is what makes it unique, so it is cut in front
        made = if unique && !fixed {
            made.chars().skip(over).collect()
        } else {
            made.chars().take(made.chars().count() - over).collect()
        };
    }
    if !made.ends_with(suffix) {
        made.push_str(suffix);
    }
    Ok(made)
}

/// A text for a pattern: the first of the usual shapes that fits it. Each carries a number that counts.
fn matching(field: &FieldDescriptor, pattern: &str, fake: &mut Faker) -> Result<String> {
    let fits = regex::Regex::new(pattern).map_err(Error::internal)?;
    let (word, count) = (fake.word(), fake.count());
    let letters: String = count.to_string().bytes().map(|b| char::from(b'a' + (b - b'0'))).collect();
    let shapes = [
        format!("{word}-{count}"),
        format!("{word}_{count}"),
        format!("{word}{count}"),
        format!("{word}{letters}"),
        letters.clone(),
        format!("{word}{count}").to_uppercase(),
        format!("{word}{letters}").to_uppercase(),
        format!("{}-{count:04}", word.chars().take(3).collect::<String>().to_uppercase()),
        format!("#{:06x}", count % 0x0100_0000),
        format!("+49{count:09}"),
        format!("1.0.{count}"),
    ];
    let widths = (1..=16).map(|width| format!("{count:0width$}"));
    let bounds = field.rules.iter().find_map(|r| match r {
        Rule::Length { min, max } => {
            Some((min.unwrap_or(0) as usize, max.map_or(usize::MAX, |m| m as usize)))
        }
        _ => None,
    });
    let (least, most) = bounds.unwrap_or((0, usize::MAX));
    let good = |text: &String| (least..=most).contains(&text.chars().count()) && fits.is_match(text);
    shapes.into_iter().chain(widths).find(good).ok_or_else(|| {
        let message = format!(
            "`{}` has to match `{pattern}`, which nothing can be made up for: write `define`",
            field.name
        );
        Error::internal(message.clone()).hint(message)
    })
}

fn by_name(name: &str, long: bool, fake: &mut Faker) -> String {
    let has = |part: &str| name.contains(part);
    match name {
        _ if has("email") => fake.email(),
        "first_name" => fake.first_name(),
        "last_name" => fake.last_name(),
        _ if has("slug") => fake.slug(),
        _ if has("url") || has("link") => fake.url(),
        _ if has("phone") => fake.phone(),
        _ if has("street") => fake.street(),
        _ if has("city") => fake.city(),
        _ if has("country") => fake.country(),
        _ if has("postcode") || has("zip") => fake.postcode(),
        _ if has("address") => fake.address(),
        _ if has("title") || has("subject") => fake.title(),
        _ if has("name") || has("author") => fake.name(),
        _ if long || has("body") || has("description") || has("text") => fake.paragraph(),
        _ => fake.words(2),
    }
}
