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
/// The most runs, points or generations of a kind.
const MOST: u64 = 1_000_000;

impl Reader<'_> {
    pub(in crate::experiment) fn calibration(mut self, tree: &TomlTable) -> Option<Experiment> {
        let mut root = Section::new(tree, &Place::new(self.origin, 0..0), "the calibration");
        let Head { title, description, scenario, common, .. } = self.head(&mut root);
        let written = root.require("until", self.found).and_then(|entry| self.note(month("until", &entry.node)));
        // An earlier end, laid over the file, leaves out what came after it: so a fit is made as of another date.
        let earlier = self.until_laid_over();
        let until = earlier.or(written);
        let files = root.read("observations", list, self.found).unwrap_or_default();
        let parameters = root.read("parameters", list, self.found).unwrap_or_default();
        let unknowns = root.read("unknowns", list, self.found).unwrap_or_default();
        let targets = root.take(TARGETS)?;
        let method = root.take("method").map(|entry| self.method(&entry.node)).unwrap_or_default();
        self.refuse_keys_of_scenarios(tree, &mut root);
        root.finish(self.found);
        let observations = self.observations(files);
        let variant = self.up_to(until?, scenario, &common)?;
        let until = until?;
        let (source, origin, catalogue) = (self.source, self.origin, self.catalogue);
        let variants = std::slice::from_ref(&variant);
        let mut reader = ParameterReader::new(Context { source, origin, seed: 0, catalogue, variants });
        let sought = reader.read(parameters, "[[parameters]]", self.found);
        let unknowns = reader.read(unknowns, "[[unknowns]]", self.found);
        if parameters.is_empty() {
            let message = "a calibration seeks a parameter or more: write [[parameters]] for each of them";
            self.found.push(Diagnostic::at(&targets.key, message));
        }
        let items = self.note(list(TARGETS, &targets.node)).unwrap_or_default();
        let scenario = &variant.scenario;
        let reader =
            TargetReader { names: self.names, scenario, observations: &observations, until, clips: earlier.is_some() };
        let targets = reader.read(items, self.found);
        let calibration = Calibration { parameters: sought, unknowns, targets, until, method };
        Some(Experiment {
            name: title?,
            description,
            runs: 1,
            seed: variant.scenario.seed,
            record: Vec::new(),
            variants: vec![variant],
            sample: Sample::plain(),
            stop: None,
            quantiles: None,
            claim: None,
            calibration: Some(Box::new(calibration)),
            game: None,
        })
    }

    /// The end that is laid over that of the file, which is no value of the scenario's.
    fn until_laid_over(&mut self) -> Option<Month> {
        let key = Key::new(&["until"]);
        let (laid, others): (Vec<_>, Vec<_>) = self.flags.drain(..).partition(|flag| *flag.key() == key);
        self.flags = others;
        let last = laid.last()?;
        self.note(month("until", last.node()))
    }

    /// The figures of the files that are named.
    fn observations(&mut self, files: &[Node]) -> Vec<Observation> {
        let named = files.iter().filter_map(|node| {
            let path = self.note(text("observations", node))?;
            Some((self.source.beside(path), Some(node.place.clone())))
        });
        let named: Vec<_> = named.collect();
        keep(load_observations(&named, self.names.declared), self.found).unwrap_or_default()
    }

    /// The world that is run: that of the scenario, to the end of the last month that may be looked at.
    fn up_to(&mut self, until: Month, scenario: Option<&Node>, common: &[Override]) -> Option<Variant> {
        let whole = self.load(scenario, vec![common.to_vec()])?;
        let (time, place) = (&whole.scenario.time, Place::new(self.origin, 0..0));
        let last = time.start.plus(time.months.saturating_sub(1));
        if !(time.start..=last).contains(&until) {
            let message = format!("`until` = {until} lies outside the run, which goes from {} to {last}", time.start);
            self.found.push(Diagnostic::at(&place, message));
            return None;
        }
        let months = i128::from(until.since(time.start)) + 1;
        let months = Override::new(&["time", "months"], &Node { value: Value::Whole(months), place });
        let mut loaded = self.load(scenario, vec![common.to_vec(), vec![months]])?;
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
