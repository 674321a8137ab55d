//! A change as a scenario file that says nothing but what differs, and as a command.

use super::{
    case::most_worlds,
    change::{Change, Shelf, Wrong},
    watch::Watch,
};
use crate::{
    batch::Words,
    scenario::{
        Loaded, Source,
        builtin::Builtin,
        described::written,
        key::{BY_PAIR, Key, REMOVE, pair_of},
        kinds::kind_of,
        load::read_flags,
        tree::{Node, Value},
    },
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// The most scenarios that are saved into one folder.
const MOST_FILES: usize = 1000;
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
    let Loaded { draft, scenario, .. } = shelf.load(change)?;
    // Worlds are paired by the seed of what the change is compared with, whatever the scenario's own is.
    let paired = Some(shelf.start()?.seed).filter(|seed| scenario.seed != *seed);
    let seeded: Vec<String> = paired.iter().map(|seed| format!("seed={seed}")).collect();
    let [own, set, seeded] = [&shelf.config().overrides(), &change.set, &seeded].map(|flags| read_flags(flags).0);
    let is_new = |list: &str, name: &str| list != BY_PAIR && !draft.is_in_files(list, name);
    let mut laid = draft.laid(&[&own, &set, &seeded]);
    // What the change adds and takes out again is not there.
    let gone: Vec<Key> = laid.iter().filter_map(|(key, node)| added_in_vain(key, node, &is_new)).collect();
    laid.retain(|(key, _)| !gone.contains(key));
    let source = shelf.source(change.scenario.as_deref()).map_err(|wrong| vec![wrong])?;
    let extends = match &source {
        Source::Builtin(path) => Builtin::find(path).map_or_else(|| path.clone(), |builtin| builtin.name().to_owned()),
        // A relative path would be looked for beside the file that is saved.
        Source::File(path) => fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string(),
        _ => return Err(vec![Wrong::general("a scenario that came through a pipe cannot be extended by a file")]),
    };
    let text = text(&extends, name, &laid);
    let config = match &source {
        Source::File(path) => path.clone(),
        _ => PathBuf::from(&extends),
    };
    let set = flags(&laid, &is_new);
    let words = Words { config: Some(&config), scenario: None, set: &set, months: None, doubt: None };
    let program = shelf.model().program().name;
    let seed = paired.map_or_else(String::new, |seed| format!(" --seed {seed}"));
    let runs = runs.min(most_worlds(&Watch::new(&scenario)));
    let command = format!("{program} batch {}{seed} --runs {runs}", words.list().join(" "));
    Ok(Saved { text, command })
}

/// The key by which something is taken out that no file has.
fn added_in_vain(key: &Key, node: &Node, is_new: &impl Fn(&str, &str) -> bool) -> Option<Key> {
    let [list, name, last] = key.parts() else { return None };
    let out = last == REMOVE && matches!(node.value, Value::Flag(true)) && is_new(list, name);
    (out && kind_of(list).is_some()).then(|| key.clone())
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
    let there = fs::read_dir(folder).map_or(0, |entries| entries.take(MOST_FILES).count());
    if there >= MOST_FILES {
        return Err(Wrong::general(format!(
            "{} holds {MOST_FILES} files already, and no more are added",
            folder.display()
        )));
    }
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

/// The values as flags. What no file has is added as a whole: nobody can lay single values over it.
fn flags(laid: &[(Key, Node)], is_new: &impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut flags = Vec::new();
    let mut added: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for (key, node) in laid {
        let value = written(&node.value);
        match key.parts() {
            // The command has a word of its own for it.
            [seed] if seed == "seed" => {}
            [list, name, field @ ..] if kind_of(list).is_some() && is_new(list, name) => {
                let fields = added.entry(list).or_default().entry(name).or_default();
                fields.push(format!("{} = {value}", Key::of(field.to_vec())));
            }
            _ => flags.push(format!("{key}={value}")),
        }
    }
    for (list, entities) in added {
        let entity = |(name, fields): (&str, Vec<String>)| format!("{{name = {name:?}, {}}}", fields.join(", "));
        flags.push(format!("{list}=[{}]", entities.into_iter().map(entity).collect::<Vec<_>>().join(", ")));
    }
    flags
}

/// The scenario file.
fn text(extends: &str, name: &str, laid: &[(Key, Node)]) -> String {
    let quoted = |text: &str| written(&Value::Text(text.to_owned()));
    let mut top = format!("extends = {}\nname = {}\n", quoted(extends), quoted(name));
    let mut entities: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for (key, node) in laid {
        let value = written(&node.value);
        match key.parts() {
            [name] if name == "name" => {}
            [list, entity, field @ ..] if kind_of(list).is_some() || list == BY_PAIR => {
                let lines = entities.entry((list, entity)).or_default();
                lines.push_str(&format!("{} = {value}\n", Key::of(field.to_vec())));
            }
            _ => top.push_str(&format!("{key} = {value}\n")),
        }
    }
    for ((list, entity), lines) in entities {
        let known = match pair_of(entity).filter(|_| list == BY_PAIR) {
            Some([a, b]) => format!("between = [{}, {}]", quoted(a), quoted(b)),
            None => format!("name = {}", quoted(entity)),
        };
        top.push_str(&format!("\n[[{list}]]\n{known}\n{lines}"));
    }
    top
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
    fn what_the_command_line_says_of_the_same_is_said_once() {
        let model = Model::standard();
        let own = [
            "states.China={talent = 1.2, adoption = 0.2}",
            "mechanisms.research={growth = 1.1, harder = 0.5}",
            "policies=[{name = \"own\", state = \"US\", lever = \"talent\", value = 0.1}, {name = \"out\", state = \"US\", lever = \"talent\", value = 0.1}]",
            "events=[{date = \"2023-05\", kind = \"policy\", text = \"one\"}]",
            "policies.'US CHIPS Act'.earliest=2025-01",
            "policies.'US CHIPS Act'.hazard_per_year=1",
        ];
        let set = [
            "states.China.talent=1.5",
            "mechanisms.research.growth=1.2",
            "policies=[{name = \"added 1\", state = \"US\", lever = \"talent\", value = 0.2}]",
            "policies.own.from=2024-01",
            "policies.'US CHIPS Act'.from=2024-05",
            "policies.out.remove=true",
            "events=[{date = \"2023-06\", kind = \"policy\", text = \"two\"}]",
        ];
        let shelf = Shelf::new(&model, &Config { set: own.map(str::to_owned).to_vec(), ..Config::default() });
        let change = Change { scenario: None, set: set.map(str::to_owned).to_vec() };
        let shown = shelf.load(&change).unwrap().scenario;
        let Saved { text, command } = save(&shelf, &change, "mine", 8).unwrap();
        let read = model.load(&Source::Text { name: "mine.toml".into(), text: text.clone() }).unwrap();
        let as_shown = |scenario: &crate::scenario::Scenario| {
            let mut json = scenario.to_json();
            json.as_object_mut().unwrap().retain(|key, _| key != "name" && key != "description");
            json
        };
        assert_eq!(as_shown(&read), as_shown(&shown), "{text}");
        // A date takes the place of what was laid by chance, and of its hazard.
        assert!(text.contains("from = \"2024-05\"") && !text.contains("hazard_per_year"), "{text}");
        assert!(!text.contains("\"out\"") && text.contains("talent = 1.5") && !text.contains("1.2,"), "{text}");
        // The flags of the command give the same.
        let words = command.strip_prefix("redqueen batch baseline ").unwrap().strip_suffix(" --runs 8").unwrap();
        let flags = words.split("--set ").skip(1).map(|word| word.trim().trim_matches('\'').replace("'\\''", "'"));
        let given = model.load_with(&Source::Builtin("baseline.toml".into()), &flags.collect::<Vec<_>>()).unwrap();
        assert_eq!(as_shown(&given.scenario), as_shown(&shown), "{command}");
    }

    #[test]
    fn a_folder_takes_so_many_files() {
        let folder = tempfile::tempdir().unwrap();
        for at in 0..MOST_FILES {
            fs::write(folder.path().join(format!("s{at}.toml")), "").unwrap();
        }
        assert!(write(folder.path(), "mine", "x").unwrap_err().message.contains("holds 1000 files"));
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
