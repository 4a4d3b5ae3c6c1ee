//! Host trust: which host a request is for, and whether it is one of ours.

use framewright_core::{Error, ErrorKind};
use http::{HeaderMap, Uri, Version, header};

/// Checks the host of a request against RFC 9110/9112 and the list of served hosts (none: any valid one).
pub(crate) fn check(
    version: Version,
    uri: &Uri,
    headers: &HeaderMap,
    served: &[String],
) -> Result<(), Error> {
    let mut given = headers.get_all(header::HOST).iter();
    let host = match (given.next(), given.next()) {
        (Some(host), None) => host.to_str().ok().filter(|h| valid(h)).ok_or_else(invalid)?,
        (Some(_), Some(_)) => return Err(invalid()),
        // HTTP/1.0 and HTTP/2 may name the host in the target alone.
        (None, _) if version != Version::HTTP_11 => uri.authority().map_or("", |a| a.as_str()),
        (None, _) => return Err(invalid()),
    };
    // A target in absolute form names the host too; when they differ, somebody is being fooled.
    if let Some(authority) = uri.authority()
        && !host.is_empty()
        && !authority.as_str().eq_ignore_ascii_case(host)
    {
        return Err(invalid());
    }
    if served.is_empty() || served.iter().any(|s| s.eq_ignore_ascii_case(name(host))) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Misdirected, "request.host_unknown", "this host is not served here"))
}

fn invalid() -> Error {
    Error::new(
        ErrorKind::BadRequest,
        "request.host_invalid",
        "a request needs exactly one valid `Host`, equal to the host of its target",
    )
}

/// The host without its port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

/// `uri-host [":" port]` of RFC 9110: no user, no path, no blank.
pub(crate) fn valid(host: &str) -> bool {
    if host.is_empty() || host.len() > 262 {
        return false;
    }
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((ip, after)) if ip.parse::<std::net::Ipv6Addr>().is_ok() => {
                ("", after.strip_prefix(':').or((after.is_empty()).then_some("0")))
            }
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, Some("0")),
        },
    };
    let Some(port) = port else { return false };
    let name_ok = host.starts_with('[')
        || (!name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')));
    name_ok
        && port.len() <= 5
        && port.bytes().all(|b| b.is_ascii_digit())
        && (port.is_empty() || port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hosts() {
        for ok in ["localhost", "example.org:8080", "127.0.0.1", "[::1]", "[::1]:80", "a_b.c", "x:"] {
            assert!(valid(ok), "{ok}");
        }
        for bad in [
            "",
            "a b",
            "a b/c",
            "a/c",
            "user@host",
            "host:port",
            "host:99999",
            "[::1",
            "[zz]",
            "[::1]x",
            "a:1:2",
            "é",
            ":80",
        ] {
            assert!(!valid(bad), "{bad}");
        }
        assert_eq!((name("a:1"), name("[::1]"), name("[::1]:8"), name("b")), ("a", "[::1]", "[::1]", "b"));
    }

    #[test]
    fn only_served_hosts_pass() {
        let served = ["example.org".to_owned()];
        let run = |host: &str, uri: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            check(Version::HTTP_11, &uri.parse().unwrap(), &headers, &served).map_err(|e| e.status())
        };
        assert_eq!(run("example.org:80", "/"), Ok(()));
        assert_eq!(run("EXAMPLE.org", "/"), Ok(()));
        assert_eq!(run("evil.org", "/"), Err(421));
        assert_eq!(run("example.org", "http://evil.org/"), Err(400));
        assert_eq!(run("example.org", "http://example.org/"), Ok(()));
    }
}
