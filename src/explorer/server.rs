//! The server: hands out the page, takes changes, passes on what comes out.

use super::{
    case::{MOST_WORLDS, most_worlds},
    change::{Change, Shelf, Wrong},
    door::{Door, whole},
    engine::Engine,
    file,
    guard::guard,
    listing,
    replay::{Asked, Replays},
    study::{Message, Shown},
};
use crate::{
    batch::Config,
    model::Model,
    report::{live::Paper, rolling::Rolling},
};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{StatusCode, header},
    middleware,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::{get, post},
};
use futures_core::Stream;
use serde::Deserialize;
use serde_json::json;
use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::{Notify, Semaphore, mpsc};

/// Pages that can have a study under way at a time.
const CLIENTS: usize = 64;
/// The longest name of a page.
const LONGEST: usize = 64;
/// Tasks beside the studies that are done at a time: checks and replays.
const TASKS: usize = 4;
/// How long answers that are under way may take to end.
const PATIENCE: Duration = Duration::from_millis(700);

/// What is part of the program: path, type and text.
const FILES: [(&str, &str, &str); 13] = [
    ("/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/report.css", "text/css; charset=utf-8", crate::report::live::STYLE),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/report.js", SCRIPT, crate::report::live::SCRIPT),
    ("/main.js", SCRIPT, include_str!("page/main.js")),
    ("/state.js", SCRIPT, include_str!("page/state.js")),
    ("/talk.js", SCRIPT, include_str!("page/talk.js")),
    ("/controls.js", SCRIPT, include_str!("page/controls.js")),
    ("/bars.js", SCRIPT, include_str!("page/bars.js")),
    ("/results.js", SCRIPT, include_str!("page/results.js")),
    ("/forecast.js", SCRIPT, include_str!("page/forecast.js")),
    ("/world.js", SCRIPT, include_str!("page/world.js")),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; any that is free without one.
    pub port: u16,
    /// Where scenarios are saved, if they are to be.
    pub folder: Option<PathBuf>,
    /// Threads that live through worlds.
    pub threads: usize,
}

/// Why the page cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum CannotOpen {
    /// The config is wrong.
    #[error("{0}")]
    Config(#[from] crate::scenario::Diagnostics),
    /// The port cannot be had.
    #[error("cannot listen on port {port} of this machine: {source}; choose another with --port, or leave it out")]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The system refuses what a server needs.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// Ends the server from anywhere.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Notify>);

impl Stop {
    /// Ends it.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

/// A server that listens.
pub struct Opened {
    /// Where.
    pub address: SocketAddr,
    listener: TcpListener,
    service: Arc<Service>,
}

struct Service {
    shelf: Shelf,
    engine: Engine,
    replays: Replays,
    forecasts: Rolling,
    folder: Option<PathBuf>,
    tasks: Arc<Semaphore>,
}

/// Listens on this machine alone, after the config is found to be right.
///
/// # Errors
/// The config is wrong, or the port cannot be had.
pub fn open(model: &Model, config: &Config, options: Options) -> Result<Opened, CannotOpen> {
    model.load_with(&config.source(), &config.overrides())?;
    let refused = |source| CannotOpen::Port { port: options.port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(refused)?;
    listener.set_nonblocking(true)?;
    let service = Arc::new(Service {
        shelf: Shelf::new(model, config),
        engine: Engine::new(model, options.threads)?,
        replays: Replays::default(),
        forecasts: Rolling::builtin()?,
        folder: options.folder,
        tasks: Arc::new(Semaphore::new(TASKS)),
    });
    Ok(Opened { address: listener.local_addr()?, listener, service })
}

impl Opened {
    /// Serves until it is stopped.
    ///
    /// # Errors
    /// The system refuses what a server needs.
    pub fn serve(self, stop: &Stop) -> Result<(), CannotOpen> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let Self { address, listener, service } = self;
        let ended: io::Result<()> = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let door = Door::open(listener, router(Arc::clone(&service), address.port()));
            stop.0.notified().await;
            service.engine.close();
            // Whoever still reads by then is cut off.
            drop(tokio::time::timeout(PATIENCE, door.close()).await);
            Ok(())
        });
        runtime.shutdown_background();
        Ok(ended?)
    }
}

fn router(service: Arc<Service>, port: u16) -> Router {
    let mut router = Router::new();
    for (path, kind, text) in FILES {
        router = router.route(path, get(move || async move { ([(header::CONTENT_TYPE, kind)], text) }));
    }
    router
        .route("/api/start", get(start))
        .route("/api/scenario", get(scenario))
        .route("/api/study", post(study))
        .route("/api/world", post(world))
        .route("/api/forecast", get(forecast))
        .route("/api/file", post(save))
        .layer(middleware::from_fn(whole))
        .layer(middleware::from_fn_with_state(port, guard))
        .with_state(service)
}

/// An answer that says what is wrong.
struct Refused(StatusCode, Vec<Wrong>);

impl Refused {
    fn busy() -> Self {
        Self(StatusCode::SERVICE_UNAVAILABLE, vec![Wrong::general("too many pages are open; close one")])
    }
}

impl From<Vec<Wrong>> for Refused {
    fn from(wrong: Vec<Wrong>) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, wrong)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "errors": self.1 }))).into_response()
    }
}

/// Does what takes a while on a thread of its own, so that others are answered meanwhile.
async fn apart<T: Send + 'static>(
    service: &Arc<Service>,
    task: impl FnOnce(&Service) -> Result<T, Vec<Wrong>> + Send + 'static,
) -> Result<T, Refused> {
    let turn = Arc::clone(&service.tasks).acquire_owned().await.map_err(|_| Refused::busy())?;
    let service = Arc::clone(service);
    let done = tokio::task::spawn_blocking(move || {
        // Its turn lasts as long as the work, whether its page still waits or not.
        let _turn = turn;
        task(&service)
    });
    let done = done.await;
    let failed = |_| Refused(StatusCode::INTERNAL_SERVER_ERROR, vec![Wrong::general("the server failed at this")]);
    Ok(done.map_err(failed)??)
}

async fn start(State(service): State<Arc<Service>>) -> Result<Response, Refused> {
    let started = apart(&service, |service| {
        let measured = service.shelf.model().measured();
        listing::start(&service.shelf, &measured, &service.forecasts, service.folder.is_some())
    });
    Ok(Json(started.await?).into_response())
}

#[derive(Deserialize)]
struct Picked {
    name: Option<String>,
}

async fn scenario(
    State(service): State<Arc<Service>>,
    Query(Picked { name }): Query<Picked>,
) -> Result<Response, Refused> {
    let found = apart(&service, move |service| listing::scenario(&service.shelf, name.as_deref())).await?;
    Ok(Json(found).into_response())
}

/// What a page wants to see.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A name that the page gave itself.
    page: String,
    change: Change,
    outcome: String,
    #[serde(default)]
    narrow: bool,
    #[serde(default)]
    runs: Option<u32>,
}

async fn study(State(service): State<Arc<Service>>, Json(wanted): Json<Wanted>) -> Result<Response, Refused> {
    let Wanted { page, change, outcome, narrow, runs } = wanted;
    let runs = runs.unwrap_or(MOST_WORLDS);
    if page.is_empty() || page.len() > LONGEST {
        return Err(vec![Wrong::general(format!("a page has a name of 1 to {LONGEST} letters"))].into());
    }
    if !(1..=MOST_WORLDS).contains(&runs) {
        return Err(vec![Wrong::general(format!("from 1 to {MOST_WORLDS} worlds can be asked for"))].into());
    }
    if !outcome.is_empty() && service.shelf.model().measured().outcomes().all(|column| column.name != outcome) {
        return Err(vec![Wrong::general(format!("there is no outcome `{outcome}`"))].into());
    }
    let pair = apart(&service, move |service| service.shelf.pair(&change)).await?;
    let runs = runs.min(most_worlds(&pair.changed.watch));
    let shown = Shown { outcome, narrow, runs };
    let messages = service.engine.begin(&page, (pair, shown), CLIENTS).ok_or_else(Refused::busy)?;
    Ok(Sse::new(Messages(messages)).into_response())
}

/// The messages of a study; who drops them ends it.
struct Messages(mpsc::Receiver<Message>);

impl Stream for Messages {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = |Message { event, data }: Message| Ok(Event::default().event(event).data(data));
        self.0.poll_recv(context).map(|message| message.map(event))
    }
}

async fn world(State(service): State<Arc<Service>>, Json(asked): Json<Asked>) -> Result<Response, Refused> {
    let waiting = Waiting::default();
    let left = Arc::clone(&waiting.0);
    let told = apart(&service, move |service| service.replays.tell(&service.shelf, &asked, &left)).await?;
    Ok(Json(told).into_response())
}

/// Somebody who waits for an answer; says so when they left.
#[derive(Default)]
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A forecast that is to be shown.
#[derive(Deserialize)]
struct Forecasted {
    /// The month at which it was made.
    origin: String,
    indicator: String,
    narrow: bool,
}

async fn forecast(State(service): State<Arc<Service>>, Query(asked): Query<Forecasted>) -> Result<Response, Refused> {
    let drawn = apart(&service, move |service| {
        let Forecasted { origin, indicator, narrow } = asked;
        let drawn = origin.parse().ok();
        let drawn = drawn.and_then(|origin| service.forecasts.draw(origin, &indicator, Paper::of(narrow)));
        let none = || vec![Wrong::general(format!("no forecast of `{indicator}` was made at {origin:?}"))];
        drawn.ok_or_else(none)
    });
    Ok(Json(drawn.await?).into_response())
}

/// A change that is to be saved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saving {
    change: Change,
    name: String,
    /// Whether to write it into the folder.
    #[serde(default)]
    write: bool,
    #[serde(default)]
    runs: Option<u32>,
}

async fn save(State(service): State<Arc<Service>>, Json(saving): Json<Saving>) -> Result<Response, Refused> {
    let saved = apart(&service, move |service| {
        let Saving { change, name, write, runs } = saving;
        let runs = runs.unwrap_or(MOST_WORLDS);
        let saved = file::save(&service.shelf, &change, &name, runs)?;
        let written = match (&service.folder, write) {
            (Some(folder), true) => Some(file::write(folder, &name, &saved.text).map_err(|wrong| vec![wrong])?),
            _ => None,
        };
        let path = written.map(|path| path.display().to_string());
        Ok(json!({ "text": saved.text, "command": saved.command, "written": path }))
    });
    Ok(Json(saved.await?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{Future as _, poll_fn};

    #[test]
    fn a_replay_is_broken_off_when_its_page_leaves() {
        let model = Model::standard();
        let service = Arc::new(Service {
            shelf: Shelf::new(&model, &Config { months: Some(600), ..Config::default() }),
            engine: Engine::new(&model, 1).unwrap(),
            replays: Replays::default(),
            forecasts: Rolling::builtin().unwrap(),
            folder: None,
            tasks: Arc::new(Semaphore::new(TASKS)),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let asked = Asked { change: Change::default(), worlds: [0, 1], months: None, narrow: false };
            let mut asking = Box::pin(world(State(Arc::clone(&service)), Json(asked)));
            let begun = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context).is_pending())).await;
            assert!(begun);
            assert_eq!(service.tasks.available_permits(), TASKS - 1, "it has begun");
            drop(asking);
            // Its turn is over when the work is.
            drop(service.tasks.acquire_many(TASKS as u32).await.unwrap());
        });
        assert_eq!(service.replays.kept(), 0);
    }
}
