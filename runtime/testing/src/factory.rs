//! Factories: records made up for tests and for development, through the same write path as every other record.

use crate::faker::Faker;
use framewright_core::descriptor::{Access, FieldDescriptor, ResourceDescriptor};
use framewright_core::record::{Create, Record, Resource, Values};
use framewright_core::rule::Rule;
use framewright_core::{Cx, Decimal, Error, Kind, Result, Value};
use framewright_data::{CxData, write};
use std::pin::Pin;

/// How a resource is made up. `impl Factory for Post {}` is enough: every required field gets a value that fits its
/// name, its type and its rules. What should read better is written down in [`define`](Factory::define).
///
/// ```ignore
/// impl Factory for Post {
///     fn define(fake: &mut Faker) -> CreatePost {
///         CreatePost::new(fake.title(), fake.paragraph(), fake.id::<User>())
///     }
/// }
/// impl Post {
///     fn published(post: CreatePost) -> CreatePost {
///         post.status(Status::Published)
///     }
/// }
/// let posts = Post::factory().count(50).state(Post::published).create(&cx).await?;
/// ```
pub trait Factory: Resource {
    /// One body, made up. A foreign key is `fake.id::<User>()`: `create` has made that user before.
    #[must_use]
    fn define(fake: &mut Faker) -> Self::Create {
        made_up::<Self>(fake)
    }

    /// Makes one, until [`Maker::count`] says more.
    fn factory() -> Maker<Self> {
        Maker { count: 1, states: Vec::new(), fake: Faker::default() }
    }
}

type State<R> = Box<dyn Fn(<R as Resource>::Create, &mut Faker) -> <R as Resource>::Create + Send + Sync>;

/// Makes records of a resource up.
#[must_use = "nothing is made before `make` or `create`"]
pub struct Maker<R: Resource> {
    count: usize,
    states: Vec<State<R>>,
    fake: Faker,
}

impl<R: Factory> Maker<R> {
    /// So many.
    pub fn count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }

    /// Changed by a state: any function from a body to a body, applied after those before it.
    pub fn state(self, state: impl Fn(R::Create) -> R::Create + Send + Sync + 'static) -> Self {
        self.state_with(move |body, _| state(body))
    }

    /// Changed by a state that makes something up itself.
    pub fn state_with(
        mut self,
        state: impl Fn(R::Create, &mut Faker) -> R::Create + Send + Sync + 'static,
    ) -> Self {
        self.states.push(Box::new(state));
        self
    }

    /// With the data of this seed; seeds that run side by side need different ones where something is unique.
    pub fn seed(mut self, seed: u64) -> Self {
        self.fake = Faker::new(seed);
        self
    }

    /// Belonging to this record: foreign keys to its resource point to it.
    pub fn for_parent<P: Resource>(mut self, parent: &P) -> Self {
        let d = parent.descriptor();
        if let Some(key) = parent.field(d.key) {
            self.fake.adopt(d, key.to_value());
        }
        self
    }

    fn one(&mut self) -> R::Create {
        let body = R::define(&mut self.fake);
        self.states.iter().fold(body, |body, state| state(body, &mut self.fake))
    }

    /// The bodies, without a database.
    #[must_use]
    pub fn make(mut self) -> Vec<R::Create> {
        (0..self.count).map(|_| self.one()).collect()
    }

    /// One body, without a database.
    #[must_use]
    pub fn make_one(mut self) -> R::Create {
        self.one()
    }

    /// The records, all in one transaction; records that required foreign keys point to are made first, one of each.
    ///
    /// # Errors
    /// Those of a create.
    pub async fn create(mut self, cx: &Cx) -> Result<Vec<R>> {
        cx.transaction(async move |cx: &Cx| {
            parents(cx, R::DESCRIPTOR, &mut self.fake, 0).await?;
            let mut records = Vec::with_capacity(self.count);
            for _ in 0..self.count {
                let mut values = write::create(cx, R::DESCRIPTOR, self.one().values()).await?;
                records.push(
                    R::build(&mut values)
                        .map_err(|_| Error::internal("a created record does not fit its type"))?,
                );
            }
            Ok(records)
        })
        .await
    }

    /// One record.
    ///
    /// # Errors
    /// Those of [`create`](Self::create).
    pub async fn create_one(self, cx: &Cx) -> Result<R> {
        let made = self.count(1).create(cx).await?;
        made.into_iter().next().ok_or_else(|| Error::internal("one record was asked for, and none was made"))
    }
}

/// Makes a record of every resource that a required foreign key points to, unless there is one already.
fn parents<'a>(
    cx: &'a Cx,
    of: &'static ResourceDescriptor,
    fake: &'a mut Faker,
    depth: usize,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        for field in of.fields.iter().filter(|f| wanted(f)) {
            let Some(target) = field.facts.references.map(|r| r()) else { continue };
            if target.table == of.table || fake.parent(target).is_some() || depth > 8 {
                continue;
            }
            parents(cx, target, fake, depth + 1).await?;
            let made = write::create(cx, target, values(target, fake)?).await?;
            if let Some(key) = made.get(target.key) {
                fake.adopt(target, key.clone());
            }
        }
        Ok(())
    })
}

fn wanted(field: &FieldDescriptor) -> bool {
    field.required() && field.access.has(Access::CREATE)
}

fn made_up<R: Resource>(fake: &mut Faker) -> R::Create {
    let made = values(R::DESCRIPTOR, fake).and_then(|mut values| {
        R::Create::build(&mut values)
            .map_err(|_| Error::internal("a value that was made up does not fit its type"))
    });
    made.unwrap_or_else(|e| panic!("`{}` can't be made up: {}", R::DESCRIPTOR.name, e.message()))
}

fn values(of: &'static ResourceDescriptor, fake: &mut Faker) -> Result<Values> {
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
        low.saturating_add(i64::try_from(fake.count()).unwrap_or(0)).min(high)
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
