//! Reads what a claim says beside its experiment.

use super::{Asks, Claim, Condition, Measure};
use crate::{
    declare::text::is_name,
    experiment::{common::Reader, game::terms::TermReader, variant::Variant},
    scenario::{
        Diagnostic,
        diagnostic::unknown,
        section::{Section, finite, list, text, wrong},
        tree::{Node, TomlEntry},
    },
};

/// The key by which a claim is known.
pub(in crate::experiment) const CLAIM: &str = "claim";

/// The parts of a claim's file.
pub(in crate::experiment) struct ClaimEntries<'t> {
    pub claim: Option<&'t TomlEntry>,
    pub quantities: &'t [Node],
    pub conditions: Option<&'t TomlEntry>,
}

impl Reader<'_> {
    /// Takes what belongs to a claim from an experiment's file.
    pub(in crate::experiment) fn claim_entries<'t>(&mut self, root: &mut Section<'t>) -> ClaimEntries<'t> {
        let claim = root.take(CLAIM);
        let quantities = root.read("quantities", list, self.found).unwrap_or_default();
        ClaimEntries { claim, quantities, conditions: root.take("conditions") }
    }

    /// The claim, if the file makes one; its scenarios are known.
    pub(in crate::experiment) fn claim(&mut self, entries: &ClaimEntries<'_>, variants: &[Variant]) -> Option<Claim> {
        let scenario = variants.first().map(|variant| &*variant.scenario);
        let terms = TermReader { names: self.names, scenario };
        let mut quantities = Vec::new();
        for node in entries.quantities {
            quantities.extend(self.quantity(node, &terms, &quantities));
        }
        let Some(claim) = entries.claim else {
            let stray = entries.conditions.map(|entry| &entry.key);
            if let Some(place) = stray.or_else(|| entries.quantities.first().map(|node| &node.place)) {
                let error = Diagnostic::at(place, "conditions and quantities belong to a claim");
                self.found.push(error.help("say what is claimed with `claim = \"…\"`"));
            }
            return None;
        };
        let sentence = self.note(text(CLAIM, &claim.node))?.clone();
        let Some(entry) = entries.conditions else {
            self.found
                .push(Diagnostic::at(&claim.key, "a claim has conditions: write [[conditions]] for each of them"));
            return None;
        };
        let items = self.note(list("conditions", &entry.node))?;
        if items.is_empty() {
            self.found.push(Diagnostic::at(&entry.key, "a claim has a condition or more"));
        }
        let conditions: Vec<_> = items.iter().filter_map(|node| self.condition(node, &quantities, variants)).collect();
        let predicts = |condition: &Condition| matches!(condition.asks, Asks::Prediction { .. });
        if conditions.len() > 1 && conditions.iter().any(predicts) {
            let error =
                Diagnostic::at(&entry.key, "a prediction is true of all worlds together, so it is judged alone");
            self.found.push(error.help("leave the other conditions out"));
        }
        Some(Claim { sentence, quantities, conditions })
    }

    fn quantity(&mut self, node: &Node, terms: &TermReader<'_>, before: &[Measure]) -> Option<Measure> {
        let mut section = Section::of(node, "[[quantities]]", self.found)?;
        let name = section.require("name", self.found);
        let unit = section.text("unit", self.found);
        let items = section.read("terms", list, self.found).unwrap_or_default();
        section.finish(self.found);
        let name = name?;
        let word = self.note(text("name", &name.node))?;
        let taken = self.names.is_column(word) || before.iter().any(|other| other.name == *word);
        if !is_name(word) || taken {
            let message = format!(
                "`{word}` cannot be the name of a quantity: it is a column of the runs, with small letters, digits and `_` alone, and no other column's name"
            );
            self.found.push(Diagnostic::at(&name.node.place, message));
            return None;
        }
        if items.is_empty() {
            self.found.push(Diagnostic::at(&node.place, "a quantity has a term or more: `terms = [{ … }]`"));
        }
        let terms = terms.read(items, "terms", self.found);
        let unit = if unit.is_empty() { "1".to_owned() } else { unit };
        Some(Measure { name: word.clone(), unit, terms })
    }

    fn condition(&mut self, node: &Node, quantities: &[Measure], variants: &[Variant]) -> Option<Condition> {
        let mut section = Section::of(node, "[[conditions]]", self.found)?;
        let outcome = section.require("outcome", self.found);
        let [scenario, against, by, rather_than] =
            ["scenario", "against", "by", "rather_than"].map(|key| section.take(key));
        let bounds = ["above", "below"].map(|key| section.take(key));
        let before = self.found.len();
        section.finish(self.found);
        if self.found.len() > before {
            // What is misspelt is not missing too.
            return None;
        }
        let outcome = self.outcome_of(outcome?, quantities)?;
        let scenario = self.scenario_of(scenario, variants)?;
        let asks = match (by, rather_than) {
            (Some(by), Some(rather_than)) => {
                let stray = against.or_else(|| bounds.iter().flatten().copied().next());
                if let Some(stray) = stray {
                    let message =
                        "what is predicted `by` one outcome `rather_than` by another is compared with nothing else";
                    self.found.push(Diagnostic::at(&stray.key, message));
                    return None;
                }
                let (by, rather_than) = (self.outcome_of(by, quantities)?, self.outcome_of(rather_than, quantities)?);
                Asks::Prediction { scenario, by, rather_than }
            }
            (Some(stray), None) | (None, Some(stray)) => {
                let message = "`by` and `rather_than` belong together: the outcome that predicts better, and the one that does worse";
                self.found.push(Diagnostic::at(&stray.key, message));
                return None;
            }
            (None, None) => {
                let between = self.between(bounds, node)?;
                match against {
                    None => Asks::Value { scenario, between },
                    Some(entry) => {
                        let against = self.scenario_of(Some(entry), variants)?;
                        Asks::Difference { scenario, against, between }
                    }
                }
            }
        };
        Some(Condition { outcome, asks })
    }

    /// What a value is above and below, one of which may be missing.
    fn between(&mut self, bounds: [Option<&TomlEntry>; 2], node: &Node) -> Option<(f64, f64)> {
        let (above, below) = match bounds {
            [None, None] => {
                let message = "a condition says what the outcome is `above` or `below`, or what it is predicted `by`, `rather_than` by what";
                self.found.push(Diagnostic::at(&node.place, message));
                return None;
            }
            [above, below] => (above, below),
        };
        let mut number = |key: &str, entry: Option<&TomlEntry>, without: f64| match entry {
            None => Some(without),
            Some(TomlEntry { node, .. }) => self.note(finite(node).ok_or_else(|| wrong(key, node, "a number"))),
        };
        let low = number("above", above, f64::NEG_INFINITY);
        let high = number("below", below, f64::INFINITY);
        let (low, high) = (low?, high?);
        if low >= high {
            let message = format!("nothing is above {low} and below {high}");
            self.found.push(Diagnostic::at(&below?.node.place, message));
            return None;
        }
        Some((low, high))
    }

    /// The outcome or quantity of this name.
    fn outcome_of(&mut self, entry: &TomlEntry, quantities: &[Measure]) -> Option<String> {
        let name = self.note(text("outcome", &entry.node))?;
        if quantities.iter().any(|quantity| quantity.name == *name) {
            return Some(name.clone());
        }
        self.note(self.names.outcome(&entry.node)).cloned()
    }

    /// The scenario of this name; the first if none is named.
    fn scenario_of(&mut self, entry: Option<&TomlEntry>, variants: &[Variant]) -> Option<String> {
        let Some(entry) = entry else { return variants.first().map(|variant| variant.name.clone()) };
        let name = self.note(text("scenario", &entry.node))?;
        let names = variants.iter().map(|variant| variant.name.as_str());
        if !names.clone().any(|known| known == name) {
            self.found.push(Diagnostic::at(&entry.node.place, unknown("scenario", name, names)));
            return None;
        }
        Some(name.clone())
    }
}
