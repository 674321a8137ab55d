//! The configs that are part of the program, so that it works with nothing else at hand.

use std::path::{Component, Path, PathBuf};

/// A config built into the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its path below `configs/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// What it is, where the text has no place to say it.
    said: &'static str,
}

macro_rules! builtin {
    ($($path:literal $(is $said:literal)?),* $(,)?) => {
        &[$(Builtin { path: $path, text: include_str!(concat!("../../configs/", $path)), said: concat!($($said)?) }),*]
    };
}

/// Every built-in config.
pub const BUILTIN: &[Builtin] = builtin![
    "as-of-2024-12.toml",
    "baseline.toml",
    "null.toml",
    "scenarios/all-closed.toml",
    "scenarios/all-open.toml",
    "scenarios/closed-channels.toml",
    "scenarios/common-floors.toml",
    "scenarios/controls-without-innovation.toml",
    "scenarios/fragmentation.toml",
    "scenarios/leapfrog-hopeful.toml",
    "scenarios/leapfrog.toml",
    "scenarios/no-agi-hype.toml",
    "scenarios/no-controls.toml",
    "scenarios/no-diffusion.toml",
    "scenarios/open-doors.toml",
    "scenarios/open-science.toml",
    "scenarios/retaliation.toml",
    "scenarios/safety-imitation.toml",
    "scenarios/safety-race.toml",
    "scenarios/statecraft-look-ahead.toml",
    "scenarios/statecraft.toml",
    "scenarios/taiwan-blockade-china-self-sufficient.toml",
    "scenarios/taiwan-blockade-us-fabs.toml",
    "scenarios/taiwan-blockade.toml",
    "scenarios/taiwan-risk.toml",
    "scenarios/tighter-equipment.toml",
    "scenarios/us-action-plan-power-fabs.toml",
    "scenarios/us-action-plan.toml",
    "scenarios/winner-takes-all.toml",
    "experiments/diffusion-lhs.toml",
    "experiments/export-controls.toml",
    "experiments/open-or-guarded.toml",
    "experiments/parameters-morris.toml",
    "experiments/parameters-total.toml",
    "experiments/screening-morris.toml",
    "experiments/taiwan.toml",
    "experiments/variance-saltelli.toml",
    "calibrations/rating-gap.toml",
    "claims/momentum-beats-size.toml",
    "claims/open-competition-hardens.toml",
    "claims/open-source-alone-keeps-no-lead.toml",
    "claims/different-strengths.toml",
    "claims/no-finish-line.toml",
    "claims/open-models-spread.toml",
    "claims/controls-slow-then-teach.toml",
    "claims/many-weak-chips.toml",
    "claims/leapfrog-overturns.toml",
    "claims/blockade-turns-the-race.toml",
    "claims/fabs-at-home-restore.toml",
    "claims/not-zero-sum.toml",
    "claims/open-science-pays.toml",
    "claims/accountable-governance-pays.toml",
    "games/answer-in-kind.toml",
    "games/controls-and-openness.toml",
    "games/open-or-closed-firms.toml",
    "games/postures.toml",
    "games/race-or-pause.toml",
    "games/subsidies-among-allies.toml",
    "observations/chips-by-maker.csv" is "AI chips sold in 2023 and 2024, by designer.",
    "observations/compute-by-firm.csv" is "Compute of firms at the ends of 2023 and 2024.",
    "observations/compute-by-state.csv" is "Compute of the US and China, and smuggled chips, at the end of 2024.",
    "observations/index-gaps.csv" is "The frontier and the gaps on an index of fixed tests, by month to the end of 2024.",
    "observations/investment.csv" is "Money into AI firms of the US and China in 2023 and 2024.",
    "observations/lags.csv" is "Months that China's record models came behind.",
    "observations/packaging.csv" is "Capacity of advanced packaging in Taiwan at the ends of 2023 and 2024.",
    "observations/rating-gaps.csv" is "Gaps on the public board, US over China and closed over open, by month to the end of 2024.",
    "observations/releases.csv" is "Large models released a month in the US and China, and open ones among them.",
    "forecasts/rolling.csv" is "Quantiles of forecasts of the gaps that were made at four months of 2024.",
    "posterior/rating-gap.csv" is "Weighted worlds that the calibration rating-gap gave: what `--doubt` and `claims` draw from.",
    "sensitivity/total.csv" is "Which parameters move each outcome most: total Sobol indices over plausible ranges.",
];

impl Builtin {
    /// The config of this path below `configs/`, or of this name, such as `baseline`.
    pub fn find(name: &str) -> Option<&'static Self> {
        BUILTIN.iter().find(|builtin| builtin.path == name || builtin.name() == name)
    }

    /// Whether it is the name of one, which nothing else has.
    pub(crate) fn is_name(name: &str) -> bool {
        BUILTIN.iter().any(|builtin| builtin.name() == name)
    }

    /// Whether it is a scenario, and no experiment, game or the like.
    pub(crate) fn is_scenario(&self) -> bool {
        self.path.ends_with(".toml") && (!self.path.contains('/') || self.path.starts_with("scenarios/"))
    }

    /// Its file's name without the ending.
    pub fn name(&self) -> &'static str {
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        file.strip_suffix(".toml").unwrap_or(file)
    }

    /// What it is: `scenario`, `experiment`, `game`, `claim`, `calibration`, `observations`, `forecast`,
    /// `posterior` or `sensitivity`.
    pub fn kind(&self) -> &'static str {
        match self.path.split_once('/') {
            Some((folder @ "observations", _)) => folder,
            Some((folder, _)) => folder.strip_suffix('s').unwrap_or(folder),
            None => "scenario",
        }
    }

    /// What it is about, in a sentence: the first of its description or of its claim.
    pub fn about(&self) -> String {
        if !self.said.is_empty() {
            return self.said.to_owned();
        }
        let keys: toml::Table = self.text.parse().unwrap_or_default();
        first_sentence(["description", "claim"].iter().find_map(|key| keys.get(*key)?.as_str()).unwrap_or_default())
    }
}

/// The text up to the first point or question mark that ends a word, in one line.
fn first_sentence(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let end = words.iter().position(|word| word.ends_with(['.', '?'])).map_or(words.len(), |last| last + 1);
    words[..end].join(" ")
}

/// The path without `.` and with `..` taken back, by its text alone.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_config_on_disk_is_built_in() {
        let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
        for folder in [
            "",
            "calibrations",
            "claims",
            "experiments",
            "forecasts",
            "games",
            "observations",
            "posterior",
            "scenarios",
            "sensitivity",
        ] {
            let Ok(entries) = std::fs::read_dir(configs.join(folder)) else { continue };
            for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
                let below = path.strip_prefix(&configs).unwrap().to_str().unwrap();
                assert!(Builtin::find(below).is_some(), "{below} is not in the list of built-in configs");
            }
        }
    }

    #[test]
    fn every_config_says_in_a_sentence_what_it_is() {
        for builtin in BUILTIN {
            let about = builtin.about();
            let whole = about.ends_with(['.', '?']) && about.starts_with(char::is_uppercase);
            assert!(whole && (15..260).contains(&about.len()), "{}: {about}", builtin.path);
        }
        let of = |name| Builtin::find(name).map(|found| (found.kind(), found.about())).unwrap();
        assert_eq!(of("no-controls"), ("scenario", "Nobody controls exports.".to_owned()));
        assert_eq!(of("taiwan"), ("experiment", "What does a blockade of Taiwan do to each side?".to_owned()));
        assert_eq!(of("null"), ("scenario", "Every mechanism is off and nothing moves.".to_owned()));
        assert_eq!(of("open-models-spread").0, "claim");
        assert_eq!(of("posterior/rating-gap.csv").0, "posterior");
    }

    #[test]
    fn paths_are_tidied() {
        assert_eq!(tidy(Path::new("./a/b/../../c.toml")), Path::new("c.toml"));
        assert_eq!(tidy(Path::new("../a/./c.toml")), Path::new("../a/c.toml"));
    }
}
