//! How many files the process may have open. A connection is one of them, so there is no use in accepting more.

/// What the process needs beside its connections: the database, its files, the log.
const OTHERS: usize = 128;

/// How many connections there can be, of those that there may be.
pub(super) fn connections(wanted: usize) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let Some(files) = open_files(&limits) else { return wanted };
    let most = within(wanted, files);
    if most < wanted {
        tracing::warn!(
            connections = most,
            max_connections = wanted,
            open_files = files,
            "the process may not open as many files as `server.max_connections` asks for: raise `ulimit -n`"
        );
    }
    most
}

fn within(wanted: usize, files: usize) -> usize {
    wanted.min(files.saturating_sub(OTHERS.min(files / 2)).max(1))
}

/// The soft limit of open files, from the text of Linux; `None` elsewhere and where there is none.
fn open_files(limits: &str) -> Option<usize> {
    limits.lines().find_map(|l| l.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_not_more_connections_than_files() {
        let text = "Limit                     Soft Limit           Hard Limit           Units     \n\
                    Max processes             unlimited            unlimited            processes \n\
                    Max open files            1024                 524288               files     \n";
        assert_eq!(open_files(text), Some(1024));
        assert_eq!(open_files(&text.replace("1024  ", "unlimited")), None);
        assert_eq!(open_files(""), None);
        for (wanted, files, most) in [
            (10_000, 524_288, 10_000),
            (10_000, 1024, 896),
            (500, 1024, 500),
            (10_000, 20, 10),
            (10_000, 1, 1),
        ] {
            assert_eq!(within(wanted, files), most, "{wanted} of {files}");
        }
    }
}
