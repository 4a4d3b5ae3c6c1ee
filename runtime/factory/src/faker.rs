//! Data that looks real: the same seed makes the same data, on every machine.

use framewright_core::{Date, Decimal, Id, ResourceDescriptor, Timestamp};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes data up. Everything that must not repeat (emails, slugs) carries a number that counts.
#[derive(Debug, Clone)]
pub struct Faker {
    state: u64,
    count: u64,
    /// records that foreign keys can point to, by table
    parents: HashMap<&'static str, framewright_core::Value>,
}

const FIRST: &[&str] = &[
    "Ada", "Amir", "Anna", "Bela", "Boris", "Carla", "Chen", "Dana", "Diego", "Elif", "Emil", "Fatima",
    "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jonas", "Kaito", "Lea", "Liam", "Maya",
    "Mila", "Nadia", "Noah", "Olga", "Omar", "Paula", "Quinn", "Rosa", "Sami", "Tara", "Uma", "Viktor",
    "Wei", "Xenia", "Yusuf", "Zoe",
];
const LAST: &[&str] = &[
    "Abbott", "Almeida", "Bauer", "Berg", "Castillo", "Chandra", "Dubois", "Eriksen", "Farkas", "Fischer",
    "Garcia", "Haas", "Ito", "Jensen", "Kaya", "Kovacs", "Lang", "Lopez", "Meyer", "Moreau", "Nakamura",
    "Novak", "Okafor", "Olsen", "Petrov", "Quist", "Rossi", "Sato", "Schmidt", "Silva", "Tanaka", "Torres",
    "Ueda", "Varga", "Weber", "Xu", "Yilmaz", "Zimmer",
];
const WORDS: &[&str] = &[
    "apple", "arrow", "autumn", "bridge", "bright", "candle", "carpet", "cloud", "copper", "corner",
    "desert", "dinner", "early", "engine", "field", "finger", "forest", "garden", "gentle", "glass",
    "golden", "harbour", "honey", "island", "journey", "kitchen", "ladder", "lantern", "letter", "little",
    "market", "meadow", "mirror", "morning", "mountain", "narrow", "ocean", "orange", "paper", "pepper",
    "pillow", "quiet", "quick", "rabbit", "river", "round", "saddle", "silver", "simple", "spring",
    "station", "stone", "summer", "table", "thunder", "train", "travel", "valley", "velvet", "village",
    "water", "window", "winter", "yellow",
];
const STREETS: &[&str] = &["Street", "Road", "Lane", "Avenue", "Square", "Hill"];
const CITIES: &[&str] = &[
    "Aarhus", "Bergen", "Bologna", "Cork", "Dresden", "Fukuoka", "Ghent", "Granada", "Izmir", "Kyoto",
    "Lima", "Lyon", "Malmo", "Nantes", "Porto", "Quito", "Riga", "Seville", "Tartu", "Utrecht", "Valencia",
    "Wroclaw", "York", "Zagreb",
];
const COUNTRIES: &[&str] = &[
    "Argentina",
    "Belgium",
    "Brazil",
    "Canada",
    "Denmark",
    "Estonia",
    "France",
    "Ghana",
    "India",
    "Ireland",
    "Italy",
    "Japan",
    "Kenya",
    "Latvia",
    "Mexico",
    "Norway",
    "Peru",
    "Portugal",
    "Spain",
    "Sweden",
    "Turkey",
    "Vietnam",
];

/// A faker that no other of this process repeats.
impl Default for Faker {
    fn default() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        // the odd ones: makers that write into a database take the even ones, which they count per application
        Self::numbered(2 * MADE.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

impl Faker {
    /// Data of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed, count: 0, parents: HashMap::new() }
    }

    /// Of makers that are numbered: the counts of each begin where those of the one before end.
    pub(crate) fn numbered(number: u64) -> Self {
        Self { count: number.wrapping_mul(1000), ..Self::new(number.wrapping_add(1)) }
    }

    /// Of a seed that somebody has chosen: its counts are not those of another one.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { count: (seed % 1_000_000) * 1000, ..Self::new(seed) }
    }

    /// The data of another faker from now on; the parents stay.
    pub(crate) fn restart(&mut self, from: Self) {
        (self.state, self.count) = (from.state, from.count);
    }

    /// The next 64 bits (splitmix64).
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number that counts from 1.
    pub fn count(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// A whole number within bounds, both included; the lower one when they are the wrong way round.
    pub fn number(&mut self, range: RangeInclusive<i64>) -> i64 {
        let span = i128::from(*range.end()) - i128::from(*range.start()) + 1;
        if span <= 0 {
            return *range.start();
        }
        let offset = i128::from(self.bits()) % span;
        i64::try_from(i128::from(*range.start()) + offset).unwrap_or(*range.start())
    }

    /// A number from 0 up to, but not including, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double has")]
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u8) -> bool {
        self.bits() % 100 < u64::from(percent)
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let len = u64::try_from(from.len()).unwrap_or(u64::MAX);
        assert!(len > 0, "there is nothing to pick from");
        &from[usize::try_from(self.bits() % len).unwrap_or(0)]
    }

    /// A first name.
    pub fn first_name(&mut self) -> String {
        (*self.pick(FIRST)).to_owned()
    }
    /// A last name.
    pub fn last_name(&mut self) -> String {
        (*self.pick(LAST)).to_owned()
    }
    /// A whole name.
    pub fn name(&mut self) -> String {
        format!("{} {}", self.first_name(), self.last_name())
    }
    /// A mail address that no other call of this faker gives, at a domain that is nobody's.
    pub fn email(&mut self) -> String {
        let (first, last) = (self.first_name(), self.last_name());
        format!("{}.{}{}@example.com", first.to_lowercase(), last.to_lowercase(), self.count())
    }
    /// A word.
    pub fn word(&mut self) -> String {
        (*self.pick(WORDS)).to_owned()
    }
    /// So many words.
    pub fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
    /// A title of three to six words.
    pub fn title(&mut self) -> String {
        let count = usize::try_from(self.number(3..=6)).unwrap_or(3);
        capital(&self.words(count))
    }
    /// A sentence.
    pub fn sentence(&mut self) -> String {
        let count = usize::try_from(self.number(5..=12)).unwrap_or(5);
        capital(&self.words(count)) + "."
    }
    /// A paragraph of three to six sentences.
    pub fn paragraph(&mut self) -> String {
        (0..self.number(3..=6)).map(|_| self.sentence()).collect::<Vec<_>>().join(" ")
    }
    /// A text for addresses that no other call of this faker gives: `silver-river-7`.
    pub fn slug(&mut self) -> String {
        format!("{}-{}-{}", self.word(), self.word(), self.count())
    }
    /// A URL at a domain that is nobody's.
    pub fn url(&mut self) -> String {
        format!("https://example.com/{}", self.slug())
    }
    /// A telephone number that is nobody's.
    pub fn phone(&mut self) -> String {
        format!("+1 555 01{:02}", self.number(0..=99))
    }
    /// A street with a number.
    pub fn street(&mut self) -> String {
        let kind = *self.pick(STREETS);
        format!("{} {} {kind}", self.number(1..=200), capital(&self.word()))
    }
    /// A city.
    pub fn city(&mut self) -> String {
        (*self.pick(CITIES)).to_owned()
    }
    /// A postcode.
    pub fn postcode(&mut self) -> String {
        format!("{:05}", self.number(1000..=99_999))
    }
    /// A country.
    pub fn country(&mut self) -> String {
        (*self.pick(COUNTRIES)).to_owned()
    }
    /// A whole address.
    pub fn address(&mut self) -> String {
        format!("{}, {} {}, {}", self.street(), self.postcode(), self.city(), self.country())
    }
    /// A price, with two places.
    pub fn price(&mut self) -> Decimal {
        Decimal::new(self.number(99..=99_999), 2)
    }
    /// A time in the year 2025.
    pub fn timestamp(&mut self) -> Timestamp {
        let second = self.number(1_735_689_600..=1_767_225_599);
        Timestamp::from_micros(second * 1_000_000).unwrap_or_else(Timestamp::now)
    }
    /// A day in the year 2025.
    pub fn date(&mut self) -> Date {
        let day = i32::try_from(self.number(20_089..=20_453)).unwrap_or(20_089);
        Date::from_days(day).expect("a day of 2025")
    }

    /// The id of a record that a foreign key can point to: inside a factory's `create` one that is there, else a new
    /// one.
    pub fn id<R: framewright_core::Resource>(&mut self) -> Id<R> {
        match self.parents.get(R::DESCRIPTOR.table) {
            Some(framewright_core::Value::Uuid(bytes)) => Id::from_uuid(uuid::Uuid::from_bytes(*bytes)),
            _ => Id::from_uuid(self.uuid()),
        }
    }

    /// A UUID of this faker's seed.
    pub fn uuid(&mut self) -> uuid::Uuid {
        let high = u128::from(self.bits()) << 64;
        uuid::Builder::from_u128(high | u128::from(self.bits()))
            .with_version(uuid::Version::Random)
            .into_uuid()
    }

    pub(crate) fn parent(&self, of: &ResourceDescriptor) -> Option<framewright_core::Value> {
        self.parents.get(of.table).cloned()
    }
    pub(crate) fn adopt(&mut self, of: &ResourceDescriptor, key: framewright_core::Value) {
        self.parents.insert(of.table, key);
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Faker;
    use std::collections::HashSet;

    #[test]
    fn the_same_seed_makes_the_same_data_and_another_another() {
        let all = |seed| {
            let mut f = Faker::new(seed);
            (f.name(), f.email(), f.sentence(), f.address(), f.price(), f.timestamp(), f.uuid(), f.phone())
        };
        assert_eq!(all(7), all(7));
        assert_ne!(all(7), all(8));
        // pinned: a change of the lists changes every snapshot of every user
        assert_eq!(Faker::new(1).name(), "Nadia Sato");
    }

    #[test]
    fn emails_never_repeat_and_numbers_stay_in_their_bounds() {
        let mut f = Faker::default();
        let emails: HashSet<String> = (0..5000).map(|_| f.email()).collect();
        assert_eq!(emails.len(), 5000);
        assert!((0..2000).map(|_| f.number(-3..=3)).all(|n| (-3..=3).contains(&n)));
        assert_eq!(f.number(i64::MIN..=i64::MIN), i64::MIN);
        f.number(i64::MIN..=i64::MAX);
        assert!((0..1000).map(|_| f.fraction()).all(|x| (0.0..1.0).contains(&x)));
    }
}
