//! The load generator: kept-alive HTTP/1.1 connections on a few threads, one request in flight on each, no runtime.
//! It takes a fraction of what the servers take, which matters when both share two cores.

use crate::hand::Fail;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    /// answers of the expected status
    pub(crate) good: u64,
    /// all others
    pub(crate) bad: u64,
    /// how long it took
    pub(crate) seconds: f64,
    micros: Vec<u32>,
}

impl Report {
    /// Good answers per second.
    pub(crate) fn rate(&self) -> f64 {
        self.good as f64 / self.seconds
    }

    /// A percentile of the latencies, in milliseconds.
    pub(crate) fn percentile(&mut self, percent: f64) -> f64 {
        self.micros.sort_unstable();
        let at = (self.micros.len() as f64 * percent / 100.0) as usize;
        self.micros.get(at.min(self.micros.len().saturating_sub(1))).map_or(0.0, |m| f64::from(*m) / 1000.0)
    }
}

/// What to send: whole requests, chosen at random, and the status that is right.
#[derive(Clone)]
pub(crate) struct Work {
    /// the requests, as bytes
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
    /// the first line of a good answer begins with this
    pub(crate) expect: &'static [u8],
}

/// A GET as bytes.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n").into_bytes()
}

/// A POST of JSON as bytes.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Keeps `clients` requests in flight until the span is over, or the number of requests is reached.
pub(crate) fn run(port: u16, clients: usize, span: Duration, most: u64, work: &Work) -> Result<Report, Fail> {
    let threads = clients.min(2);
    let start = Instant::now();
    let handles: Vec<_> = (0..threads)
        .map(|n| {
            let work = work.clone();
            let share = clients / threads + usize::from(n < clients % threads);
            std::thread::spawn(move || {
                drive(port, share, start + span, most / threads as u64, &work, n as u64 + 1)
            })
        })
        .collect();
    let mut all = Report::default();
    for handle in handles {
        let mut part = handle.join().map_err(|_| "a load thread died")??;
        all.good += part.good;
        all.bad += part.bad;
        all.micros.append(&mut part.micros);
    }
    all.seconds = start.elapsed().as_secs_f64();
    Ok(all)
}

struct Connection {
    stream: TcpStream,
    sent: Instant,
    buffer: Vec<u8>,
    filled: usize,
}

fn drive(port: u16, clients: usize, end: Instant, most: u64, work: &Work, seed: u64) -> Result<Report, Fail> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::new();
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    for n in 0..clients {
        // Opened by the blocking call, so that a server that refuses is an error here and not a silence later.
        let plain = std::net::TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        plain.set_nodelay(true)?;
        plain.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(plain);
        poll.registry().register(&mut stream, Token(n), Interest::READABLE)?;
        let request = &work.requests[next() % work.requests.len()];
        stream.write_all(request)?;
        connections.push(Connection { stream, sent: Instant::now(), buffer: vec![0; 64 * 1024], filled: 0 });
    }
    let mut report = Report::default();
    let mut events = Events::with_capacity(clients.max(1));
    let (mut open, last) = (clients, end + Duration::from_secs(2));
    while open > 0 && Instant::now() < last {
        // What is under way at the end is waited for and not counted: a server whose clients all hang up in the middle of
        // a request is another measurement (the pool of mysql_async does not always recover from it).
        let over = Instant::now() >= end || report.good + report.bad >= most;
        poll.poll(&mut events, Some(Duration::from_millis(100)))?;
        for event in &events {
            let Some(c) = connections.get_mut(event.token().0) else { continue };
            loop {
                if c.filled == c.buffer.len() {
                    c.buffer.resize(c.filled * 2, 0);
                }
                match c.stream.read(&mut c.buffer[c.filled..]) {
                    Ok(0) => return Err("the server closed a connection".into()),
                    Ok(read) => c.filled += read,
                    Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                    Err(e) => return Err(e.into()),
                }
                let Some(length) = answer_length(&c.buffer[..c.filled]) else { continue };
                if c.filled < length {
                    continue;
                }
                if over {
                    open -= 1;
                    break;
                }
                let good = c.buffer.get(9..).is_some_and(|status| status.starts_with(work.expect));
                if good {
                    report.good += 1
                } else {
                    report.bad += 1
                }
                report.micros.push(u32::try_from(c.sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                c.filled = 0;
                c.sent = Instant::now();
                c.stream.write_all(&work.requests[next() % work.requests.len()])?;
                // One request is in flight at most, so there is nothing more to read now.
                break;
            }
        }
    }
    Ok(report)
}

/// The length of the whole answer, once its head is there.
fn answer_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + length.unwrap_or(0))
}

/// One request on a connection of its own: the status and the body.
pub(crate) fn once(port: u16, request: &[u8]) -> Result<(u16, Vec<u8>), Fail> {
    let mut stream = std::net::TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(request)?;
    let mut buffer = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut chunk)?;
        buffer.extend_from_slice(&chunk[..read]);
        if let Some(length) = answer_length(&buffer)
            && (buffer.len() >= length || read == 0)
        {
            let head = buffer.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(0) + 4;
            let status = std::str::from_utf8(buffer.get(9..12).unwrap_or(b"0"))?.parse()?;
            return Ok((status, buffer.split_off(head)));
        }
        if read == 0 {
            return Err("the connection ended before the answer".into());
        }
    }
}
