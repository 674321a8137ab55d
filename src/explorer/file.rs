//! A change as a scenario file that says nothing but what differs, and as a command.

use super::change::{Change, Shelf, Wrong};
use crate::{
    batch::Words,
    scenario::{
        Source,
        builtin::Builtin,
        described::written,
        key::{BY_PAIR, Key, pair_of},
        kinds::kind_of,
        load::read_flags,
        overrides::Override,
        tree::{Node, Value},
    },
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// The longest name of a scenario that is saved here.
const LONGEST: usize = 60;

/// A change in the forms in which it leaves the page.
pub struct Saved {
    /// The scenario file.
    pub text: String,
    /// The command that runs the same worlds.
    pub command: String,
}

/// Makes both of a change that is right; the scenario gets this name.
pub fn save(shelf: &Shelf, change: &Change, name: &str, runs: u32) -> Result<Saved, Vec<Wrong>> {
    check(name).map_err(|wrong| vec![wrong])?;
    let loaded = shelf.load(change)?;
    let source = shelf.source(change.scenario.as_deref()).map_err(|wrong| vec![wrong])?;
    let sets: Vec<String> = shelf.config().overrides().into_iter().chain(change.set.iter().cloned()).collect();
    // Worlds are paired by the seed of what the change is compared with, whatever the scenario's own is.
    let seed = shelf.pair(change)?.changed.seed;
    let own = loaded.scenario.seed == seed;
    let sets: Vec<String> = sets.into_iter().chain((!own).then(|| format!("seed={seed}"))).collect();
    let (flags, _) = read_flags(&sets);
    let overrides = loaded.draft.spelled(&flags);
    let extends = match &source {
        Source::Builtin(path) => Builtin::find(path).map_or_else(|| path.clone(), |builtin| builtin.name().to_owned()),
        // A relative path would be looked for beside the file that is saved.
        Source::File(path) => fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string(),
        _ => return Err(vec![Wrong::general("a scenario that came through a pipe cannot be extended by a file")]),
    };
    // A border is known by its two states, whichever way it was spelled.
    let place = |each: &Override| loaded.draft.key(each.key().clone()).unwrap_or_else(|_| each.key().clone());
    let placed: Vec<_> = last_of_each(&overrides).into_iter().map(|each| (place(&each), each)).collect();
    let text = text(&extends, name, &placed).map_err(|wrong| vec![wrong])?;
    let config = match &source {
        Source::File(path) => path.clone(),
        _ => PathBuf::from(&extends),
    };
    let is_seed = |each: &Override| *each.key() == Key::new(&["seed"]);
    let set: Vec<String> = last_of_each(&overrides).iter().filter(|each| !is_seed(each)).map(flag).collect();
    let words = Words { config: Some(&config), scenario: None, set: &set, months: None, doubt: None };
    let program = shelf.model().program().name;
    let seed = if own { String::new() } else { format!(" --seed {seed}") };
    let command = format!("{program} batch {}{seed} --runs {runs}", words.list().join(" "));
    Ok(Saved { text, command })
}

/// Refuses what cannot be the name of a scenario and of its file.
fn check(name: &str) -> Result<(), Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins && name.len() <= LONGEST && name.chars().all(plain) {
        return Ok(());
    }
    Err(Wrong {
        key: "name".to_owned(),
        message: format!("a name begins with a letter from A to Z and has up to {LONGEST} letters, digits, - and _"),
    })
}

/// Writes the file into the folder; none that is there is overwritten.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Wrong> {
    check(name)?;
    let path = folder.join(format!("{name}.toml"));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::OpenOptions::new().write(true).create_new(true).open(&path))
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("{} is there already; choose another name", path.display());
            Err(Wrong { key: "name".to_owned(), message })
        }
        Err(error) => Err(Wrong::general(format!("cannot write {}: {error}", path.display()))),
    }
}

/// Of values for the same place the last alone, in the order of their places.
fn last_of_each(overrides: &[Override]) -> Vec<Override> {
    let by_key: BTreeMap<Key, Override> = overrides.iter().map(|each| (each.key().clone(), each.clone())).collect();
    by_key.into_values().collect()
}

fn flag(each: &Override) -> String {
    format!("{}={}", each.key(), written(&each.node().value))
}

/// The scenario file.
fn text(extends: &str, name: &str, overrides: &[(Key, Override)]) -> Result<String, Wrong> {
    let quoted = |text: &str| written(&Value::Text(text.to_owned()));
    let mut top = format!("extends = {}\nname = {}\n", quoted(extends), quoted(name));
    let mut entities: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (key, each) in overrides {
        let value = &each.node().value;
        match key.parts() {
            [name] if name == "name" => {}
            [list] if let (Some(_), Value::List(items)) = (kind_of(list), value) => {
                for item in items.iter() {
                    let named = item.as_table().and_then(|table| table.get("name")?.node.as_text());
                    let named = named.ok_or_else(|| Wrong::general(format!("an entry of `{list}` has no name")))?;
                    entities.entry((list.clone(), named.clone())).or_default().extend(fields(&[], item)?);
                }
            }
            [list, entity, field @ ..] if kind_of(list).is_some() || list == BY_PAIR => {
                let lines = entities.entry((list.clone(), entity.clone())).or_default();
                lines.extend(fields(field, each.node())?);
            }
            _ => top.push_str(&format!("{key} = {}\n", written(value))),
        }
    }
    for ((list, entity), lines) in entities {
        let known = match pair_of(&entity).filter(|_| list == BY_PAIR) {
            Some([a, b]) => format!("between = [{}, {}]", quoted(a), quoted(b)),
            None => format!("name = {}", quoted(&entity)),
        };
        top.push_str(&format!("\n[[{list}]]\n{known}\n"));
        lines.iter().for_each(|line| top.push_str(&format!("{line}\n")));
    }
    Ok(top)
}

/// The lines of an entity that a value sets.
fn fields(field: &[String], node: &Node) -> Result<Vec<String>, Wrong> {
    if !field.is_empty() {
        return Ok(vec![format!("{} = {}", Key::of(field.to_vec()), written(&node.value))]);
    }
    let table = node.as_table().ok_or_else(|| Wrong::general("an entity is a table of keys and values"))?;
    let own = table.iter().filter(|(key, _)| !matches!(key.as_str(), "name" | "between"));
    Ok(own.map(|(key, entry)| format!("{} = {}", Key::new(&[key]), written(&entry.node.value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{batch::Config, model::Model};

    #[test]
    fn a_file_reads_back_as_the_scenario_that_was_shown() {
        let (model, config) = (Model::standard(), Config { months: Some(36), ..Config::default() });
        let shelf = Shelf::new(&model, &config);
        let set = [
            "mechanisms.research.growth=1.2",
            "mechanisms.price.enabled=false",
            "time.months=48",
            "states.China.talent=1.5",
            "policies=[{name = \"added 1\", state = \"US\", lever = \"talent\", value = 0.1, from = \"2024-01\"}]",
            "policies.'US CHIPS Act'.from=2024-02",
            "borders.China-US.trust=0.5",
            "firms.OpenAI={remove = true}",
        ];
        let change = Change { scenario: Some("no-controls".into()), set: set.map(str::to_owned).to_vec() };
        let Saved { text, command } = save(&shelf, &change, "mine", 8).unwrap();
        assert!(text.starts_with("extends = \"no-controls\"\nname = \"mine\"\n"), "{text}");
        assert!(text.contains("time.months = 48") && !text.contains("36"), "{text}");
        assert!(text.contains("[[policies]]\nname = \"added 1\"\nfrom = \"2024-01\"\nlever = \"talent\"\n"), "{text}");
        assert!(text.contains("[[borders]]\nbetween = [\"China\", \"US\"]\ntrust = 0.5\n"), "{text}");
        let read = model.load(&Source::Text { name: "mine.toml".into(), text }).unwrap();
        let mut shown = shelf.load(&change).unwrap().scenario;
        shown.name = "mine".into();
        // What the scenario says of itself is not true of what extends it.
        shown.description.clear();
        assert_eq!(read.to_json(), shown.to_json());
        assert!(command.starts_with("redqueen batch no-controls --set "), "{command}");
        assert!(command.ends_with(" --runs 8") && command.contains("'policies=[{"), "{command}");
    }

    #[test]
    fn what_is_saved_has_the_seed_by_which_worlds_were_paired() {
        let model = Model::standard();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        fs::write(&path, "extends = \"baseline\"\nname = \"own\"\nseed = 7\n").unwrap();
        let shelf = Shelf::new(&model, &Config { path: Some(path), ..Config::default() });
        let change = Change { scenario: Some("taiwan-blockade".into()), set: Vec::new() };
        let Saved { text, command } = save(&shelf, &change, "mine", 8).unwrap();
        assert!(text.contains("seed = 7"), "{text}");
        assert_eq!(command, "redqueen batch taiwan-blockade --seed 7 --runs 8");
        let seeded = Change { scenario: None, set: vec!["seed=5".into()] };
        assert!(shelf.load(&seeded).unwrap_err()[0].message.contains("seed"));
    }

    #[test]
    fn a_name_leads_nowhere_else_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "..", "../a", "a/b", "a.toml", "1", &"a".repeat(61)] {
            assert_eq!(write(folder.path(), name, "x").unwrap_err().key, "name", "{name}");
        }
        let path = write(&folder.path().join("new"), "mine", "x").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "x");
        assert!(write(&folder.path().join("new"), "mine", "y").unwrap_err().message.contains("is there already"));
        assert_eq!(fs::read_to_string(path).unwrap(), "x");
    }
}
