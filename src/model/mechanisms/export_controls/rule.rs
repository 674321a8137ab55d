//! What a rule stops, flow by flow, once it is known what leaked before it.

use super::ExportControls;
use crate::{
    model::{clock::Clock, relations::Rigour, states::StateId},
    scenario::{ControlSpec, Goods},
};

/// What a rule stops on its way between two states.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    /// Who denies it; of equipment, which comes from anywhere, the state itself.
    pub by: StateId,
    /// Who is denied it.
    pub against: StateId,
    /// How much of it.
    pub rigour: Rigour,
}

/// A rule that has begun or has a date, and the flows of which it stops something.
pub(super) struct Rule<'a> {
    pub spec: &'a ControlSpec,
    /// First step in force, negative before the start, and first that is not.
    pub from: i64,
    pub to: Option<i64>,
    pub flows: Vec<Flow>,
}

impl Rule<'_> {
    pub(super) fn in_force(&self, step: i64) -> bool {
        self.from <= step && self.to.is_none_or(|to| step < to)
    }

    /// Whether it binds chips of designers in `by` on their way to `against`.
    pub(super) fn binds_chips(&self, by: StateId, against: StateId) -> bool {
        self.spec.what == Goods::Chips && self.on(by, against).is_some()
    }

    /// How much it stops of what it covers on the way from `by` to `against`, if it stops any.
    fn on(&self, by: StateId, against: StateId) -> Option<Rigour> {
        let by = if self.spec.what == Goods::Equipment { against } else { by };
        self.flows.iter().find(|flow| flow.by == by && flow.against == against).map(|flow| flow.rigour)
    }

    /// Who denies whom by it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (StateId, StateId)> {
        pairs(self.spec)
    }

    /// Share of the flow that it means to stop by the hand of `by`; none if nothing is stopped by it.
    pub(super) fn strictness(&self, by: StateId, against: StateId) -> f64 {
        let named = self.spec.by.contains(&by.place());
        self.on(by, against).filter(|_| named).map_or(0.0, |rigour| rigour.strictness.min(1.0))
    }
}

/// Rules with the steps in which they come into force, in their order, as far as they stop anything. One that keeps the leak of what
/// stood before it leaks on each flow as the rule that stopped most of that flow in the step before it; by itself where none stopped
/// any.
pub(super) fn rules<'a>(
    known: impl Iterator<Item = (&'a ControlSpec, i64)>,
    clock: &Clock,
    controls: &ExportControls,
) -> Vec<Rule<'a>> {
    let to = |spec: &ControlSpec| spec.to.map(|month| clock.steps_to(month));
    let mut rules: Vec<_> = known.map(|(spec, from)| Rule { spec, from, to: to(spec), flows: Vec::new() }).collect();
    let mut order: Vec<usize> = (0..rules.len()).collect();
    order.sort_by_key(|at| rules[*at].from);
    for at in order {
        rules[at].flows = flows(&rules, &rules[at], controls);
    }
    rules.retain(|rule| !rule.flows.is_empty());
    rules
}

/// The flows of which a rule stops something, where those of all that came before it are known.
fn flows(rules: &[Rule], rule: &Rule, controls: &ExportControls) -> Vec<Flow> {
    let own = controls.rigour(&rule.spec.numbers);
    let kept = |by, against| {
        let stood = rules.iter().filter(|other| other.spec.what == rule.spec.what && other.in_force(rule.from - 1));
        stood.filter_map(|other| other.on(by, against)).reduce(Rigour::or_stricter).map_or(own.leak, |stood| stood.leak)
    };
    let flow = |(by, against)| {
        let leak = if rule.spec.numbers.keeps_leak { kept(by, against) } else { own.leak };
        Flow { by, against, rigour: Rigour { leak, ..own } }
    };
    covered(rule.spec).into_iter().map(flow).filter(|flow| flow.rigour.stopped() > 0.0).collect()
}

/// The flows that a rule covers: who denies whom; of equipment, which comes from anywhere, each state that is denied it.
fn covered(spec: &ControlSpec) -> Vec<(StateId, StateId)> {
    if spec.what == Goods::Equipment {
        return spec.against.iter().map(|&against| (StateId::new(against), StateId::new(against))).collect();
    }
    pairs(spec).collect()
}

fn pairs(spec: &ControlSpec) -> impl Iterator<Item = (StateId, StateId)> {
    let against = move |by| spec.against.iter().map(move |&against| (StateId::new(by), StateId::new(against)));
    spec.by.iter().flat_map(move |&by| against(by))
}
