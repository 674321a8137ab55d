//! Configs and points files as users and other programs write them: one place under several names, what has no effect, names that
//! tables or file systems change, input without an end.

use assert_cmd::Command;
use std::{fs, path::Path, time::Duration};

/// The program in a folder with these files.
struct Here(tempfile::TempDir);

impl Here {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
        Self(folder)
    }

    fn run(&self, words: &[&str]) -> Command {
        let mut command = Command::cargo_bin("redqueen").unwrap();
        command.current_dir(self.0.path()).args(words).timeout(Duration::from_secs(60));
        command
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Standard error of a command that must end like this.
    fn said(&self, words: &[&str], code: i32) -> String {
        let output = self.run(words).assert().code(code).get_output().clone();
        String::from_utf8(output.stderr).unwrap()
    }
}

/// An experiment on the baseline with this design.
fn experiment(rest: &str) -> String {
    format!("name = 'e'\nscenario = 'baseline'\nruns = 1\nmonths = 1\nrecord = []\n{rest}")
}

fn factors(kind: &str, parameters: &[&str]) -> String {
    let factor = |key: &&str| format!("[[design.factors]]\nparameter = \"{key}\"\nvalues = [0.25, 0.75]\n");
    format!("[design]\nkind = '{kind}'\n{}", parameters.iter().map(factor).collect::<String>())
}

fn header(path: &Path) -> String {
    fs::read_to_string(path).unwrap().lines().next().unwrap().to_owned()
}

#[test]
fn a_place_is_varied_or_set_once_however_it_is_spelled() {
    let ways = ["borders.China-US.openness", " borders . 'US-China' . openness "];
    for (text, flags, expected) in [
        (factors("grid", &ways), &[][..], "`borders.China-US.openness` is varied twice: as `"),
        (
            factors("grid", &ways[..1]) + "[[scenarios]]\nname = 's1'\nset = { 'borders.US-China.openness' = 0.5 }\n",
            &[],
            "`borders.China-US.openness` is a factor and is also set by a scenario's `set` (as `borders.US-China.openness`)",
        ),
        (
            factors("grid", &ways[..1]),
            &["--set", "borders.US-China.openness=0.5"],
            "`borders.China-US.openness` is a factor and is also set by --set borders.US-China.openness=0.5",
        ),
        (
            "[[scenarios]]\nname = 's1'\nset = { 'states.US.talent' = 1.1, states.US.talent = 1.2 }\n".to_owned(),
            &[],
            "`states.US.talent` is set twice: as `states",
        ),
        (
            factors("grid", &ways[..1])
                + "[[scenarios]]\nname = 's1'\nset = { borders = { China-US = { openness = 0.5 } } }\n",
            &[],
            "`borders.China-US.openness` is a factor and is also set by a scenario's `set` (e.toml:",
        ),
        (
            "[[scenarios]]\nname = 's1'\n[scenarios.set]\n'states.US.talent' = 1.1\n\
             states = [{ name = 'US', talent = 1.2 }]\n"
                .to_owned(),
            &[],
            "`states.US.talent` is set twice: as `states",
        ),
        (
            String::new(),
            &["--set", "borders=[{between=['US', 'China'], trust=0}]", "--set", "borders.China-US.trust=1"],
            "`borders.China-US.trust` is set twice: as `borders` and as `borders.China-US.trust`",
        ),
        (String::new(), &["--months", "3", "--set", "time.months=4"], "`time.months` is set twice"),
        ("[design]\nkind = 'list'\nfile = 'p.csv'\n".to_owned(), &[], "`borders.China-US.trust` is varied twice: as"),
    ] {
        let here = Here::with(&[
            ("e.toml", &experiment(&text)),
            ("p.csv", "borders.China-US.trust,borders.US-China.trust\n0.5,0.5\n"),
        ]);
        let said = here.said(&[&["check", "e.toml"][..], flags].concat(), 2);
        assert!(said.contains(expected) && said.contains("1 error\n"), "{expected}\n{said}");
    }
}

#[test]
fn every_command_refuses_what_its_flags_set_twice() {
    let here = Here::with(&[]);
    let flags = ["--set", "borders.US-China.trust=0.5", "--set", "borders.China-US.trust=0.25"];
    for command in
        [&["params"][..], &["run"], &["batch"], &["compare", "baseline", "no-controls"], &["slurm", "--tasks", "2"]]
    {
        let said = here.said(&[command, &flags].concat(), 2);
        assert!(said.contains("`borders.China-US.trust` is set twice: as `borders.US-China.trust` and as"), "{said}");
    }
}

#[test]
fn a_column_is_called_alike_in_every_batch() {
    let ways = [" mechanisms.diffusion.phi_closed ", "borders.\\\"US-China\\\".openness", "firms.\\\"01.AI\\\".talent"];
    let here = Here::with(&[("e.toml", &experiment(&factors("list", &ways)))]);
    here.said(&["batch", "e.toml", "--out", "out", "--quiet"], 0);
    let expected = "point,mechanisms.diffusion.phi_closed,borders.China-US.openness,firms.'01.AI'.talent";
    assert_eq!(header(&here.path("out/design.csv")), expected);
    let points = fs::read_to_string(here.path("out/design.csv")).unwrap();
    fs::write(here.path("p.csv"), points).unwrap();
    fs::write(here.path("f.toml"), experiment("[design]\nkind = 'list'\nfile = 'p.csv'\n")).unwrap();
    here.said(&["batch", "f.toml", "--out", "again", "--quiet"], 0);
    assert_eq!(fs::read(here.path("again/design.csv")).unwrap(), fs::read(here.path("out/design.csv")).unwrap());
}

#[test]
fn a_layer_counts_before_those_below_it() {
    let text = "seed = 5\n[[scenarios]]\nname = 's1'\nset = { 'time.months' = 2 }\n";
    let here = Here::with(&[("e.toml", &experiment(text))]);
    let months = |words: &[&str]| {
        let output = here.run(words).assert().success().get_output().clone();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(months(&["check", "e.toml"]).contains("2 months"), "a scenario's `set` over the experiment's `months`");
    assert!(months(&["check", "e.toml", "--months", "3"]).contains("3 months"), "the command line over both");
}

#[test]
fn what_has_no_effect_is_told_and_is_no_error() {
    let truce = "extends = 'baseline.toml'\nname = 'truce'\n[[controls]]\nname = 'Truce'\nwhat = 'chips'\nby = ['US']\n\
                 against = ['China']\nfrom = '2027-01'\nstrictness = 0.0\n";
    let here = Here::with(&[("truce.toml", truce)]);
    let line = "warning: truce.toml:4:8: the control `Truce` has no effect: it stops nothing; ";
    for words in [
        &["check", "truce.toml"][..],
        &["batch", "truce.toml", "--runs", "1", "--months", "1", "--quiet"],
        &["run", "truce.toml", "--months", "1", "--quiet"],
        &["compare", "baseline", "truce.toml", "--worlds", "9", "--months", "1", "--quiet"],
    ] {
        let said = here.said(words, 0);
        assert!(said.starts_with(line) && said.lines().count() == 1, "{words:?}: {said}");
    }
    let ends = "extends = 'baseline.toml'\nname = 'ends'\n[[controls]]\nname = 'US chips 2026'\nto = '2027-01'\n";
    let off = experiment(
        &(factors("grid", &["mechanisms.claims.new_money"])
            + "[[scenarios]]\nname = 's1'\nset = { mechanisms.claims.enabled = false }\n"),
    );
    let late = experiment(&factors("grid", &["policies.'US Action Plan: power'.value"]));
    let other = experiment(&factors("grid", &["policies.'US CHIPS Act'.value"]));
    let here = Here::with(&[("ends.toml", ends), ("off.toml", &off), ("late.toml", &late), ("other.toml", &other)]);
    let said = here.said(&["check", "late.toml"], 0);
    let expected = "warning: late.toml:9:13: the policy `US Action Plan: power` has no effect: the world ends before";
    assert!(said.starts_with(expected) && said.lines().count() == 1, "{said}");
    assert_eq!(here.said(&["check", "other.toml"], 0), "");
    assert_eq!(here.said(&["check", "ends.toml", "baseline"], 0), "");
    let said = here.said(&["check", "off.toml"], 0);
    assert!(
        said.starts_with("warning: off.toml:9:13: `mechanisms.claims.new_money` is varied without effect"),
        "{said}"
    );
}

#[test]
fn points_of_other_programs_are_taken_or_told_what_is_foreign() {
    let here = Here::with(&[("p.toml", &experiment("[design]\nkind = 'list'\nfile = 'p.csv'\n"))]);
    let key = "mechanisms.diffusion.enabled";
    for key in [key, "firms.OpenAI.open"] {
        for cells in ["True\nFalse", "TRUE\nNA", "1.0\n0.0", "true\n\"\""] {
            let text = format!("\u{feff}point,{key}\n0,{}\n", cells.replace('\n', "\n1,"));
            fs::write(here.path("p.csv"), text).unwrap();
            let output = here.run(&["check", "p.toml"]).assert().success().get_output().clone();
            assert!(String::from_utf8(output.stdout).unwrap().contains("2 design points"), "{key}: {cells}");
        }
    }
    for (text, expected) in [
        (format!("\"\",\"{key}\"\n\"1\",TRUE\n"), "p.csv:1:1: column 1 has no name"),
        (format!("Unnamed: 0,{key}\n0,True\n"), "to_csv(index=False), R with row.names = FALSE"),
        (format!("point;{key}\n1;TRUE\n"), "p.csv:1:6: the cells are apart by semicolons; a points file has commas"),
        (format!("point,{key}\n1,None\n"), "p.csv:2:3: `None` stands for no value: leave the cell empty"),
        ("states.US.talent\nNaN\n".to_owned(), "p.csv:2:1: `NaN` stands for no value: leave the cell empty"),
        ("states.US.talent\n-Inf\n".to_owned(), "p.csv:2:1: `-Inf` is no finite number"),
    ] {
        fs::write(here.path("p.csv"), text).unwrap();
        let said = here.said(&["check", "p.toml"], 2);
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    fs::write(here.path("p.csv"), [0xff, 0xfe, b'a', 0]).unwrap();
    let said = here.said(&["check", "p.toml"], 2);
    assert!(said.contains("is UTF-16 text: save it as UTF-8") && !said.contains("help"), "{said}");
}

#[test]
fn names_that_tables_or_folders_change_are_refused() {
    let scenarios = |names: &[&str]| {
        let each = |name: &&str| format!("[[scenarios]]\nname = \"{name}\"\n");
        experiment(&names.iter().map(each).collect::<String>())
    };
    for (names, expected) in [
        (&["0.1"][..], "cannot be \"0.1\": programs that read tables take it for a number"),
        (&["NA"], "take it for a missing value"),
        (&["../x"], "is also a folder's name"),
        (&["x1", "X1"], "`X1` and `x1` in `scenarios` look alike, or differ by case alone"),
        (&["Québec", "Que\u{301}bec"], "has letters and their marks apart"),
        (&["pay", "p\u{430}y"], "look alike"),
        (&["a\\u202eb"], "contains the character \\u{202e}, which cannot be seen"),
        (&["a\\u001b[31m"], "contains the control character"),
    ] {
        let here = Here::with(&[("e.toml", &scenarios(names))]);
        let said = here.said(&["check", "e.toml"], 2);
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    let here = Here::with(&[("e.toml", &format!("extends = 'baseline.toml'\nname = '{}'\n", "x".repeat(300)))]);
    assert!(here.said(&["check", "e.toml"], 2).contains("`name` has 300 bytes, and 100 are the most"));
    let here = Here::with(&[("e.toml", &scenarios(&["low", "high"]))]);
    here.said(&["check", "e.toml"], 0);
}

#[test]
fn a_config_from_a_pipe_is_read_once() {
    let here = Here::with(&[("baseline", "no config")]);
    let text = "extends = 'null.toml'\nname = 'c3'\n[time]\nmonths = 3\n";
    for name in ["-", "/dev/stdin"] {
        let output = here.run(&["check", name]).write_stdin(text).assert().success().get_output().clone();
        assert!(String::from_utf8(output.stdout).unwrap().contains("good: c3 (10 states,"), "{name}");
        let refused =
            here.run(&["slurm", name, "--tasks", "2"]).write_stdin(text).assert().code(2).get_output().clone();
        assert!(String::from_utf8(refused.stderr).unwrap().contains("give a file"), "{name}");
    }
    assert!(!here.path("output").exists());
    fs::create_dir(here.path("null.toml")).unwrap();
    let output = here.run(&["check", "baseline", "null.toml"]).assert().success().get_output().clone();
    assert!(String::from_utf8(output.stdout).unwrap().contains("null.toml: good: null"), "nothing shadows them");
}

#[test]
fn input_has_bounds() {
    let many = "name = 'm1'\n".to_owned() + &(0..32_000).map(|at| format!("key{at} = 1\n")).collect::<String>();
    let states = (0..60_000).map(|at| format!("[[states]]\nname = 's{at}'\n")).collect::<String>();
    let here = Here::with(&[
        ("many.toml", &many),
        ("states.toml", &format!("extends = 'baseline.toml'\nname = 'm2'\n{states}")),
        ("long.toml", &"#".repeat(10_000_000)),
    ]);
    for at in 0..3000 {
        fs::write(here.path(&format!("{at}.toml")), format!("extends = '{}.toml'\n", at + 1)).unwrap();
    }
    for (words, expected) in [
        (&["check", "many.toml"][..], "and 31902 more, which are not shown\n\n32002 errors"),
        (&["check", "states.toml"], "a world has at most 16 states, not 60010"),
        (&["check", "long.toml"], "`long.toml` is longer than the 2 MB"),
        (&["check", "0.toml"], "more than 64 configs extend each other"),
        (&["check", "."], "`.` is a folder, not a file"),
        (&["batch", "baseline", "--set", "mechanisms.entry.scale=1000"], "firms in the mean, and 10000 are the most"),
    ] {
        let said = here.said(words, 2);
        assert!(said.contains(expected), "{expected}\n{}", said.chars().take(3000).collect::<String>());
    }
    #[cfg(unix)]
    assert!(here.said(&["check", "/dev/zero"], 2).contains("`/dev/zero` is a device, not a file"));
}

#[test]
fn nothing_is_recorded_if_that_is_asked_for() {
    let here = Here::with(&[]);
    here.said(&["batch", "null", "--runs", "1", "--months", "1", "--record", "none", "--quiet", "--out", "out"], 0);
    assert!(here.path("out/runs.csv").exists() && !here.path("out/world.csv").exists());
    let said = here.said(&["batch", "null", "--record", "none,world"], 2);
    assert!(said.contains("no table can stand beside `none`"), "{said}");
}

#[test]
fn all_tables_are_recorded_if_that_is_asked_for_in_whatever_way() {
    let file = |record: &str| format!("name = 'e'\nscenario = 'null'\nruns = 1\nmonths = 1\n{record}\n");
    let files =
        ["record = 'all'", "record = ['all']", "record = ['world', 'world']", "record = ['all', 'world']"].map(file);
    let names = ["word.toml", "list.toml", "twice.toml", "both.toml"];
    let here = Here::with(&[0, 1, 2, 3].map(|at| (names[at], files[at].as_str())));
    let recorded = |words: &[&str]| {
        here.said(&[&["batch"], words, &["--quiet", "--out", "out", "--overwrite"]].concat(), 0);
        let read = |table: &str| std::fs::read(here.path(&format!("out/{table}.csv"))).ok();
        ["world", "states", "firms", "events"].map(read)
    };
    let all = recorded(&["null", "--runs", "1", "--months", "1", "--record", "all"]);
    assert!(all.iter().all(Option::is_some));
    // Nothing asked for keeps what the report needs, and the same bytes of it.
    let [world, _, _, events] = all.clone();
    assert_eq!(recorded(&["null", "--runs", "1", "--months", "1"]), [world, None, None, events]);
    // A file's word gives way to the command line's.
    assert!(recorded(&["word.toml"]) == all && recorded(&["twice.toml", "--record", "all"]) == all);
    assert!(recorded(&["list.toml"]) == all);
    assert_eq!(recorded(&["twice.toml"]).map(|table| table.is_some()), [true, false, false, false]);
    assert_eq!(recorded(&["word.toml", "--record", "none"]), [None, None, None, None]);
    let said = here.said(&["check", "both.toml"], 2);
    assert!(said.contains("both.toml:5:11: `all` stands for every table"), "{said}");
}

#[test]
fn numbers_have_the_noun_that_fits() {
    let grid = "[design]\nkind = 'grid'\n[[design.factors]]\nparameter = 'states.US.talent'\nvalues = [1, 1.25]\n";
    let here = Here::with(&[("g.toml", &experiment(grid))]);
    let said = |words: &[&str]| {
        let output = here.run(words).assert().success().get_output().clone();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let check = said(&["check", "g.toml"]);
    assert!(check.contains("; 2 design points, 1 run of each, 2 runs") && check.contains(", 1 month)"), "{check}");
    let batch = said(&["batch", "baseline", "--runs", "1", "--months", "1", "--record", "world", "--out", "o1"]);
    assert!(batch.contains("baseline: 1 run, ") && batch.contains("1 run: about "), "{batch}");
    assert!(!batch.contains("1 runs"), "{batch}");
    let page = fs::read_to_string(here.path("o1/report.html")).unwrap();
    assert!(page.contains("1 finished run<") || page.contains("1 finished run "), "the page counts its run");
    let log = fs::read_to_string(here.path("o1/log.txt")).unwrap();
    assert!(log.starts_with("1 run in ") && !log.contains("1 threads"), "{log}");
}

#[test]
fn what_the_system_says_of_a_path_is_told_in_words() {
    let here = Here::with(&[("mine.txt", "mine")]);
    for (words, expected) in [
        (&["report", "mine.txt"][..], "mine.txt is a file; give the folder of a finished run or batch"),
        (&["sensitivity", "mine.txt"], "mine.txt is a file; give the folder of a finished run or batch"),
        (
            &["batch", "--runs", "1", "--out", "mine.txt"],
            "mine.txt is a file, and no folder; choose another with --out",
        ),
        (&["batch", "--runs", "1", "--overwrite", "--out", "mine.txt/x"], "mine.txt is a file, and no folder"),
        (&["check", "mine.txt/x.toml"], "there is no file `mine.txt/x.toml`"),
    ] {
        let said = here.said(words, 2);
        assert!(said.contains(expected) && !said.contains("os error"), "{words:?}: {said}");
    }
    let said = here.said(&["init", "mine.txt"], 1);
    assert!(said.contains("mine.txt") && !said.contains("os error"), "{said}");
    assert_eq!(fs::read_to_string(here.path("mine.txt")).unwrap(), "mine");
}

#[test]
fn what_was_taken_out_is_said_to_be() {
    let removed = "[[scenarios]]\nname = 's1'\nset = { 'firms.OpenAI.remove' = true }\n";
    let here = Here::with(&[("r.toml", &experiment(removed))]);
    for flag in ["firms.OpenAI.talent=2", "firms.OpenAI.remove=true"] {
        let said = here.said(&["check", "r.toml", "--set", flag], 2);
        let expected = format!("--set {flag}: the firm `OpenAI` was taken out by what this is laid over\n\n1 error\n");
        assert_eq!(said, expected);
    }
    let both = ["check", "--set", "firms.OpenAI.remove=true", "--set", "firms.OpenAI.talent=2", "baseline"];
    let said = here.said(&both, 2);
    assert!(said.contains("are both set, and one takes out what the other is in\n\n1 error\n"), "{said}");
    assert!(here.said(&["check", "r.toml", "--set", "firms.OpenIA.talent=2"], 2).contains("unknown firm `OpenIA`"));
}

#[test]
fn warnings_are_told_however_quiet_a_command_is() {
    let stop = "[stop]\noutcome = 'compute_lost'\nstandard_error = 1e-9\nmax_runs = 2\n";
    let differ =
        "[[scenarios]]\nname = 'a1'\n[[scenarios]]\nname = 'b1'\nset = { 'mechanisms.research.enabled' = true }\n";
    let here = Here::with(&[("s.toml", &experiment(stop)), ("d.toml", &experiment(differ))]);
    let said = here.said(&["batch", "d.toml", "--quiet", "--out", "d1"], 0);
    assert!(said.contains("warning: d.toml") && said.contains("warning: 1 replicate: too few for intervals"), "{said}");
    let output = here.run(&["batch", "d.toml", "--quiet", "--out", "d2"]).assert().success().get_output().clone();
    assert!(output.stdout.is_empty());
    for quiet in [&["--quiet"][..], &[]] {
        let words =
            [&["batch", "s.toml", "--runs", "2", "--set", "mechanisms.incidents.enabled=false", "--out", "s1"], quiet]
                .concat();
        let output = here.run(&words).assert().success().get_output().clone();
        let all = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let _ = fs::remove_dir_all(here.path("s1"));
        let unmet = all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            unmet.matches("[stop] was not met").count(),
            usize::from(unmet.contains("standard error of")),
            "{all}"
        );
    }
}

#[cfg(unix)]
#[test]
fn init_writes_through_no_link() {
    let here = Here::with(&[]);
    fs::create_dir_all(here.path("elsewhere")).unwrap();
    fs::create_dir_all(here.path("mine")).unwrap();
    std::os::unix::fs::symlink(here.path("elsewhere"), here.path("mine/scenarios")).unwrap();
    let said = here.said(&["init", "mine"], 1);
    assert!(said.contains("mine/scenarios is a link or a file, and no folder: move it away"), "{said}");
    assert_eq!(fs::read_dir(here.path("elsewhere")).unwrap().count(), 0);
    fs::remove_file(here.path("mine/scenarios")).unwrap();
    here.said(&["init", "mine"], 0);
    assert!(here.path("mine/scenarios").read_dir().unwrap().count() > 5);
}

#[test]
fn a_comparison_has_whole_rows_at_any_width() {
    let here = Here::with(&[]);
    let compare =
        ["compare", "baseline", "no-controls", "--worlds", "5", "--runs", "1", "--months", "2", "--out", "c1"];
    for width in ["40", "60", "80"] {
        let output = here.run(&compare).env("COLUMNS", width).assert().success().get_output().clone();
        let text = String::from_utf8(output.stdout).unwrap();
        let wide: usize = width.parse().unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= wide || line.contains("files are in")), "{text}");
        let numbers = |line: &str| line.split_whitespace().filter(|word| word.parse::<f64>().is_ok()).count();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with(' ') && numbers(line) > 2).collect();
        assert!(rows.len() > 5 && rows.iter().all(|row| numbers(row) == 5), "{width}: {text}");
    }
}

#[test]
fn an_error_says_what_was_written_and_what_to_write() {
    let here = Here::with(&[(
        "t.toml",
        &experiment(
            "[design]\nkind = 'lhs'\npoints = 3\n[[design.factors]]\nparameter = 'time.months'\nrange = [12, 24]\n",
        ),
    )]);
    let said = here.said(&["check", "t.toml"], 2);
    assert!(said.starts_with("t.toml:10:13: `time.months` cannot be a factor: it changes the time span"), "{said}");
    for (range, expected) in [("[nan, inf]", "not nan"), ("['0.1', '0.2']", "not the text \"0.1\"")] {
        let rate = format!(
            "[design]\nkind = 'lhs'\npoints = 3\n[[design.factors]]\nparameter = 'mechanisms.diffusion.phi_closed'\nrange = {range}\n"
        );
        fs::write(here.path("r.toml"), experiment(&rate)).unwrap();
        let said = here.said(&["check", "r.toml"], 2);
        assert!(
            said.starts_with("r.toml:11:10: each end of `range` must be a number, ") && said.contains(expected),
            "{said}"
        );
    }
    for (flag, expected) in [
        ("states.South Korea.talent=1.1", "a name with a space needs quotes: states.'South Korea'.talent\n"),
        ("firms.01.AI.talent=1", "a name with a point needs quotes: firms.'01.AI'"),
    ] {
        let said = here.said(&["check", "baseline", "--set", flag], 2);
        assert!(said.contains(expected), "{said}");
    }
    for (text, expected) in [
        ("scenario = 'r.toml'\n", "k.toml:2:12: `r.toml` is an experiment file, as its `scenario` says; a scenario is"),
        ("extends = 'baseline.toml'\nruns = 2\n", "names its scenario file with `scenario`"),
        ("runs = 2\n[time]\nmonths = 3\n", "k.toml:3:2: `time` is a key of scenarios, and this is an experiment file"),
        ("runs = 2\n[scenarios]\nname = 'a1'\n", "help: a list of tables has two brackets"),
    ] {
        fs::write(here.path("k.toml"), format!("name = 'k1'\n{text}")).unwrap();
        let said = here.said(&["check", "k.toml"], 2);
        assert!(said.contains(expected) && said.contains("\n1 error\n"), "{said}");
    }
    fs::write(here.path("w.toml"), "name = 'w1'\nscenario = 'baseline'\nruns = 5.0\nmonths = 12.0\nseed = 1.0\n")
        .unwrap();
    here.said(&["check", "w.toml", "--set", "time.steps_per_year=24.0"], 0);
}
