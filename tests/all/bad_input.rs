//! What a user is told about configs that are wrong: place, line, reason, and the nearest right word.

use assert_cmd::Command;
use std::{fs, path::Path};
use tempfile::TempDir;

const GOOD: &str = r#"name = "good"
[time]
start = "2023-01"
[[states]]
name = "US"
[[states]]
name = "China"
[[firms]]
name = "OpenAI"
state = "US"
open = false
"#;

/// Writes files into a folder of their own and runs the program there.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            let path = folder.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn run(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("redqueen").unwrap();
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    /// What the program says on standard error; it must refuse.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).assert().code(2).get_output().clone();
        String::from_utf8(output.stderr).unwrap()
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// What `check` says about this text as `bad.toml`.
fn check(text: &str) -> String {
    Folder::with(&[("bad.toml", text)]).refused(&["check", "bad.toml"])
}

/// What `check` says about a good file with this at its end.
fn check_with(text: &str) -> String {
    check(&format!("{GOOD}{text}"))
}

#[test]
fn a_good_file_passes() {
    let folder = Folder::with(&[("good.toml", GOOD)]);
    let output = folder.run(&["check", "good.toml"]).assert().success().get_output().clone();
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn everything_wrong_in_a_file_is_said_at_once() {
    insta::assert_snapshot!(check(
        r#"nam = "x"
seed = -1
[time]
start = "2023-13"
months = 1.5
[[states]]
name = "US"
gdp_bilion_usd = 27000
growth_per_year = 2.5
talent = nan
[[states]]
name = "China"
demand = { cloud = 0.5, coding = 0.4 }
[[firms]]
name = "OpenAI"
state = "Chna"
open = "no"
[[firms]]
name = "=cmd()"
state = "US"
open = true
"#
    ));
}

#[test]
fn syntax_errors_show_their_line() {
    insta::assert_snapshot!(check("name = \"x\ntime = { start = 2023-01 }\nname = 2\n"));
}

#[test]
fn an_empty_file_lacks_what_is_required() {
    insta::assert_snapshot!(check(""));
}

#[test]
fn entities_are_checked() {
    insta::assert_snapshot!(check_with(
        r#"[[states]]
name = "US"
[[states]]
name = "EU"
closed_to = ["EU", "Chin"]
[[firms]]
name = "Meta"
[[firms]]
state = "US"
open = true
[[firms]]
name = "Tab\tCorp"
[[firms]]
name = ""
[[firms]]
name = "DeepSeek"
state = "China"
open = true
enters = 2023-03-01
focus = { cloud = 1.0 }
capability_by_domain = { clowd = 1.0, vision = inf }
"#
    ));
}

#[test]
fn borders_events_domains_and_comparison_are_checked() {
    insta::assert_snapshot!(check_with(
        r#"[[borders]]
between = ["US", "US"]
[[borders]]
between = ["US", "Chnia"]
openness = 2
[[borders]]
between = ["China", "US"]
[[events]]
date = "May 2023"
kind = "@policy"
txt = "x"
[comparison]
leader = "US"
follower = "US"
"#
    ));
    insta::assert_snapshot!(check(&format!("domains = [\"a\", \"a\", 1]\n{GOOD}")));
}

#[test]
fn mechanisms_are_checked() {
    insta::assert_snapshot!(check_with("[mechanisms.no_such_mechanism]\nenabled = true\n"));
}

#[test]
fn too_many_states_are_refused() {
    let states: String = (0..15).map(|at| format!("[[states]]\nname = \"S{at}\"\n")).collect();
    assert!(check_with(&states).contains("a world has at most 16 states, not 17"));
}

#[test]
fn extending_goes_wrong_at_the_place_that_says_so() {
    let folder = Folder::with(&[
        ("a.toml", "name = \"a\"\nextends = \"sub/b.toml\"\n"),
        ("sub/b.toml", "extends = \"../a.toml\"\n"),
        ("missing.toml", "extends = \"nowhere.toml\"\n"),
        ("good.toml", GOOD),
        ("child.toml", "extends = \"good.toml\"\n[[firms]]\nname = \"OpenIA\"\nremove = true\n"),
        ("parent.toml", "extends = \"bad.toml\"\nname = \"parent\"\n"),
        ("bad.toml", "name = \"bad\"\ntime.start = 1\n[[states]]\nname = \"A\"\n"),
    ]);
    insta::assert_snapshot!(folder.refused(&["check", "a.toml"]));
    insta::assert_snapshot!(folder.refused(&["check", "missing.toml"]));
    insta::assert_snapshot!(folder.refused(&["check", "child.toml"]));
    insta::assert_snapshot!(folder.refused(&["check", "parent.toml"]));
}

#[test]
fn overrides_go_through_the_same_checks() {
    let folder = Folder::with(&[("good.toml", GOOD)]);
    let sets =
        ["--set", "states.US.talnt=2", "--set", "time.months=0", "--set", "firms.OpenAI.open=maybe", "--set", "x"];
    insta::assert_snapshot!(folder.refused(&[&["check", "good.toml"][..], &sets].concat()));
}

#[test]
fn files_that_cannot_be_read_are_said() {
    let folder = Folder::with(&[("good.toml", GOOD)]);
    fs::write(folder.path().join("latin.toml"), b"name = \"\xe9\"\n").unwrap();
    insta::assert_snapshot!(folder.refused(&["check", "basline.toml", "latin.toml", "good.toml"]));
}

#[test]
fn experiment_files_are_checked() {
    insta::assert_snapshot!(check(
        r#"name = "a/b"
runs = "many"
record = ["wrld"]
[design]
kind = "sobol"
[[scenarios]]
name = "x"
scenario = "nowhere.toml"
[[scenarios]]
set = { "time..months" = 1 }
"#
    ));
}
