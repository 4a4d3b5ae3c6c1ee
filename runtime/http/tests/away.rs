//! The database goes away and comes back: what the probes say, and what requests are answered.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "support/app.rs"]
mod app;
#[path = "../../data/tests/support/door.rs"]
mod door;
mod support;

use door::door;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::{get, with_json};

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_the_database() {
    for (name, url) in app::servers().await {
        let (user, rest) = url.split_once('@').unwrap();
        let (address, database) = rest.split_once('/').unwrap();
        let (port, open) = door(address.to_owned()).await;
        let options = if name == "mysql" { "?prefer_socket=false" } else { "" };
        let s = app::on(name, format!("{user}@127.0.0.1:{port}/{database}{options}")).await;
        let e = s.running.edge();
        let made = with_json(e, "POST", "/api/v1/authors", r#"{"name":"Ada"}"#).await;
        assert_eq!(made.status, 201, "{name}: {}", made.body);
        for uri in ["/healthz", "/readyz", "/health"] {
            assert_eq!(get(e, uri).await.status, 200, "{name} {uri}");
        }
        open.store(false, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(50)).await;
        for uri in ["/readyz", "/health"] {
            let begun = Instant::now();
            let a = get(e, uri).await;
            assert_eq!(
                (a.status.as_u16(), a.code()),
                (503, "not_ready".to_owned()),
                "{name} {uri}: {}",
                a.body
            );
            assert_eq!(
                (a.header("retry-after"), a.json()["success"].as_bool()),
                ("1", Some(false)),
                "{name} {uri}"
            );
            assert_eq!(
                a.json()["error"]["meta"]["fields"]["database"][0],
                "is down",
                "{name} {uri}: {}",
                a.body
            );
            assert!(begun.elapsed() < Duration::from_secs(3), "{name} {uri}");
        }
        assert_eq!(get(e, "/healthz").await.status, 200, "{name}: the process is well");
        for a in [
            get(e, "/api/v1/authors").await,
            with_json(e, "POST", "/api/v1/authors", r#"{"name":"Bob"}"#).await,
        ] {
            assert_eq!(
                (a.status.as_u16(), a.code()),
                (503, "database.unavailable".to_owned()),
                "{name}: {}",
                a.body
            );
        }
        open.store(true, Ordering::Relaxed);
        let mut tries = 0;
        while get(e, "/readyz").await.status != 200 {
            tries += 1;
            assert!(tries < 50, "{name}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let all = get(e, "/api/v1/authors?count=exact").await;
        assert_eq!(all.json()["meta"]["page"]["total"], 1, "{name}: {}", all.body);
    }
}
