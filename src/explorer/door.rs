//! How many may come in at a time, and how long they may take to say what they want.

use axum::{
    Router,
    body::to_bytes,
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Connections at a time; who comes later waits until one is closed. A page has a few, and those of 64 pages have room.
const CONNECTIONS: usize = 192;
/// How long a connection may be open without a request whose head is whole, and a request may take to send its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait where the system gives no connection.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest request.
const MOST_BYTES: usize = 64 * 1024;

/// Lets connections in.
pub struct Door {
    accepting: JoinHandle<()>,
    open: Arc<GracefulShutdown>,
}

impl Door {
    /// Answers who comes through this listener; to be called inside the runtime.
    pub fn open(listener: TcpListener, app: Router) -> Self {
        let open = Arc::default();
        let accepting = tokio::spawn(accept(listener, app, Arc::clone(&open), PATIENCE));
        Self { accepting, open }
    }

    /// Lets nobody in any more, and waits until all are answered.
    pub async fn close(self) {
        self.accepting.abort();
        // That it was aborted is what it says.
        drop(self.accepting.await);
        if let Some(open) = Arc::into_inner(self.open) {
            open.shutdown().await;
        }
    }
}

async fn accept(listener: TcpListener, app: Router, open: Arc<GracefulShutdown>, patience: Duration) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        // A picture that is ready does not wait for more to send; where that cannot be had it comes a little later.
        drop(stream.set_nodelay(true));
        let talk = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let talk = open.watch(talk);
        tokio::spawn(async move {
            // How it ended is for the other side to know.
            drop(talk.await);
            drop(place);
        });
    }
}

/// Waits for the whole of a request that is not too long, so that nobody who is slow holds up what comes behind.
pub async fn whole(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match timeout(PATIENCE, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, bytes.into())).await,
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "a request has at most 64 KB\n").into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the request did not come to its end\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::{
        io::{ErrorKind, Read as _, Write as _},
        net::{SocketAddr, TcpStream},
        sync::mpsc,
        thread,
    };

    /// What comes back for these bytes, until the other side closes.
    fn answer(address: SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut text = String::new();
        drop(stream.read_to_string(&mut text));
        text
    }

    /// The address of a door that waits so long for a head.
    fn door(patience: Duration) -> SocketAddr {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let app = Router::new().route("/", get(async || "here"));
                accept(listener, app, Arc::default(), patience).await;
            });
        });
        told.recv().unwrap()
    }

    #[test]
    fn who_finds_no_room_waits_until_somebody_leaves() {
        let address = door(Duration::from_secs(600));
        let mut there: Vec<_> = (0..CONNECTIONS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let mut next = TcpStream::connect(address).unwrap();
        next.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
        next.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let waits = next.read(&mut [0]).unwrap_err().kind();
        assert!(matches!(waits, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waits}");
        there.pop();
        next.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut told = String::new();
        next.read_to_string(&mut told).unwrap();
        assert!(told.ends_with("here"), "{told}");
    }

    #[test]
    fn who_says_nothing_or_half_a_head_is_sent_away() {
        let address = door(Duration::from_millis(50));
        // As many as there is room for say nothing: they are closed, and the next comes in.
        let idle: Vec<_> = (0..CONNECTIONS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let told = answer(address, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
        assert!(told.ends_with("here"), "{told}");
        for mut stream in idle {
            assert_eq!(stream.read(&mut [0]).unwrap(), 0, "it was closed");
        }
        assert!(!answer(address, b"GET / HTTP/1.1\r\nHo").contains("200"));
        // One that was answered and asks no more is closed too.
        assert!(answer(address, b"GET / HTTP/1.1\r\n\r\n").ends_with("here"));
    }
}
