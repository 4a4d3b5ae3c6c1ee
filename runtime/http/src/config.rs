//! What the server may be told, with its defaults. A plain struct: the application fills it from its configuration.

use std::net::SocketAddr;
use std::time::Duration;

/// Addresses, limits and timeouts of the server.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// where to listen; default `127.0.0.1:8080`
    pub addr: SocketAddr,
    /// until the first byte after the connection was accepted; 10 s
    pub first_byte_timeout: Duration,
    /// from the first byte of a request to the end of its header; 10 s
    pub header_timeout: Duration,
    /// from the header to the end of the body, and to the first byte of the answer; 30 s
    pub request_timeout: Duration,
    /// bytes per second that a body must bring, from `body_grace` on; 500
    pub body_min_rate: u32,
    /// how long a body may be slower than that; 5 s
    pub body_grace: Duration,
    /// a connection without a request; 60 s
    pub idle_timeout: Duration,
    /// no byte of the answer was taken by the client; 30 s
    pub write_timeout: Duration,
    /// bytes per second that a client must take of an answer, once it has been slow for `write_timeout`; 1024
    pub write_min_rate: u32,
    /// connections at once; 10,000, more wait in the backlog of the system
    pub max_connections: usize,
    /// requests at once; 512, more are answered 503 with `Retry-After`
    pub max_in_flight: usize,
    /// lines of a header; 64
    pub max_header_lines: usize,
    /// bytes of a header, request line included; 16 KiB
    pub max_header_bytes: usize,
    /// bytes of a request target; 8 KiB
    pub max_uri_bytes: usize,
    /// bytes of a body, where the route says nothing else; 1 MiB
    pub max_body_bytes: u64,
    /// bytes of an answer that is put together from records; 16 MiB, more is 422 `query.too_complex`
    pub max_answer_bytes: usize,
    /// how long requests in flight may take to end after a shutdown has begun; 15 s
    pub drain_timeout: Duration,
    /// how long readiness says 503 before the listener closes; 0 s
    pub drain_grace: Duration,
    /// the hosts that are served, without ports; empty: any valid one
    pub hosts: Vec<String>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            first_byte_timeout: secs(10),
            header_timeout: secs(10),
            request_timeout: secs(30),
            body_min_rate: 500,
            body_grace: secs(5),
            idle_timeout: secs(60),
            write_timeout: secs(30),
            write_min_rate: 1024,
            max_connections: 10_000,
            max_in_flight: 512,
            max_header_lines: 64,
            max_header_bytes: 16 * 1024,
            max_uri_bytes: 8 * 1024,
            max_body_bytes: 1024 * 1024,
            max_answer_bytes: 16 * 1024 * 1024,
            drain_timeout: secs(15),
            drain_grace: secs(0),
            hosts: Vec::new(),
        }
    }
}
