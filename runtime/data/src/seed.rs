//! Seeds: data that an application begins with, in order, and as often as you like.

use framewright_core::{Cx, Error, ErrorKind, Result};
use std::future::Future;
use std::pin::Pin;

/// A seed: what `#[seed]` submits.
pub struct SeedEntry {
    /// its name, the function's
    pub name: &'static str,
    /// lower ones run first; equal ones by name
    pub order: i32,
    /// what it means: the doc comment
    pub doc: &'static str,
    /// runs it
    pub run: for<'a> fn(&'a Cx) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>,
}
inventory::collect!(SeedEntry);

/// How far the seeds are, for whoever shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedProgress {
    /// the seed that begins now
    pub name: &'static str,
    /// its place, from one
    pub at: usize,
    /// how many there are
    pub of: usize,
}

/// Every seed that was linked in, in its order.
#[must_use]
pub fn seeds() -> Vec<&'static SeedEntry> {
    let mut all: Vec<&'static SeedEntry> = inventory::iter::<SeedEntry>().collect();
    all.sort_by_key(|s| (s.order, s.name));
    all
}

/// Runs every seed (or those that `only` names), in order; says which ran. A seed is one piece of work: it opens its
/// own transaction where it wants one, and finds what is there already (`first_or_create`, `update_or_create`, `once` of a
/// factory), so that it can run again.
///
/// # Errors
/// `seed.unknown` when `only` names one that is not there; otherwise that of the first seed that fails, with its name.
pub async fn seed(
    cx: &Cx,
    only: &[&str],
    progress: &(dyn Fn(SeedProgress) + Sync),
) -> Result<Vec<&'static str>> {
    let all = seeds();
    if let Some(unknown) = only.iter().find(|name| !all.iter().any(|s| s.name == **name)) {
        let names: Vec<&str> = all.iter().map(|s| s.name).collect();
        let hint = if names.is_empty() {
            "this program has no seeds: write one with `#[seed]`".to_owned()
        } else {
            format!("there are: {}", names.join(", "))
        };
        return Err(Error::new(ErrorKind::NotFound, "seed.unknown", format!("there is no seed `{unknown}`"))
            .hint(hint));
    }
    let chosen: Vec<_> = all.into_iter().filter(|s| only.is_empty() || only.contains(&s.name)).collect();
    let (of, mut done) = (chosen.len(), Vec::new());
    for (at, seed) in (1..).zip(chosen) {
        progress(SeedProgress { name: seed.name, at, of });
        if let Err(e) = (seed.run)(&cx.as_system("seed")).await {
            let fields: Vec<String> =
                e.fields().iter().map(|f| format!("; {}: {}", f.field, f.messages.join(", "))).collect();
            let message = format!("the seed `{}` failed: {}{}", seed.name, e.message(), fields.concat());
            return Err(Error::new(e.kind(), "seed.failed", message)
                .hint(
                    "seeds before it have run; correct it and run `seed` again: what is there already stays",
                )
                .caused_by(e));
        }
        done.push(seed.name);
    }
    Ok(done)
}
