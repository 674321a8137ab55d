//! Reads calibration files: an experiment whose runs are held against what was seen of the world.

use super::{Calibration, MethodKind, PlannedMethod, read_parameter::ParameterReader, read_target::TargetReader};
use crate::{
    experiment::{
        Experiment, Variant,
        common::{Head, Reader, keep},
        design::{Sample, context::Context},
        observations::{Observation, load_observations},
    },
    scenario::{
        Diagnostic, Month,
        diagnostic::Place,
        key::Key,
        overrides::Override,
        section::{Section, choice, list, month, real, text, whole},
        tree::{Node, TomlTable, Value},
    },
};

/// The key by which a calibration is known.
pub(in crate::experiment) const TARGETS: &str = "targets";
/// Keys that experiments have and calibrations have not, and where what they say is said instead.
const BATCH_KEYS: [(&str, &str); 4] = [
    ("runs", "[method] says how much is run"),
    ("months", "its runs end with `until`"),
    ("record", "its runs keep what the targets ask for"),
    ("quantiles", "fit.csv has how the runs are distributed"),
];
/// The most runs, points or generations of a kind.
const MOST: u64 = 1_000_000;

impl Reader<'_> {
    pub(in crate::experiment) fn calibration(mut self, tree: &TomlTable) -> Option<Experiment> {
        let mut root = Section::new(tree, &Place::new(self.origin, 0..0), "the calibration");
        let Head { title, description, scenario, common, .. } = self.head(&mut root);
        let written = root.require("until", self.found).map(|entry| &entry.node);
        let written = written.and_then(|node| Some((self.note(month("until", node))?, node.place.clone())));
        // An earlier end, laid over the file, leaves out what came after it: so a fit is made as of another date.
        let earlier = self.until_laid_over(written.as_ref());
        let clips = earlier.is_some();
        let until = earlier.or(written);
        let files = root.read("observations", list, self.found).unwrap_or_default();
        let parameters = root.read("parameters", list, self.found).unwrap_or_default();
        let unknowns = root.read("unknowns", list, self.found).unwrap_or_default();
        let targets = root.take(TARGETS)?;
        let method = root.take("method").map(|entry| self.method(&entry.node)).unwrap_or_default();
        self.refuse_keys_of_scenarios(tree, &mut root);
        self.refuse_keys_of_batches(tree);
        root.finish(self.found);
        let observations = self.observations(files);
        let (until, place) = until?;
        let variant = self.up_to(until, &place, scenario, &common)?;
        let (source, origin, catalogue) = (self.source, self.origin, self.catalogue);
        let variants = std::slice::from_ref(&variant);
        let mut reader = ParameterReader::new(Context { source, origin, seed: 0, catalogue, variants });
        let sought = reader.read(parameters, "[[parameters]]", self.found);
        let unknowns = reader.read(unknowns, "[[unknowns]]", self.found);
        if parameters.is_empty() {
            let message = "a calibration seeks a parameter or more: write [[parameters]] for each of them";
            self.found.push(Diagnostic::at(&targets.key, message));
        }
        let items = self.note(list(TARGETS, &targets.node));
        if items.is_some_and(<[Node]>::is_empty) {
            let message = "a calibration has a target or more: write [[targets]] for each of them";
            self.found.push(Diagnostic::at(&targets.key, message));
        }
        let items = items.unwrap_or_default();
        let scenario = &variant.scenario;
        let observations = observations.as_deref();
        let reader = TargetReader { names: self.names, scenario, observations, until, clips };
        let targets = reader.read(items, self.found);
        let calibration = Calibration { parameters: sought, unknowns, targets, until, method };
        Some(Experiment {
            name: title?,
            description,
            runs: 1,
            seed: variant.scenario.seed,
            record: Vec::new(),
            passing: Vec::new(),
            outcomes: Vec::new(),
            variants: vec![variant],
            sample: Sample::plain(),
            stop: None,
            quantiles: None,
            claim: None,
            calibration: Some(Box::new(calibration)),
            game: None,
        })
    }

    /// Refuses what is said of how much to run and to write, which the method decides.
    fn refuse_keys_of_batches(&mut self, tree: &TomlTable) {
        for (key, help) in BATCH_KEYS {
            if let Some(entry) = tree.get(key) {
                let message = format!("`{key}` means nothing to a calibration");
                self.found.push(Diagnostic::at(&entry.key, message).help(help));
            }
        }
        if self.doubt.is_some() {
            let message = "--doubt and --worlds mean nothing to a calibration, which makes such a sample";
            self.found.push(Diagnostic::general(message));
        }
    }

    /// The end that is laid over that of the file, which is no value of the scenario's, and where it stands.
    fn until_laid_over(&mut self, written: Option<&(Month, Place)>) -> Option<(Month, Place)> {
        let key = Key::new(&["until"]);
        let (laid, others): (Vec<_>, Vec<_>) = self.flags.drain(..).partition(|flag| *flag.key() == key);
        self.flags = others;
        let node = laid.last()?.node();
        let until = self.note(month("until", node))?;
        if let Some((last, _)) = written.filter(|(last, _)| until > *last) {
            let message = format!("`until` = {until} lies after {last}, the last month that the file looks at");
            self.found.push(Diagnostic::at(&node.place, message));
            return None;
        }
        Some((until, node.place.clone()))
    }

    /// The figures of the files that are named; `None` if one of them is wrong.
    fn observations(&mut self, files: &[Node]) -> Option<Vec<Observation>> {
        let named = files.iter().filter_map(|node| {
            let path = self.note(text("observations", node))?;
            Some((self.source.beside(path), Some(node.place.clone())))
        });
        let named: Vec<_> = named.collect();
        keep(load_observations(&named, self.names.declared), self.found)
    }

    /// The world that is run: that of the scenario, to the end of the last month that may be looked at.
    fn up_to(&mut self, until: Month, place: &Place, scenario: Option<&Node>, common: &[Override]) -> Option<Variant> {
        let whole = self.load(scenario, vec![common.to_vec()])?;
        let time = &whole.scenario.time;
        let last = time.start.plus(time.months.saturating_sub(1));
        if !(time.start..=last).contains(&until) {
            let message = format!("`until` = {until} lies outside the run, which goes from {} to {last}", time.start);
            self.found.push(Diagnostic::at(place, message));
            return None;
        }
        let months = i128::from(until.since(time.start)) + 1;
        let months = Override::new(&["time", "months"], &Node { value: Value::Whole(months), place: place.clone() });
        // Flags may make the scenario longer, but the runs of a calibration end where it may look no further.
        let flags = std::mem::take(&mut self.flags);
        let mut loaded = self.load(scenario, vec![common.to_vec(), flags, vec![months]])?;
        loaded.warnings.clear();
        Some(Variant::new(loaded.scenario.name.clone(), loaded))
    }

    /// How it is done, as far as the table says.
    fn method(&mut self, node: &Node) -> PlannedMethod {
        let Some(mut section) = Section::of(node, "[method]", self.found) else { return PlannedMethod::default() };
        let kind = section.read("kind", choice::<MethodKind>, self.found).unwrap_or_default();
        let found = &mut *self.found;
        let wanted = section.read("wanted", |key, node| real(key, node, 100.0, MOST as f64), found);
        let mut count = |key: &'static str, low: u64| {
            let number = section.read(key, |key, node| whole(key, node, low, MOST), found);
            number.and_then(|number| u32::try_from(number).ok())
        };
        let method = PlannedMethod {
            kind,
            wanted,
            members: count("members", 10),
            assimilations: count("assimilations", 1),
            design: count("design", 10),
            draws: count("draws", 10),
            replicates: count("replicates", 2),
            rounds: count("rounds", 1),
            particles: count("particles", 10),
            generations: count("generations", 1),
        };
        section.finish(self.found);
        method
    }
}
