//! Texts that were looked at, each in a file.

/// A file that was looked at; `BLESS=1` writes it anew.
pub(crate) fn golden(name: &str, text: &str) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "{path}: look at the change, then BLESS=1\n{text}");
}
