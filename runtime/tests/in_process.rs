//! The client of the test kit against a socket: the same chain, byte by byte, and nothing listens.
#![cfg(feature = "testing")]
#![allow(missing_docs, clippy::unwrap_used)]

use framewright::App;
use framewright::http::server::{listen, serve};
use framewright::prelude::*;
use framewright::testing::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A shelf.
#[resource(policy = public, versioned)]
pub struct Shelf {
    #[field(length(min = 2, max = 20), filter, sort, unique)]
    pub name: String,
    #[field(range(min = 0, max = 9))]
    pub boards: i32,
}

/// The answer of the socket: status, headers without those of the connection, body.
async fn by_socket(addr: std::net::SocketAddr, sent: &[u8]) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    let at = all.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&all[..at]).unwrap();
    let (first, lines) = head.split_once("\r\n").unwrap();
    let headers = lines.lines().map(|l| l.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    (first[9..12].parse().unwrap(), sorted(headers), all[at + 4..].to_vec())
}

/// What hyper says about the connection is no answer of the application.
fn sorted(headers: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut all: Vec<_> = headers
        .filter(|(name, _)| !["date", "connection", "content-length"].contains(&name.as_str()))
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_is_answered_as_a_socket_is_byte_by_byte() {
    let app = TestApp::new().await;
    app.clock().set("2026-01-31T12:00:00Z");
    let made = app.post("/api/v1/shelves").json(serde_json::json!({"name": "top", "boards": 3})).await;
    let id = made.assert_created().id();
    let record = format!("/api/v1/shelves/{id}");

    let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(Box::pin(serve(app.edge().clone(), listener, async {
        let _ = stopped.await;
    })));
    let json = ("content-type", "application/json");
    let table: [(&str, &str, &[(&str, &str)], &str); 14] = [
        ("GET", "/api/v1/shelves", &[], ""),
        ("GET", "/api/v1/shelves?sort=-name&count=exact&page[size]=1", &[], ""),
        ("GET", "/api/v1/shelves?sort=bords", &[], ""),
        ("GET", &record, &[], ""),
        ("GET", &record, &[("accept", "application/problem+json"), ("if-none-match", "\"1\"")], ""),
        ("HEAD", &record, &[], ""),
        ("GET", "/api/v1/shelves/nonsense", &[], ""),
        ("PATCH", &record, &[json], r#"{"boards": 4}"#),
        ("PATCH", &record, &[json, ("if-match", "*")], r#"{"boards": 77, "nmae": 1}"#),
        ("POST", "/api/v1/shelves", &[json], r#"{"name": "top", "boards": 1}"#),
        ("POST", "/api/v1/shelves", &[json], "{"),
        ("POST", "/api/v1/shelves", &[("content-type", "text/plain")], "top"),
        ("TRACE", "/api/v1/shelves", &[], ""),
        ("GET", "/openapi.json", &[], ""),
    ];
    for (method, path, headers, body) in table {
        let headers = [headers, &[("host", "localhost"), ("x-request-id", "the-same-one")]].concat();
        let mut request = app.request(method.parse().unwrap(), path);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        let here = request.await;

        let mut sent = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in &headers {
            sent.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            sent.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        let (status, told, bytes) = by_socket(addr, format!("{sent}\r\n{body}").as_bytes()).await;

        assert_eq!(here.status(), status, "{method} {path}");
        let own = here.headers().iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()));
        assert_eq!(sorted(own), told, "{method} {path}");
        assert_eq!(here.text(), String::from_utf8(bytes).unwrap(), "{method} {path}");
    }
    stop.send(()).unwrap();
    server.await.unwrap();
}

/// The sockets of this process that listen, by what the system says.
#[cfg(target_os = "linux")]
fn listening() -> usize {
    let links = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let links = links.filter_map(|fd| std::fs::read_link(fd.path()).ok());
    let own: Vec<String> = links
        .filter_map(|l| Some(l.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let tables =
        ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map(|t| std::fs::read_to_string(t).unwrap_or_default());
    let sockets = tables.iter().flat_map(|table| table.lines().skip(1));
    let fields = sockets.map(|line| line.split_whitespace().collect::<Vec<_>>());
    // 0A is LISTEN, and the tenth column the inode
    fields.filter(|f| f.get(3) == Some(&"0A") && f.get(9).is_some_and(|i| own.iter().any(|o| o == i))).count()
}

#[cfg(target_os = "linux")]
#[test]
fn an_application_under_test_listens_nowhere() {
    // alone in a process, so that another test's socket is not taken for one of the kit
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let out = command.args(["--exact", "nothing_listens", "--ignored"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a process of its own"]
async fn nothing_listens() {
    let app = TestApp::of(App::new()).await;
    app.get("/api/v1/shelves").await.assert_ok().assert_count(0);
    assert_eq!(listening(), 0);
    let _socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(listening(), 1, "and one that does is seen");
}
