//! The check for circles, at compile time: every `#[service]` walks the graph from each of its fields.

use super::Node;

/// How many places one walk can hold. A larger graph does not compile: a check that is left out would say nothing.
const PLACES: usize = 2048;

/// Room for the places that were seen, by the hash of their names; half of it stays empty.
const SLOTS: usize = 2 * PLACES;

/// How long a path can be; the compiler follows none that is longer than its `recursion_limit` of 128.
const DEPTH: usize = 1024;

struct Walk {
    seen: [u64; SLOTS],
    len: usize,
    path: [Option<&'static Node>; DEPTH],
}

/// Fails to compile when the field with this number leads back to its own service.
///
/// A circle is reported by one of its services only, the one that comes first by name.
///
/// # Panics
/// At compile time, with the circle.
#[track_caller]
pub const fn assert_acyclic(node: &'static Node, field: usize) {
    let mut walk = Walk { seen: [0; SLOTS], len: 0, path: [None; DEPTH] };
    let depth = reach(node.needs[field].node, node, &mut walk, 0);
    if depth > 0 && first_by_name(node, &walk.path, depth) {
        report(node, &walk.path, depth);
    }
}

/// The length of a path from `at` to `target`, 0 for none; the path is left in `walk`.
#[track_caller]
const fn reach(at: &'static Node, target: &'static Node, walk: &mut Walk, depth: usize) -> usize {
    assert!(
        depth < DEPTH && walk.len < PLACES,
        "more than 2048 services hang on this field, which are too many to look for a circle among them"
    );
    walk.path[depth] = Some(at);
    if same(at.name, target.name) {
        return depth + 1;
    }
    if !enter(walk, at.name) {
        return 0;
    }
    let mut i = 0;
    while i < at.needs.len() {
        let found = reach(at.needs[i].node, target, walk, depth + 1);
        if found > 0 {
            return found;
        }
        i += 1;
    }
    0
}

/// Notes a place; whether it was not seen before.
const fn enter(walk: &mut Walk, name: &str) -> bool {
    let hash = hash(name);
    let mut slot = (hash % SLOTS as u64) as usize;
    while walk.seen[slot] != 0 {
        if walk.seen[slot] == hash {
            return false;
        }
        slot = (slot + 1) % SLOTS;
    }
    walk.seen[slot] = hash;
    walk.len += 1;
    true
}

/// FNV-1a, never 0.
const fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    if hash == 0 { 1 } else { hash }
}

const fn same(a: &str, b: &str) -> bool {
    order(a, b) == 0
}

const fn order(a: &str, b: &str) -> i8 {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return if a[i] < b[i] { -1 } else { 1 };
        }
        i += 1;
    }
    if a.len() == b.len() {
        0
    } else if a.len() < b.len() {
        -1
    } else {
        1
    }
}

const fn first_by_name(node: &Node, path: &[Option<&'static Node>; DEPTH], depth: usize) -> bool {
    let mut i = 0;
    while i < depth {
        if let Some(other) = path[i]
            && other.checked
            && order(other.name, node.name) < 0
        {
            return false;
        }
        i += 1;
    }
    true
}

#[track_caller]
const fn report(node: &'static Node, path: &[Option<&'static Node>; DEPTH], depth: usize) {
    let mut text = Text { bytes: [0; 1024], len: 0 };
    text.push("these services need each other in a circle, so none of them can be built first: ");
    text.push(node.name);
    let mut i = 0;
    while i < depth {
        if let Some(next) = path[i] {
            text.push(" -> ");
            text.push(next.name);
        }
        i += 1;
    }
    let (said, _) = text.bytes.split_at(text.len);
    match core::str::from_utf8(said) {
        Ok(said) => panic!("{}", said),
        Err(_) => panic!("these services need each other in a circle"),
    }
}

struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    const fn push(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut i = 0;
        // cut rather than overflow: whole names of a very long circle are no help to anyone
        while i < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PLACES, assert_acyclic};
    use crate::di::{Need, Node, Opaque};
    use std::panic::catch_unwind;

    fn node(name: String, needs: Vec<&'static Node>) -> &'static Node {
        let need = |node| Need { node, take: |_| None };
        Box::leak(Box::new(Node {
            name: name.leak(),
            checked: true,
            needs: needs.into_iter().map(need).collect::<Vec<_>>().leak(),
            found: |_| false,
            make: |parts, _| parts.absent(),
            opaque: Opaque::new(false),
        }))
    }

    /// A service that needs many others, the last of which needs the end; it comes first by name, and so reports.
    fn wide(places: usize, end: Option<&'static Node>) -> &'static Node {
        let last = node("last".to_owned(), end.into_iter().collect());
        let mut needs: Vec<_> = (0..places).map(|n| node(format!("n{n}"), vec![])).collect();
        needs.push(last);
        node("a".to_owned(), vec![node("middle".to_owned(), needs)])
    }

    #[test]
    fn a_circle_is_found_behind_a_thousand_services() {
        let end = node("a".to_owned(), vec![]);
        assert_acyclic(wide(1000, None), 0);
        let found = catch_unwind(|| assert_acyclic(wide(1000, Some(end)), 0)).unwrap_err();
        let said = found.downcast_ref::<String>().unwrap();
        assert!(said.ends_with("a -> middle -> last -> a"), "{said}");
    }

    #[test]
    fn what_is_too_large_to_be_checked_does_not_pass() {
        assert!(catch_unwind(|| assert_acyclic(wide(PLACES, None), 0)).is_err());
    }
}
