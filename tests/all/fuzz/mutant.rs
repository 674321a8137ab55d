//! Mutants: what becomes of good input when a hand, a program or a disk changes a little of it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

/// Stands before what is no JSON but TOML: written without the quotes.
const RAW: &str = "raw:";

/// A source of mutants, the same for the same seed.
pub struct Mutants(ChaCha8Rng);

impl Mutants {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    fn evil(&mut self) -> Value {
        let long = "a".repeat(300);
        let mut deep = json!([]);
        (0..80).for_each(|_| deep = json!([deep]));
        let pool = [
            json!(-1),
            json!(0),
            json!(2.5),
            json!(-0.0),
            json!(1e308),
            json!(1e-320),
            json!(i64::MAX),
            json!(4_294_967_296_i64),
            json!(100_000),
            json!(true),
            json!(""),
            json!(" "),
            json!("NA"),
            json!("1"),
            json!("True"),
            json!("=1+1"),
            json!("../../x"),
            json!("a/b"),
            json!("CON"),
            json!("\u{202e}x"),
            json!("a\u{200b}b"),
            json!("\u{1b}[31m"),
            json!("\u{0}"),
            json!("e\u{301}"),
            json!("US"),
            json!("China"),
            json!("baseline"),
            json!("2023-13"),
            json!("2031-06"),
            json!("9999-12"),
            json!(long),
            json!([]),
            json!({}),
            json!([[]]),
            json!([0.1, 0.9]),
            json!(["US", "US"]),
            deep,
            json!(format!("{RAW}nan")),
            json!(format!("{RAW}-inf")),
            json!(format!("{RAW}1979-05-27")),
            json!(format!("{RAW}0x1F")),
        ];
        pool[self.below(pool.len())].clone()
    }

    /// A tree with one to three changes: something taken out, doubled, renamed, replaced, or put where something else was.
    pub fn tree(&mut self, tree: &Value) -> Value {
        let mut mutant = tree.clone();
        for _ in 0..=self.below(3) {
            let places = count(&mutant);
            let evil = if self.below(3) > 0 {
                self.evil()
            } else {
                let from = self.below(places);
                visit(&mut mutant.clone(), &mut { from }, &mut |value| value.clone()).unwrap_or(Value::Null)
            };
            let (at, how, within) = (self.below(places), self.below(4), self.below(1000));
            visit(&mut mutant, &mut { at }, &mut |value| change(value, how, within, &evil));
        }
        mutant
    }

    /// Bytes with one to three changes: something cut out, doubled, overwritten, cut off, or lines that change places.
    pub fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutant = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let (from, length) = (self.below(mutant.len()), 1 + self.below(20));
            let to = (from + length).min(mutant.len());
            match self.below(7) {
                0 => drop(mutant.drain(from..to)),
                1 => {
                    let doubled = mutant[from..to].to_vec();
                    mutant.splice(to..to, doubled);
                }
                2 => mutant[from..to].iter_mut().for_each(|byte| *byte = self.0.random()),
                3 => mutant.truncate(from),
                4 => drop(mutant.splice(from..from, "\u{feff}\u{202e}\u{0};,\"'\n".bytes())),
                5 => mutant[from..to].iter_mut().filter(|byte| byte.is_ascii_digit()).for_each(|byte| *byte ^= 1),
                _ => {
                    let mut lines: Vec<&[u8]> = mutant.split(|byte| *byte == b'\n').collect();
                    let (a, b) = (self.below(lines.len()), self.below(lines.len()));
                    let doubled = lines[a];
                    if self.below(2) == 0 {
                        lines.swap(a, b)
                    } else {
                        lines.insert(b, doubled)
                    }
                    mutant = lines.join(&b'\n');
                }
            }
        }
        mutant
    }

    /// The same of text, which stays text.
    pub fn text(&mut self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).replace('\0', "0")
    }
}

/// How many values there are in a tree, itself included.
fn count(tree: &Value) -> usize {
    match tree {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(items) => 1 + items.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Does something at the value that is so many values away.
fn visit<T>(tree: &mut Value, away: &mut usize, act: &mut impl FnMut(&mut Value) -> T) -> Option<T> {
    if *away == 0 {
        return Some(act(tree));
    }
    *away -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().find_map(|item| visit(item, away, act)),
        Value::Object(items) => items.values_mut().find_map(|item| visit(item, away, act)),
        _ => None,
    }
}

fn change(value: &mut Value, how: usize, within: usize, evil: &Value) {
    match (how, value) {
        (0, Value::Array(items)) if !items.is_empty() => drop(items.remove(within % items.len())),
        (1, Value::Array(items)) if !items.is_empty() => items.push(items[within % items.len()].clone()),
        (_, Value::Array(items)) => items.push(evil.clone()),
        (how, Value::Object(items)) if !items.is_empty() => change_key(items, how, within, evil),
        (_, value) => *value = evil.clone(),
    }
}

fn change_key(items: &mut Map<String, Value>, how: usize, within: usize, evil: &Value) {
    let key = items.keys().nth(within % items.len()).cloned().unwrap_or_default();
    match how {
        0 => drop(items.remove(&key)),
        1 => {
            let renamed = key.chars().skip(1).collect::<String>();
            let value = items.remove(&key).unwrap_or_default();
            items.insert(renamed, value);
        }
        2 => {
            let added = evil.as_str().map_or_else(|| format!("{key}_"), str::to_owned);
            let value = items[&key].clone();
            items.insert(added, value);
        }
        _ => drop(items.insert(key, evil.clone())),
    }
}

/// A tree as TOML; as JSON, which then is no TOML, where TOML has no words for it.
pub fn toml_text(tree: &Value) -> String {
    let mut text = toml::to_string(tree).unwrap_or_else(|_| tree.to_string());
    while let Some(at) = text.find(&format!("\"{RAW}")) {
        let end = text[at + 1..].find('"').map_or(text.len(), |end| at + 1 + end);
        let raw = text[at + 1 + RAW.len()..end].to_owned();
        text.replace_range(at..(end + 1).min(text.len()), &raw);
    }
    text
}
