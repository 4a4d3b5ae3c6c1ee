//! The nearest accepted name, and lists of accepted names that stay readable.

/// The accepted name that was most probably meant.
pub fn nearest<'a>(word: &str, accepted: &[&'a str]) -> Option<&'a str> {
    accepted
        .iter()
        .map(|name| (distance(word, name), *name))
        .filter(|(d, name)| *d <= (word.len().max(name.len()) / 3).max(1))
        .min_by_key(|(d, _)| *d)
        .map(|(_, name)| name)
}

/// "did you mean …?", if some name is near.
pub fn help_nearest(word: &str, accepted: &[&str]) -> Option<String> {
    nearest(word, accepted).map(|name| format!("did you mean `{name}`?"))
}

/// The names in backticks, cut at eight.
pub fn accepted(names: &[&str]) -> String {
    let mut text: Vec<String> = names.iter().take(8).map(|n| format!("`{n}`")).collect();
    if names.len() > 8 {
        text.push("…".to_owned());
    }
    text.join(", ")
}

/// Edits between two words: insertion, deletion, replacement, and swapped neighbours as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_and_dropped_letters_are_near() {
        assert_eq!(nearest("serach", &["search", "sort"]), Some("search"));
        assert_eq!(nearest("lenght", &["length", "range"]), Some("length"));
        assert_eq!(nearest("shwo", &["list", "show"]), Some("show"));
        assert_eq!(nearest("zebra", &["length", "range"]), None);
    }

    #[test]
    fn long_lists_are_cut_at_eight() {
        assert_eq!(accepted(&["a", "b"]), "`a`, `b`");
        assert!(accepted(&["a"; 9]).ends_with("`a`, …"));
    }
}
