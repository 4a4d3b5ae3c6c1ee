//! A way to a database server that can be closed.
#![allow(unreachable_pub, missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

/// A door in front of a database server that can be shut.
pub async fn door(to: String) -> (u16, Arc<AtomicBool>) {
    // Not a port of the ephemeral range: an outgoing connection could hold it while the door is shut.
    let listener = loop {
        let port = 20_000
            + u16::try_from(std::process::id() % 10_000).unwrap()
            + u16::try_from(Instant::now().elapsed().subsec_nanos() % 97).unwrap();
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(l) => break l,
            Err(_) => match TcpListener::bind("127.0.0.1:0").await {
                Ok(l) => break l,
                Err(_) => continue,
            },
        }
    };
    let port = listener.local_addr().unwrap().port();
    let open = Arc::new(AtomicBool::new(true));
    let state = open.clone();
    tokio::spawn(async move {
        loop {
            let Ok((mut client, _)) = listener.accept().await else { return };
            if !state.load(Ordering::Relaxed) {
                continue; // dropped: the client sees a reset
            }
            let (to, state) = (to.clone(), state.clone());
            tokio::spawn(async move {
                let Ok(mut server) = TcpStream::connect(&to).await else { return };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                    () = async { while state.load(Ordering::Relaxed) { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
                }
            });
        }
    });
    (port, open)
}
