//! Crates whose resources were left out: a library that nothing refers to is not linked, and its registrations with
//! it. What `expect!` names is held by it; what only Cargo.toml names is found by reading that, in development.

use framewright_core::{ResourceDescriptor, di, registry};
use std::path::Path;

/// The registration of a resource that has to be there: what [`expect!`](crate::expect) submits.
pub struct Expected(pub &'static ResourceDescriptor);
inventory::collect!(Expected);

/// Holds resources of other crates in the program, and reports at start when one is not registered.
///
/// ```ignore
/// framewright::expect!(shop_models::Order, shop_models::Customer);
/// ```
#[macro_export]
macro_rules! expect {
    ($($resource:ty),+ $(,)?) => {
        const _: () = {
            $($crate::__private::inventory::submit! {
                $crate::__private::Expected(<$resource as $crate::__private::Resource>::DESCRIPTOR)
            })+
        };
    };
}

/// What was expected and is not registered, each in one sentence.
pub(crate) fn expected_but_absent(resources: &[&'static ResourceDescriptor]) -> Vec<String> {
    let expected = inventory::iter::<Expected>().map(|e| e.0);
    expected
        .filter(|d| !resources.iter().any(|r| std::ptr::eq(*r, *d)))
        .map(|d| {
            let crate_name = d.source.module.split("::").next().unwrap_or("the_crate");
            format!(
                "`{}` ({}:{}) is expected, but not registered: add `use {crate_name} as _;`",
                d.name, d.source.file, d.source.line
            )
        })
        .collect()
}

/// Path dependencies of the package in `root` that use the framework, and of which nothing was linked.
pub(crate) fn unlinked_crates(root: &Path) -> Vec<String> {
    let linked = registry::resources()
        .into_iter()
        .map(|d| d.source.module)
        .chain(di::services().into_iter().map(|n| n.name));
    let linked: Vec<&str> = linked.filter_map(|module| module.split("::").next()).collect();
    local_dependencies(root)
        .into_iter()
        .filter(|(name, _)| !linked.contains(&name.as_str()))
        .map(|(name, path)| {
            format!("the crate `{name}` ({path}) declares resources or services, but nothing of it is linked: add `use {name} as _;` to main.rs")
        })
        .collect()
}

/// The names (as Rust writes them) and paths of path dependencies whose sources have an attribute of ours.
fn local_dependencies(root: &Path) -> Vec<(String, String)> {
    let Some(manifest) = manifest(root) else { return Vec::new() };
    let tables = manifest.get("dependencies").and_then(toml::Value::as_table);
    let entries = tables.into_iter().flatten();
    entries
        .filter_map(|(name, entry)| Some((name.replace('-', "_"), entry.get("path")?.as_str()?.to_owned())))
        .filter(|(_, path)| {
            let at = root.join(path);
            // the framework's own crates are not the user's
            let uses = manifest_uses_framewright(&at);
            uses && has_attribute(&at.join("src"), 0)
        })
        .collect()
}

fn manifest(at: &Path) -> Option<toml::Table> {
    std::fs::read_to_string(at.join("Cargo.toml")).ok()?.parse().ok()
}

fn manifest_uses_framewright(at: &Path) -> bool {
    manifest(at).is_some_and(|m| m.get("dependencies").is_some_and(|d| d.get("framewright").is_some()))
}

fn has_attribute(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return depth < 8 && has_attribute(&path, depth + 1);
        }
        let is_rust = path.extension().is_some_and(|e| e == "rs");
        is_rust
            && std::fs::read_to_string(&path).is_ok_and(|text| {
                text.lines()
                    .map(str::trim_start)
                    .any(|l| l.starts_with("#[resource") || l.starts_with("#[service"))
            })
    })
}
