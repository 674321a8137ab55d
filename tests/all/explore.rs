//! `redqueen explore` as a program on this machine talks with it.

use super::support::program::{redqueen, table};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// A server that ends with its test.
struct Server {
    child: Child,
    address: String,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that was ended by its test is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"))
            .current_dir(folder.path())
            .args(["explore", "--no-open", "--months", "24", "--out", "saved"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        Self { child, address, folder }
    }

    /// Sends a request and gives the stream that answers.
    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let length = body.len();
        // One that refuses a long body may close before all of it is sent.
        drop(write!(
            stream,
            "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ));
        stream
    }

    /// The status and the text of an answer.
    fn answer(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let mut text = String::new();
        drop(self.send(method, path, headers, body).read_to_string(&mut text));
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, text)
    }

    fn host(&self) -> String {
        format!("Host: {}\r\n", self.address)
    }

    fn post(&self, path: &str, body: &Value) -> (u16, String) {
        self.answer("POST", path, &self.host(), &body.to_string())
    }

    /// What a study of a page tells, event by event, to its end.
    fn study(&self, page: &str, change: &Value, runs: u32) -> Vec<(String, Value)> {
        let body = json!({ "page": page, "change": change, "outcome": "gap_rating_end", "runs": runs });
        let (status, text) = self.post("/api/study", &body);
        assert_eq!(status, 200, "{text}");
        events(&text)
    }
}

fn events(text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut event = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("event: ") {
            event = name.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            found.push((event.clone(), serde_json::from_str(data).unwrap()));
        }
    }
    found
}

const FASTER: &str = "mechanisms.research.growth=1.2";

#[test]
fn only_this_machine_and_its_own_page_are_answered() {
    let server = Server::start(&[]);
    let (status, text) = server.answer("GET", "/", &server.host(), "");
    assert_eq!(status, 200);
    assert!(text.contains("content-security-policy: default-src 'self'"), "{text}");
    let evil = "Host: evil.example\r\n".to_owned();
    let foreign = server.host() + "Origin: http://evil.example\r\n";
    let own = server.host() + &format!("Origin: http://{}\r\n", server.address);
    for (headers, expected) in [(evil, 403), (String::new(), 403), (foreign, 403), (own, 200)] {
        let (status, text) = server.answer("GET", "/api/start", &headers, "");
        // Without a host a request is none of this protocol.
        assert!(status == expected || headers.is_empty() && status == 400, "{headers}: {text}");
    }
}

#[test]
fn what_is_too_much_or_wrong_is_refused_where_it_is_wrong() {
    let server = Server::start(&[]);
    let long = json!({ "page": "p", "outcome": "", "change": { "set": ["a".repeat(70_000)] } });
    assert_eq!(server.post("/api/study", &long).0, 413);
    let study = |change: Value, runs: u32| {
        server.post("/api/study", &json!({ "page": "p", "outcome": "", "runs": runs, "change": change }))
    };
    let (status, text) = study(json!({ "set": ["mechanisms.research.growth=-1", "mechanisms.diffusion.xi_opn=1"] }), 2);
    assert_eq!(status, 422);
    let wrong: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap().trim()).unwrap();
    let keys: Vec<_> = wrong["errors"].as_array().unwrap().iter().map(|error| error["key"].clone()).collect();
    assert_eq!(keys, ["mechanisms.research.growth", "mechanisms.diffusion.xi_opn"]);
    assert!(text.contains("did you mean `xi_open`?"), "{text}");
    assert_eq!(study(json!({}), 501).0, 422);
    for scenario in ["../baseline.toml", "/etc/passwd", "export-controls"] {
        let (status, text) = study(json!({ "scenario": scenario }), 2);
        assert_eq!((status, text.contains("there is no built-in scenario")), (422, true), "{text}");
    }
}

#[test]
fn a_study_tells_the_difference_first_and_the_same_whenever_it_is_asked() {
    let server = Server::start(&["--threads", "2"]);
    let told = server.study("p", &json!({ "set": [FASTER] }), 8);
    let names: Vec<_> =
        told.iter().map(|(event, data)| (event.as_str(), data["name"].as_str().unwrap_or(""))).collect();
    assert_eq!(names[..2], [("start", "baseline"), ("picture", "difference")]);
    assert_eq!(told.last().unwrap().1, json!({ "runs": 8, "last": true }));
    let drawn = told.iter().filter(|(event, data)| event == "picture" && data["runs"] == 8);
    let whole: Vec<_> = drawn.map(|(_, data)| data.clone()).collect();
    for which in ["difference", "others", "over", "changed", "baseline"] {
        assert!(whole.iter().any(|picture| picture["which"] == which), "{which}");
    }
    // With one thread, in another program, by another way: the same luck gives the same pictures.
    let other = Server::start(&["--threads", "1"]);
    let again = other.study("q", &json!({ "set": [FASTER] }), 8);
    let again = again.into_iter().filter(|(event, data)| event == "picture" && data["runs"] == 8);
    assert_eq!(again.map(|(_, data)| data).collect::<Vec<_>>(), whole);
}

#[test]
fn a_newer_change_of_a_page_ends_the_older_and_spares_those_of_others() {
    let server = Server::start(&["--threads", "1"]);
    let body = |page: &str, growth: &str, runs: u32| {
        json!({ "page": page, "outcome": "gap_rating_end", "runs": runs, "change": { "set": [growth] } }).to_string()
    };
    let host = server.host();
    let mut older = server.send("POST", "/api/study", &host, &body("p", "mechanisms.research.growth=1.1", 500));
    let mut other = server.send("POST", "/api/study", &host, &body("q", "mechanisms.research.growth=1.3", 24));
    let mut first = [0; 64];
    let read = older.read(&mut first).unwrap();
    assert!(read > 0);
    let newer = server.study("p", &json!({ "set": [FASTER] }), 2);
    assert_eq!(newer.last().unwrap().1["last"], true);
    let mut texts = [String::new(), String::new()];
    older.read_to_string(&mut texts[0]).unwrap();
    other.read_to_string(&mut texts[1]).unwrap();
    assert!(!texts[0].contains("\"last\":true"), "the older one went on to its end");
    let told = events(&texts[1]);
    assert_eq!(told.last().unwrap(), &("stage".to_owned(), json!({ "runs": 24, "last": true })), "{}", texts[1]);
    let pictures = told.iter().filter(|(event, data)| event == "picture" && data["runs"] == 24);
    assert!(pictures.count() >= 12, "all pictures of the other page came");
}

#[test]
fn many_pages_are_served_at_once_and_more_are_refused() {
    let server = Server::start(&[]);
    let body = |page: usize| json!({ "page": format!("p{page}"), "outcome": "gap_rating_end", "change": { "set": [format!("mechanisms.research.growth={}", 1.0 + page as f64 / 100.0)] } });
    let streams: Vec<_> =
        (0..64).map(|page| server.send("POST", "/api/study", &server.host(), &body(page).to_string())).collect();
    for stream in &streams {
        let mut first = [0; 12];
        let mut stream = stream;
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    let (status, text) = server.post("/api/study", &body(64));
    assert_eq!((status, text.contains("too many pages are open")), (503, true), "{text}");
    assert_eq!(server.answer("GET", "/api/start", &server.host(), "").0, 200);
    // That was answered while worlds ran: all of them are under way still.
    assert_eq!(server.post("/api/study", &body(64)).0, 503);
    drop(streams);
}

#[test]
fn each_of_64_pages_gets_the_pictures_of_its_own_change() {
    let server = Server::start(&[]);
    let body = |page: usize| {
        let growth = format!("mechanisms.research.growth={}", 1.0 + page as f64 / 100.0);
        json!({ "page": format!("p{page}"), "outcome": "gap_rating_end", "runs": 2, "change": { "set": [growth] } })
    };
    let streams: Vec<_> =
        (0..64).map(|page| server.send("POST", "/api/study", &server.host(), &body(page).to_string())).collect();
    let mut differences = std::collections::BTreeSet::new();
    for mut stream in streams {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let told = events(&text);
        assert_eq!(told.last().unwrap().1, json!({ "runs": 2, "last": true }));
        let pictures: Vec<_> = told.iter().filter(|(event, _)| event == "picture").map(|(_, data)| data).collect();
        assert!(pictures.len() >= 12, "{}", pictures.len());
        assert_eq!(pictures[0]["which"], "difference");
        differences.insert(pictures[0]["svg"].to_string());
    }
    assert_eq!(differences.len(), 64, "no two changes have the same picture");
}

#[test]
fn a_scenario_of_other_months_is_paired_with_the_baseline_over_these_and_that_is_told() {
    let server = Server::start(&[]);
    let change = json!({ "scenario": "no-controls", "set": ["time.months=30", "mechanisms.diffusion.xi_open=11"] });
    let told = server.study("p", &change, 2);
    let start = &told[0].1;
    assert_eq!((&start["compared"], &start["against"]), (&json!(true), &json!("baseline")));
    assert_eq!(start["moved"], json!(["2023-01", "2025-06"]));
    assert_eq!(told[1].1["which"], "difference");
    // What of a change may be a mistake is told with it.
    let warnings = start["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["key"] == "mechanisms.diffusion.xi_open"), "{warnings:?}");
    let same = server.study("p", &json!({ "scenario": "no-controls" }), 2);
    assert_eq!(same[0].1["moved"], Value::Null);
}

#[test]
fn any_outcome_can_be_looked_at_and_one_that_there_is_not_is_refused() {
    let server = Server::start(&[]);
    let study = |outcome: &str| {
        server.post("/api/study", &json!({ "page": "p", "outcome": outcome, "runs": 2, "change": { "set": [FASTER] } }))
    };
    let (status, text) = study("gap_rating_12");
    assert_eq!(status, 200);
    let told = events(&text);
    let outcomes = &told.iter().find(|(event, _)| event == "outcomes").unwrap().1["outcomes"];
    assert!(outcomes.as_array().unwrap().iter().any(|line| line["name"] == "gap_rating_12"), "{outcomes}");
    let (status, text) = study("gap_rating_1000");
    assert_eq!((status, text.contains("there is no outcome `gap_rating_1000`")), (422, true), "{text}");
}

/// The JSON of an answer.
fn json_of(text: &str) -> Value {
    serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap().trim()).unwrap()
}

#[test]
fn forecasts_are_shown_as_of_the_months_at_which_they_were_made() {
    let server = Server::start(&[]);
    let start = json_of(&server.answer("GET", "/api/start", &server.host(), "").1);
    assert_eq!(start["origins"].as_array().unwrap().len(), 4);
    let ask = |origin: &str, of: &str| {
        let path = format!("/api/forecast?origin={origin}&indicator={of}&narrow=false");
        server.answer("GET", &path, &server.host(), "")
    };
    for forecast in start["forecast"].as_array().unwrap() {
        let pictures: Vec<_> = start["origins"]
            .as_array()
            .unwrap()
            .iter()
            .map(|origin| {
                let (status, text) = ask(origin.as_str().unwrap(), forecast["name"].as_str().unwrap());
                assert_eq!(status, 200, "{text}");
                json_of(&text)
            })
            .collect();
        // Titles differ in any case.
        let lines = |picture: &Value| picture["numbers"][0]["lines"].clone();
        assert!(pictures.windows(2).all(|pair| lines(&pair[0]) != lines(&pair[1])), "{forecast}");
        assert_eq!(pictures[0]["numbers"][0]["lines"].as_array().unwrap().len(), 3);
    }
    for (origin, of) in [("2024-05", "gap_rating"), ("2024-06", "compute"), ("x", "gap_rating")] {
        assert_eq!(ask(origin, of).0, 422, "{origin} {of}");
    }
}

/// The mean of an outcome over the finished runs of a folder.
fn mean(folder: &Path, outcome: &str) -> f64 {
    let (_, rows) = table(&folder.join("runs.csv"));
    let values: Vec<f64> = rows.iter().filter_map(|row| row[outcome].parse().ok()).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_saved_scenario_says_what_differs_and_gives_the_same_numbers() {
    let server = Server::start(&[]);
    let change = json!({
        "scenario": "taiwan-blockade",
        "set": [FASTER, "states.China.talent=1.5", "shocks.'Taiwan blockade'.from=2024-02", "mechanisms.price.enabled=false"],
    });
    let save = |name: &str| {
        let (status, text) = server.post("/api/file", &json!({ "change": change, "name": name, "write": true }));
        (status, text.split("\r\n\r\n").nth(1).unwrap_or_default().trim().to_owned())
    };
    for name in ["", "../out", "a/b", "1", "name.toml"] {
        assert_eq!(save(name).0, 422, "{name}");
    }
    let (status, text) = save("mine");
    assert_eq!(status, 200, "{text}");
    let saved: Value = serde_json::from_str(&text).unwrap();
    let file = server.folder.path().join("saved/mine.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved["text"], written);
    assert!(written.starts_with("extends = \"taiwan-blockade\"\nname = \"mine\"\n"), "{written}");
    assert!(written.contains("\n[[shocks]]\nname = \"Taiwan blockade\"\nfrom = \"2024-02\"\n"), "{written}");
    assert!(written.lines().count() < 20, "{written}");
    assert_eq!(save("mine").0, 422, "what is there is not overwritten");
    let command = saved["command"].as_str().unwrap();
    assert!(command.starts_with("redqueen batch taiwan-blockade --set "), "{command}");

    let told = server.study("p", &change, 5);
    let outcomes = &told.iter().rfind(|(event, _)| event == "outcomes").unwrap().1["outcomes"];
    let shown = |name: &str| {
        let lines = outcomes.as_array().unwrap();
        lines.iter().find(|line| line["name"] == name).unwrap()["changed"].as_f64().unwrap()
    };
    let folder = server.folder.path();
    redqueen(folder, &["batch", "saved/mine.toml", "--runs", "5", "--record", "none", "--quiet", "--out", "out"])
        .assert()
        .success();
    for outcome in ["gap_rating_end", "frontier_gain_per_year", "power_leader_end", "open_share_end"] {
        let (own, shown) = (mean(&folder.join("out"), outcome), shown(outcome));
        assert!((own - shown).abs() <= 1e-9 * own.abs().max(1.0), "{outcome}: {own} and {shown}");
    }
}

#[test]
fn a_world_is_told_up_to_a_month() {
    let server = Server::start(&[]);
    let world = |months: u32| {
        let body = json!({ "change": { "set": [FASTER] }, "worlds": [3, 4], "months": months });
        let (status, text) = server.post("/api/world", &body);
        assert_eq!(status, 200, "{text}");
        serde_json::from_str::<Value>(text.split("\r\n\r\n").nth(1).unwrap().trim()).unwrap()
    };
    let (early, late) = (world(6), world(24));
    let count = |told: &Value, at: usize| told[at]["events"].as_array().unwrap().len();
    assert_eq!(
        (&early[0]["which"], &early[1]["which"], &early[1]["world"]),
        (&json!("baseline"), &json!("changed"), &json!(4))
    );
    assert!(count(&early, 0) < count(&late, 0));
    assert!(early[0]["events"].as_array().unwrap().iter().all(|event| event["date"].as_str().unwrap() <= "2023-06"));
    assert_ne!(early[1]["pictures"], late[1]["pictures"]);
    // The months across are those of the whole world, so that the pictures stand still while it is told.
    let pictures = early[1]["pictures"].as_array().unwrap();
    assert!(pictures.iter().any(|picture| picture["svg"].as_str().unwrap().contains(">2024</text>")));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_well_while_worlds_run() {
    let mut server = Server::start(&[]);
    let body = json!({ "page": "p", "outcome": "", "change": {} }).to_string();
    let _stream = server.send("POST", "/api/study", &server.host(), &body);
    let sent = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_wrong_config_or_a_port_that_is_taken_is_told_before_anything_is_served() {
    let folder = TempDir::new().unwrap();
    let refused = |arguments: &[&str], why: &'static str| {
        let arguments = [&["explore", "--no-open"], arguments].concat();
        redqueen(folder.path(), &arguments).assert().code(2).stderr(predicates::str::contains(why));
    };
    refused(&["--set", "mechanisms.research.growth=-1"], "mechanisms.research.growth");
    refused(&["export-controls"], "is an experiment file");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&["--port", &port], "choose another with --port");
}
