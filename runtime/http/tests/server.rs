//! The server over real sockets: framing, slow clients, overload, shutdown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use axum::Router;
use axum::routing::{get, post};
use framewright_core::Cx;
use framewright_http::{Edge, Ended, Reply, ServerConfig, Site, listen, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    addr: SocketAddr,
    edge: Edge,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Ended>,
    writes: Arc<AtomicUsize>,
}

fn short() -> ServerConfig {
    let ms = Duration::from_millis;
    ServerConfig {
        first_byte_timeout: ms(300),
        header_timeout: ms(400),
        request_timeout: ms(900),
        body_grace: ms(300),
        body_min_rate: 500,
        idle_timeout: ms(700),
        write_timeout: ms(600),
        drain_timeout: ms(1500),
        ..ServerConfig::default()
    }
}

fn start(config: ServerConfig) -> Server {
    let writes = Arc::new(AtomicUsize::new(0));
    let count = writes.clone();
    let router = Router::new()
        .route(
            "/",
            get(async |cx: Cx| Reply::ok(&cx.request_id())).post(async |b: bytes::Bytes| Reply::ok(&b.len())),
        )
        .route("/slow", get(async || tokio::time::sleep(Duration::from_millis(500)).await))
        .route(
            "/write",
            post(async move || {
                tokio::time::sleep(Duration::from_millis(300)).await;
                count.fetch_add(1, Ordering::SeqCst);
            }),
        )
        .route("/huge", get(async || vec![b'x'; 64 << 20]));
    let edge = Site::new(Arc::default()).routes(router).build(config).unwrap();
    let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(serve(edge.clone(), listener, async {
        let _ = stopped.await;
    }));
    Server { addr, edge, stop: Some(stop), task, writes }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    /// Sends bytes and reads until the server closes, or two seconds of silence.
    async fn raw(&self, bytes: &[u8]) -> (String, bool) {
        let mut stream = self.connect().await;
        let _ = stream.write_all(bytes).await;
        until_closed(&mut stream, Duration::from_millis(350)).await
    }

    async fn stop(mut self) -> Ended {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.await.unwrap()
    }
}

async fn until_closed(stream: &mut TcpStream, patience: Duration) -> (String, bool) {
    let mut all = Vec::new();
    let mut buf = [0; 4096];
    loop {
        match tokio::time::timeout(patience, stream.read(&mut buf)).await {
            Ok(Ok(0) | Err(_)) => return (String::from_utf8_lossy(&all).into_owned(), true),
            Ok(Ok(n)) => all.extend_from_slice(&buf[..n]),
            Err(_) => return (String::from_utf8_lossy(&all).into_owned(), false),
        }
    }
}

fn status(answer: &str) -> u16 {
    answer.get(9..12).and_then(|s| s.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn the_framing_table() {
    let server = start(ServerConfig::default());
    // What follows a refused request must never be answered.
    let tail = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let long_uri = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(9000));
    let lines = |n: usize| format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "x: y\r\n".repeat(n - 1));
    let wide = |n: usize| format!("GET / HTTP/1.1\r\nHost: a\r\nx: {}\r\n\r\n", "y".repeat(n));
    let (ok_lines, many_lines, far_lines) = (lines(64), lines(65), lines(200));
    let rest = wide(0).len();
    let (ok_wide, too_wide, far_wide) = (wide(16_384 - rest), wide(16_385 - rest), wide(100_000));
    let target = |n: usize| format!("GET /?{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(n - 2));
    let (ok_uri, too_long_uri) = (target(8192), target(8193));
    let table: Vec<(&str, u16, bool)> = vec![
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, false),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, false),
        ("GET / HTTP/1.0\r\n\r\n", 200, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde", 200, false),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
            200,
            false,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nabcde\r\n0\r\n\r\n",
            200,
            false,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            true,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            400,
            true,
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nabcde", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nabcde", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", 400, true),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            true,
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, true),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", 400, true),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\r\nHost: a\r\nx: a\r\n b\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\r\nHost: a\r\nx: a\rb\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\r\nHost: a\r\nx: a\0b\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\nHost: a\n\n", 400, true),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400, true),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n",
            400,
            true,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabcde\r\n0\r\n\r\n",
            400,
            true,
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nabcde\n0\n\n", 400, true),
        ("GET / HTTP/1.1\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\r\nHost: a b/c\r\n\r\n", 400, true),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, true),
        ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, false),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400, true),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, true),
        ("nonsense\r\n\r\n", 400, true),
        ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, false),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 405, false),
        ("GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        (" / HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET /<x> HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET /`x HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET /?a=`x HTTP/1.1\r\nHost: a\r\n\r\n", 200, false),
        ("GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET foo HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", 400, true),
        ("GET /?a[b]=%20{c}|~ HTTP/1.1\r\nHost: a\r\n\r\n", 200, false),
        ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 200, false),
        (&ok_lines, 200, false),
        (&many_lines, 431, true),
        (&far_lines, 431, true),
        (&ok_wide, 200, false),
        (&too_wide, 431, true),
        (&far_wide, 431, true),
        (&ok_uri, 200, false),
        (&too_long_uri, 414, true),
        (&long_uri, 414, true),
    ];
    for (sent, expected, closed) in table {
        let (answer, ended) =
            server.raw(format!("{sent}{}", if closed { tail } else { "" }).as_bytes()).await;
        let shown = &sent[..sent.len().min(90)];
        assert_eq!((status(&answer), ended), (expected, closed), "{shown:?} -> {answer}");
        assert_eq!(
            answer.matches("HTTP/1.1 ").count() + answer.matches("HTTP/1.0 ").count(),
            1,
            "{shown:?} -> {answer}"
        );
        assert!(answer.to_ascii_lowercase().contains("x-request-id: "), "{shown:?} -> {answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let json: serde_json::Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {answer}"));
        assert_eq!(json["success"], expected == 200, "{answer}");
        assert_eq!(json["error"]["code"].is_string(), expected != 200, "{answer}");
    }
    // Bytes that are no text, in the target and in the method.
    for sent in
        [b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n".as_slice(), b"G\xffT / HTTP/1.1\r\nHost: a\r\n\r\n"]
    {
        let (answer, _) = server.raw(sent).await;
        assert_eq!(status(&answer), 400, "{answer}");
        assert!(answer.contains(r#""request_id":""#) && answer.contains("x-request-id: "), "{answer}");
    }
    let counted = server.edge.metrics().text();
    assert!(counted.contains(r#"http_requests_total{route="",method="other",status="431"} 4"#), "{counted}");
    assert_eq!(server.stop().await, Ended::Drained);
}

#[tokio::test]
async fn pipelined_requests_are_all_answered() {
    let server = start(ServerConfig::default());
    let one = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    let (answer, _) = server.raw(one.repeat(20).as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 20);
}

#[tokio::test]
async fn slow_clients_are_closed_on_time() {
    let server = start(short());
    let timed = async |sent: &[u8], drip: &[u8], patience: u64| {
        let mut stream = server.connect().await;
        stream.write_all(sent).await.unwrap();
        let begun = Instant::now();
        let drip = drip.to_vec();
        let (mut from, mut to) = stream.split();
        let dripping = async {
            for byte in drip.iter().cycle() {
                tokio::time::sleep(Duration::from_millis(100)).await;
                if to.write_all(&[*byte]).await.is_err() {
                    break;
                }
            }
            std::future::pending::<()>().await;
        };
        let reading = async {
            let mut all = Vec::new();
            let _ = tokio::time::timeout(Duration::from_millis(patience), from.read_to_end(&mut all)).await;
            String::from_utf8_lossy(&all).into_owned()
        };
        let answer = tokio::select! { a = reading => a, () = dripping => String::new() };
        (answer, begun.elapsed().as_millis())
    };
    let within = |took: u128, from: u128, to: u128, what: &str| {
        assert!((from..to).contains(&took), "{what}: {took} ms")
    };
    let ((silent, a), (header, b), (blank, c), (body, d), (drip, e), (idle, f)) = tokio::join!(
        timed(b"", b"", 3000),
        timed(b"GET / HTTP/1.1\r\nHost: a\r\nx: ", b"y", 3000),
        timed(b"\r\n", b"\r\n", 3000),
        timed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", b"", 3000),
        timed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", b"z", 3000),
        timed(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"", 3000),
    );
    within(a, 250, 700, "silent");
    within(b, 350, 900, "header drip");
    within(c, 350, 900, "blank lines");
    within(d, 250, 1500, "stalled body");
    within(e, 250, 1900, "dripping body");
    within(f, 600, 1500, "idle keep-alive");
    assert_eq!((silent, header, blank), (String::new(), String::new(), String::new()));
    assert_eq!((status(&body), status(&drip), status(&idle)), (408, 408, 200));
    assert!(body.contains("request.timeout") && body.contains("connection: close"), "{body}");
}

/// Long idle times, so that nothing but the limits of writing can end a download.
fn writing() -> ServerConfig {
    let secs = Duration::from_secs;
    ServerConfig { idle_timeout: secs(60), header_timeout: secs(60), request_timeout: secs(60), ..short() }
}

/// How many connections the server counts.
fn connections(server: &Server) -> String {
    let text = server.edge.metrics().text();
    text.lines().find_map(|l| l.strip_prefix("http_connections ")).unwrap().to_owned()
}

/// Asks for `/huge` and takes a piece every few milliseconds: how much came, until when.
async fn steadily(server: &Server, every: Duration, piece: usize) -> (usize, Duration) {
    let mut stream = server.connect().await;
    stream.write_all(b"GET /huge HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let (begun, mut all, mut buf) = (Instant::now(), 0, vec![0; piece]);
    loop {
        tokio::time::sleep(every).await;
        match stream.read(&mut buf).await {
            Ok(0) | Err(_) => return (all, begun.elapsed()),
            Ok(n) => all += n,
        }
    }
}

#[tokio::test]
async fn a_reader_that_stops_is_dropped() {
    let server = start(writing());
    let mut stream = server.connect().await;
    stream.write_all(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(connections(&server), "1");
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(connections(&server), "0");
}

#[tokio::test]
async fn a_slow_but_steady_reader_gets_the_whole_body() {
    // Longer than a connection may be idle, and than a client may take nothing.
    let ms = Duration::from_millis;
    let server = start(ServerConfig { idle_timeout: ms(200), write_timeout: ms(1000), ..writing() });
    let (all, took) = steadily(&server, ms(10), 512 * 1024).await;
    assert!(all > 64 << 20, "{all} bytes in {took:?}");
    assert!(took > ms(1200), "{took:?}");
}

#[tokio::test]
async fn a_reader_that_only_trickles_is_dropped() {
    let ms = Duration::from_millis;
    let server = start(ServerConfig { write_min_rate: 1 << 30, write_timeout: ms(500), ..writing() });
    let (all, took) = steadily(&server, ms(10), 64 * 1024).await;
    assert!(all < 32 << 20, "{all} bytes in {took:?}");
    // What takes everything at once owes nothing, at whatever rate.
    let (all, took) = steadily(&server, ms(0), 4 << 20).await;
    assert!(all > 64 << 20 && took < ms(5000), "{all} bytes in {took:?}");
}

#[tokio::test]
async fn the_head_of_a_pipelined_request_has_its_own_time() {
    let ms = Duration::from_millis;
    let server = start(ServerConfig { header_timeout: ms(400), ..writing() });
    let mut stream = server.connect().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET / HT").await.unwrap();
    let begun = Instant::now();
    let (answer, closed) = until_closed(&mut stream, Duration::from_secs(3)).await;
    assert_eq!((status(&answer), closed), (200, true));
    assert!(begun.elapsed() < ms(2000), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn too_large_is_seen_also_by_clients_that_go_on_sending() {
    let server = start(ServerConfig::default());
    let mib = vec![b'x'; (1 << 20) + 1];
    let mut whole =
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", mib.len()).into_bytes();
    whole.extend_from_slice(&mib);
    let mut chunked =
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", mib.len())
            .into_bytes();
    chunked.extend_from_slice(&mib);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    for sent in [whole, chunked] {
        let mut stream = server.connect().await;
        let (mut from, mut to) = stream.split();
        let sending = async {
            let _ = to.write_all(&sent).await;
        };
        let mut all = Vec::new();
        let reading = async {
            let _ = from.read_to_end(&mut all).await;
        };
        tokio::join!(sending, reading);
        let answer = String::from_utf8_lossy(&all);
        assert_eq!(status(&answer), 413, "{answer}");
        assert!(answer.contains("body.too_large"));
    }
}

#[tokio::test]
async fn connections_are_bounded() {
    let server = start(ServerConfig { max_connections: 2, ..short() });
    let held = [server.connect().await, server.connect().await];
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Waits in the backlog, and is served once the silent ones are gone.
    let begun = Instant::now();
    let (answer, _) = server.raw(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let (answer, waited) = if answer.is_empty() {
        let mut stream = server.connect().await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        (until_closed(&mut stream, Duration::from_secs(2)).await.0, begun.elapsed())
    } else {
        (answer, begun.elapsed())
    };
    assert_eq!(status(&answer), 200);
    assert!(waited >= Duration::from_millis(150), "{waited:?}");
    drop(held);
}

#[tokio::test]
async fn shutdown_answers_what_is_in_flight_and_waits_for_nobody_else() {
    let server = start(ServerConfig { drain_timeout: Duration::from_secs(5), ..ServerConfig::default() });
    let mut half = server.connect().await;
    half.write_all(b"GET / HTT").await.unwrap();
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut busy = Vec::new();
    for _ in 0..20 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        busy.push(stream);
    }
    // A write whose client is gone is still brought to its end.
    let mut gone = server.connect().await;
    gone.write_all(b"POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(gone);
    let (addr, writes) = (server.addr, server.writes.clone());
    let begun = Instant::now();
    let ending = tokio::spawn(server.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(addr).await.is_err(), "the listener is closed");
    for mut stream in busy {
        let (answer, closed) = until_closed(&mut stream, Duration::from_secs(2)).await;
        assert_eq!((status(&answer), closed), (200, true));
    }
    assert_eq!(ending.await.unwrap(), Ended::Drained);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(writes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn readiness_says_no_before_the_listener_closes() {
    let server = start(ServerConfig { drain_grace: Duration::from_millis(500), ..ServerConfig::default() });
    let ask = b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&server.raw(ask).await.0), 200);
    let mut server = server;
    server.stop.take().unwrap().send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (answer, _) = server.raw(ask).await;
    assert_eq!(status(&answer), 503);
    assert!(answer.contains("shutting_down") && answer.contains("retry-after"));
    assert_eq!(status(&server.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.0), 200);
}

#[tokio::test]
async fn what_does_not_end_is_cut_after_the_drain_time() {
    let server = start(ServerConfig { drain_timeout: Duration::from_millis(200), ..ServerConfig::default() });
    let mut stream = server.connect().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.stop().await, Ended::Cut);
}
