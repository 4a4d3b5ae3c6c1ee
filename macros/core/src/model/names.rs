//! Every derived name: table, path, module and type names are built here and nowhere else.

use proc_macro2::{Ident, Span};

/// Words whose plural follows no rule.
const IRREGULAR: &[(&str, &str)] = &[
    ("person", "people"),
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("leaf", "leaves"),
    ("loaf", "loaves"),
    ("half", "halves"),
    ("shelf", "shelves"),
    ("self", "selves"),
    ("calf", "calves"),
    ("knife", "knives"),
    ("wife", "wives"),
    ("life", "lives"),
    ("thief", "thieves"),
    ("wolf", "wolves"),
    ("scarf", "scarves"),
    ("hero", "heroes"),
    ("potato", "potatoes"),
    ("tomato", "tomatoes"),
    ("echo", "echoes"),
    ("veto", "vetoes"),
    ("quiz", "quizzes"),
    ("axis", "axes"),
    ("analysis", "analyses"),
    ("basis", "bases"),
    ("crisis", "crises"),
    ("diagnosis", "diagnoses"),
    ("hypothesis", "hypotheses"),
    ("thesis", "theses"),
    ("criterion", "criteria"),
    ("phenomenon", "phenomena"),
    ("matrix", "matrices"),
    ("vertex", "vertices"),
    ("index", "indices"),
    ("datum", "data"),
    ("medium", "media"),
    ("stratum", "strata"),
    ("curriculum", "curricula"),
    ("alumnus", "alumni"),
    ("radius", "radii"),
    ("die", "dice"),
];

/// Words that are their own plural.
const UNCOUNTED: &[&str] = &[
    "equipment",
    "information",
    "rice",
    "money",
    "species",
    "series",
    "fish",
    "sheep",
    "deer",
    "news",
    "feedback",
    "metadata",
    "data",
    "media",
    "people",
    "children",
    "staff",
    "hardware",
    "software",
    "aircraft",
    "music",
];

/// `OrderItem` → `order_item`, `HTTPLog` → `http_log`, `Http2Log` → `http2_log`.
pub fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, c) in letters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| letters.get(i));
        let after = letters.get(i + 1);
        let starts_word = c.is_uppercase()
            && before
                .is_some_and(|b| *b != '_' && (!b.is_uppercase() || after.is_some_and(|a| a.is_lowercase())));
        if starts_word {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// `order_item` → `order_items`: the last word in the plural.
pub fn plural(snake: &str) -> String {
    let (head, word) =
        snake.rsplit_once('_').map_or(("", snake), |(_, w)| (&snake[..snake.len() - w.len()], w));
    format!("{head}{}", plural_word(word))
}

fn plural_word(word: &str) -> String {
    if UNCOUNTED.contains(&word) {
        return word.to_owned();
    }
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, _)| *one == word) {
        return (*many).to_owned();
    }
    let ends = |e: &str| word.ends_with(e);
    let stem = |cut: usize| &word[..word.len() - cut];
    if ends("man") && !ends("human") && !ends("german") && !ends("roman") {
        return format!("{}men", stem(3));
    }
    if ends("y") && !["ay", "ey", "iy", "oy", "uy"].iter().any(|v| ends(v)) && word.len() > 1 {
        return format!("{}ies", stem(1));
    }
    if ends("s") || ends("x") || ends("z") || ends("ch") || ends("sh") {
        return format!("{word}es");
    }
    format!("{word}s")
}

/// The name as an identifier: raw when it is a keyword, with an underscore when it can't be raw.
pub fn ident(name: &str, span: Span) -> Ident {
    if syn::parse_str::<Ident>(name).is_ok() {
        return Ident::new(name, span);
    }
    if matches!(name, "self" | "super" | "crate" | "Self" | "_") {
        return Ident::new(&format!("{name}_"), span);
    }
    Ident::new_raw(name, span)
}

/// The name of an identifier without `r#`.
pub fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_names_have_the_table_that_people_expect() {
        let names = [
            ("Product", "products"),
            ("OrderItem", "order_items"),
            ("Person", "people"),
            ("Category", "categories"),
            ("Status", "statuses"),
            ("Address", "addresses"),
            ("Box", "boxes"),
            ("Company", "companies"),
            ("Day", "days"),
            ("Key", "keys"),
            ("Boy", "boys"),
            ("City", "cities"),
            ("Story", "stories"),
            ("Country", "countries"),
            ("Child", "children"),
            ("Man", "men"),
            ("Woman", "women"),
            ("Foot", "feet"),
            ("Tooth", "teeth"),
            ("Mouse", "mice"),
            ("Goose", "geese"),
            ("Leaf", "leaves"),
            ("Knife", "knives"),
            ("Life", "lives"),
            ("Wolf", "wolves"),
            ("Shelf", "shelves"),
            ("Roof", "roofs"),
            ("Hero", "heroes"),
            ("Photo", "photos"),
            ("Video", "videos"),
            ("Potato", "potatoes"),
            ("Quiz", "quizzes"),
            ("Bus", "buses"),
            ("Class", "classes"),
            ("Match", "matches"),
            ("Dish", "dishes"),
            ("Tax", "taxes"),
            ("Analysis", "analyses"),
            ("Crisis", "crises"),
            ("Criterion", "criteria"),
            ("Phenomenon", "phenomena"),
            ("Matrix", "matrices"),
            ("Vertex", "vertices"),
            ("Index", "indices"),
            ("Datum", "data"),
            ("Medium", "media"),
            ("Series", "series"),
            ("Species", "species"),
            ("Equipment", "equipment"),
            ("News", "news"),
            ("Sheep", "sheep"),
            ("Fish", "fish"),
            ("Fireman", "firemen"),
            ("Human", "humans"),
            ("BlogPost", "blog_posts"),
            ("HTTPLog", "http_logs"),
            ("ApiKey", "api_keys"),
            ("UserID", "user_ids"),
            ("Oauth2Token", "oauth2_tokens"),
            ("SalesPerson", "sales_people"),
            ("PostTag", "post_tags"),
            ("Survey", "surveys"),
            ("Reply", "replies"),
            ("Invoice", "invoices"),
            ("Branch", "branches"),
            ("Warehouse", "warehouses"),
        ];
        assert!(names.len() >= 60);
        for (name, table) in names {
            assert_eq!(plural(&snake(name)), table, "{name}");
        }
    }

    #[test]
    fn keywords_become_identifiers() {
        assert_eq!(ident("type", Span::call_site()).to_string(), "r#type");
        assert_eq!(ident("crate", Span::call_site()).to_string(), "crate_");
        assert_eq!(plain(&ident("type", Span::call_site())), "type");
    }
}
