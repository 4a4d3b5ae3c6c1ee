//! Crates whose resources were left out: a library that nothing refers to is not linked, and its registrations with
//! it. What `expect!` names is held by it; what only Cargo.toml names is found by reading that, in development.

use framewright_core::{ResourceDescriptor, di, registry};
use std::path::{Path, PathBuf};
use toml::Value;

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
    let left_out = local_dependencies(root).into_iter().filter(|d| !linked.contains(&d.own_name.as_str()));
    left_out
        .map(|Dependency { name, path, .. }| {
            format!("the crate `{name}` ({path}) declares resources or services, but nothing of it is linked: add `use {name} as _;` to main.rs")
        })
        .collect()
}

/// A path dependency whose sources have an attribute of ours.
struct Dependency {
    /// as the package calls it
    name: String,
    /// as it calls itself, and its modules with it
    own_name: String,
    path: String,
}

fn local_dependencies(root: &Path) -> Vec<Dependency> {
    let Some(here) = manifest(root) else { return Vec::new() };
    let entries = here.get("dependencies").and_then(Value::as_table).into_iter().flatten();
    let found = entries.filter_map(|(name, entry)| {
        let (at, path) = match entry.get("path").and_then(Value::as_str) {
            Some(path) => (root.join(path), path.to_owned()),
            None => of_workspace(root, name).filter(|_| entry.get("workspace").is_some())?,
        };
        let its = manifest(&at)?;
        // the framework's own crates are not the user's
        if !uses_framewright(&its) || !has_attribute(&at.join("src"), 0) {
            return None;
        }
        let named = |table: &str| its.get(table)?.get("name")?.as_str();
        let own_name = named("lib").or_else(|| named("package"))?.replace('-', "_");
        Some(Dependency { name: name.replace('-', "_"), own_name, path })
    });
    found.collect()
}

/// Where a dependency is that the workspace around a package names, and the path that stands there.
fn of_workspace(root: &Path, name: &str) -> Option<(PathBuf, String)> {
    root.ancestors().find_map(|folder| {
        let dependencies = manifest(folder)?.get("workspace")?.get("dependencies")?.clone();
        let path = dependencies.get(name)?.get("path")?.as_str()?.to_owned();
        Some((folder.join(&path), path))
    })
}

fn manifest(at: &Path) -> Option<toml::Table> {
    std::fs::read_to_string(at.join("Cargo.toml")).ok()?.parse().ok()
}

/// Whether the framework is among the dependencies, under whatever name.
fn uses_framewright(manifest: &toml::Table) -> bool {
    let entries = manifest.get("dependencies").and_then(Value::as_table).into_iter().flatten();
    entries.into_iter().any(|(name, entry)| {
        entry.get("package").and_then(Value::as_str).unwrap_or(name.as_str()) == "framewright"
    })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use framewright_core::descriptor::Source;
    use std::fs;

    static LOST: ResourceDescriptor = ResourceDescriptor::of(
        "Order",
        "order",
        "orders",
        Source { file: "src/order.rs", line: 7, module: "shop_models::order" },
    );
    inventory::submit! { Expected(&LOST) }

    #[test]
    fn what_is_expected_and_not_there_is_named_with_its_place_and_the_fix() {
        let said = ["`Order` (src/order.rs:7) is expected, but not registered: add `use shop_models as _;`"];
        assert_eq!(expected_but_absent(&[]), said);
        assert_eq!(expected_but_absent(&[&LOST]), Vec::<String>::new());
    }

    /// A project of several crates in a folder of its own.
    struct Project(PathBuf);

    impl Project {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("fw_linked_{name}_{}", std::process::id()));
            let _ = fs::remove_dir_all(&root);
            Self(root)
        }
        fn file(&self, path: &str, text: &str) {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fn library(&self, folder: &str, name: &str, dependency: &str, source: &str) {
            self.file(
                &format!("{folder}/Cargo.toml"),
                &format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependency}\n"),
            );
            self.file(&format!("{folder}/src/lib.rs"), "mod deep;\n");
            self.file(&format!("{folder}/src/deep/mod.rs"), source);
        }
    }
    impl Drop for Project {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const RESOURCE: &str = "#[resource(policy = public)]\npub struct Order { pub what: String }\n";
    const USES: &str = "framewright = \"1\"";

    #[test]
    fn a_library_of_which_nothing_is_linked_is_named_with_the_fix() {
        let p = Project::new("left_out");
        p.file(
            "app/Cargo.toml",
            concat!(
                "[package]\nname = \"app\"\n[dependencies]\n",
                "shop-models = { path = \"../models\" }\n",
                "other = { package = \"renamed\", path = \"../renamed\" }\n",
                "shared = { workspace = true }\n",
                "plain = { path = \"../plain\" }\n",
                "tool = { path = \"../tool\" }\n",
                "serde = \"1\"\n",
            ),
        );
        p.file("Cargo.toml", "[workspace.dependencies]\nshared = { path = \"shared\" }\n");
        p.library("models", "shop-models", USES, RESOURCE);
        p.library(
            "renamed",
            "renamed",
            "fw = { package = \"framewright\", version = \"1\" }",
            "  #[service]\nstruct Till;\n",
        );
        p.library("shared", "shared", USES, RESOURCE);
        // One that uses the framework and declares nothing, and one that does not use it.
        p.library("plain", "plain", USES, "// #[resource] is only spoken of\n");
        p.library("tool", "tool", "syn = \"2\"", RESOURCE);
        let said = |name: &str, path: &str| {
            format!(
                "the crate `{name}` ({path}) declares resources or services, but nothing of it is linked: add `use {name} as _;` to main.rs"
            )
        };
        let mut found = unlinked_crates(&p.0.join("app"));
        found.sort();
        assert_eq!(
            found,
            [said("other", "../renamed"), said("shared", "shared"), said("shop_models", "../models")]
        );
    }

    #[test]
    fn a_library_that_is_linked_is_not_spoken_of() {
        static HERE: ResourceDescriptor = ResourceDescriptor::of(
            "Here",
            "here",
            "heres",
            Source { file: "src/lib.rs", line: 1, module: "linked_models" },
        );
        inventory::submit! { registry::ResourceEntry(&HERE) }
        let p = Project::new("linked");
        p.file(
            "app/Cargo.toml",
            "[dependencies]\nmine = { package = \"linked-models\", path = \"../models\" }\n",
        );
        p.library("models", "linked-models", USES, RESOURCE);
        assert_eq!(unlinked_crates(&p.0.join("app")), Vec::<String>::new());
        assert_eq!(unlinked_crates(&p.0.join("nowhere")), Vec::<String>::new());
    }
}
