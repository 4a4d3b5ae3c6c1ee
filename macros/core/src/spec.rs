//! What an option is: the one source of parsing, of "did you mean", of the reference pages and of completion.

/// Where an option stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// `#[resource(…)]`
    Resource,
    /// `#[field(…)]`
    Field,
    /// `#[service(…)]`
    Service,
    /// `#[service(…)]` on a field
    ServiceField,
    /// `#[config(…)]`
    Config,
    /// `#[setting(…)]`
    Setting,
    /// `#[seed(…)]`
    Seed,
    /// `#[db_enum(…)]`
    DbEnum,
    /// `#[db_enum(…)]` on a variant
    DbVariant,
}

impl Place {
    /// The attribute, as the user writes it.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Resource => "#[resource]",
            Self::Field => "#[field]",
            Self::Service => "#[service]",
            Self::ServiceField => "#[service]",
            Self::Config => "#[config]",
            Self::Setting => "#[setting]",
            Self::Seed => "#[seed]",
            Self::DbEnum | Self::DbVariant => "#[db_enum]",
        }
    }
}

/// What follows the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// nothing: `filter`
    Nothing,
    /// `true` or `false`: `timestamps = false`
    Bool,
    /// a string: `table = "posts"`
    Text,
    /// a word of ours: `on_delete = cascade`
    Word(&'static [&'static str]),
    /// a new name: `relation = writer`
    Name,
    /// the path of an item: `custom = rules::slug`
    Path,
    /// a Rust expression: `default = 0`
    Value,
    /// named numbers: `length(min = 3, max = 120)`
    Bounds(&'static [&'static str]),
    /// two numbers: `precision(18, 4)`
    Pair,
    /// words of ours: `only(list, read)`
    Words(&'static [&'static str]),
    /// fields of the resource: `index(author_id, created_at)`
    Fields,
    /// nothing, or `code = "…"`: `unique`
    Code,
    /// relations: `has_many(comments: Comment by post_id)`
    Relations,
}

impl Takes {
    /// As a sentence goes on after "takes".
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "no value",
            Self::Bool => "`true` or `false`",
            Self::Text => "a string",
            Self::Word(_) => "one of its words",
            Self::Name => "a name",
            Self::Path => "the path of an item",
            Self::Value => "a Rust expression",
            Self::Bounds(_) => "named numbers in parentheses",
            Self::Pair => "two numbers in parentheses",
            Self::Words(_) => "words in parentheses",
            Self::Fields => "fields in parentheses",
            Self::Code => "nothing, or a `code` in parentheses",
            Self::Relations => "relations in parentheses",
        }
    }
}

/// One option.
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// the word
    pub key: &'static str,
    /// where it stands
    pub place: Place,
    /// what follows it
    pub takes: Takes,
    /// what holds without it
    pub default: &'static str,
    /// what it does, in one sentence
    pub doc: &'static str,
    /// how it is written
    pub example: &'static str,
}

impl OptionSpec {
    /// Whether it may be written more than once.
    pub fn repeats(&self) -> bool {
        matches!(self.key, "unique" | "index" | "check" | "has_many" | "has_one" | "many_to_many")
            && self.place == Place::Resource
            || matches!(self.key, "custom" | "provides")
    }
}
