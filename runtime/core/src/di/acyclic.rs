//! The check for circles, at compile time: every `#[service]` walks the graph from each of its fields.

use super::Node;

/// How many places one walk can hold; larger graphs are walked at start instead.
const PLACES: usize = 256;

struct Walk {
    seen: [Option<&'static Node>; PLACES],
    len: usize,
    path: [Option<&'static Node>; PLACES],
}

/// Fails to compile when the field with this number leads back to its own service.
///
/// A circle is reported by one of its services only, the one that comes first by name.
#[track_caller]
pub const fn assert_acyclic(node: &'static Node, field: usize) {
    let mut walk = Walk { seen: [None; PLACES], len: 0, path: [None; PLACES] };
    let depth = reach(node.needs[field].node, node, &mut walk, 0);
    if depth > 0 && first_by_name(node, &walk.path, depth) {
        report(node, &walk.path, depth);
    }
}

/// The length of a path from `at` to `target`, 0 for none; the path is left in `walk`.
const fn reach(at: &'static Node, target: &'static Node, walk: &mut Walk, depth: usize) -> usize {
    if depth == PLACES || walk.len == PLACES {
        return 0;
    }
    walk.path[depth] = Some(at);
    if same(at.name, target.name) {
        return depth + 1;
    }
    let mut i = 0;
    while i < walk.len {
        if let Some(seen) = walk.seen[i]
            && same(seen.name, at.name)
        {
            return 0;
        }
        i += 1;
    }
    walk.seen[walk.len] = Some(at);
    walk.len += 1;
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

const fn first_by_name(node: &Node, path: &[Option<&'static Node>; PLACES], depth: usize) -> bool {
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
const fn report(node: &'static Node, path: &[Option<&'static Node>; PLACES], depth: usize) {
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
