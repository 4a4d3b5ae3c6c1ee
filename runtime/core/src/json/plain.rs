//! Where the plain part of a text ends: the same bytes have to be escaped on the way out and are escaped on the way in.

/// How many of the first bytes need no escape. Texts are most of what an answer is made of, so blocks are looked at as a
/// whole, without a branch per byte: large ones as long as nothing is found, then words.
pub(super) fn plain(text: &[u8]) -> usize {
    let escaped = |c: u8| (c < 0x20) | (c == b'"') | (c == b'\\');
    let (blocks, _) = text.as_chunks::<32>();
    let clean =
        blocks.iter().take_while(|block| !block.iter().fold(false, |any, &c| any | escaped(c))).count() * 32;
    let rest = text.get(clean..).unwrap_or_default();
    let (words, _) = rest.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        if let Some(at) = first_escaped(*word) {
            return clean + i * 8 + at;
        }
    }
    match text.last_chunk::<8>() {
        // The last word begins in what is clean already, so what it finds is new.
        Some(word) => first_escaped(*word).map_or(text.len(), |at| text.len() - 8 + at),
        None => rest.iter().position(|&c| escaped(c)).unwrap_or(text.len()),
    }
}

/// The first byte of a word that needs an escape, all eight looked at together.
fn first_escaped(word: [u8; 8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let word = u64::from_le_bytes(word);
    // The high bit of a byte less than `n`; bytes after the first that is found may be wrong, and do not count.
    let below = |word: u64, n: u64| word.wrapping_sub(n * ONES) & !word;
    let equal = |c: u8| below(word ^ (u64::from(c) * ONES), 1);
    let found = (below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGH;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}
