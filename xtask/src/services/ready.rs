//! Whether a server answers: the first words of each protocol, spoken by hand.

use super::Service;
use super::server::Server;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Waits until the server answers; `false` when it ends first or does not within the span.
pub(crate) fn wait(server: &mut Server, port: u16, span: Duration) -> bool {
    let end = Instant::now() + span;
    while Instant::now() < end {
        if server.child.try_wait().is_ok_and(|s| s.is_some()) {
            return false;
        }
        if answers(server.service, port).unwrap_or(false) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

fn answers(service: Service, port: u16) -> std::io::Result<bool> {
    let mut stream =
        TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    match service {
        Service::Postgres => {
            // Start-up, protocol 3.0: a server that still recovers answers `E`, one that is there `R`.
            let body = b"\0\x03\0\0user\0fw\0database\0postgres\0\0";
            let length = u32::try_from(body.len() + 4).unwrap_or(0).to_be_bytes();
            stream.write_all(&length)?;
            stream.write_all(body)?;
            let mut first = [0];
            stream.read_exact(&mut first)?;
            Ok(first == *b"R")
        }
        Service::Mysql => {
            // The server speaks first: a packet header, then protocol version 10.
            let mut head = [0; 5];
            stream.read_exact(&mut head)?;
            Ok(head[4] == 10)
        }
        Service::Redis => {
            stream.write_all(b"PING\r\n")?;
            let mut head = [0; 5];
            stream.read_exact(&mut head)?;
            Ok(head == *b"+PONG")
        }
    }
}
