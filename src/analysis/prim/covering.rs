//! Several boxes, each in what those before it left.

use super::{Cases, Options, QuasiP, Step, Trajectory, trajectory};

/// A box that was chosen, and how it was found.
#[derive(Clone, Debug)]
pub struct FoundBox {
    /// Every step on the way.
    pub trajectory: Trajectory,
    /// The step that was chosen.
    pub chosen: usize,
    /// Its quasi-p values, by column.
    pub quasi_p: Vec<Option<QuasiP>>,
}

impl FoundBox {
    /// The box.
    pub fn step(&self) -> &Step {
        &self.trajectory.steps[self.chosen]
    }
}

/// The step to take of a trajectory: of those that are as dense as asked for the one that covers most, else the densest; of equals
/// the one that restricts fewer columns, then the first.
pub fn choose(steps: &[Step], density: f64) -> usize {
    let rank = |step: &Step| {
        let enough = step.density >= density;
        (enough, if enough { step.coverage } else { step.density })
    };
    let mut best = 0;
    for (place, step) in steps.iter().enumerate().skip(1) {
        let (one, other) = (rank(step), rank(&steps[best]));
        if one > other || (one == other && step.restricted < steps[best].restricted) {
            best = place;
        }
    }
    best
}

/// Up to `most` boxes of a density; a search ends where nothing is left that happened, or where what is left has no box that is
/// denser than all cases are.
pub fn boxes(cases: &Cases, most: usize, density: f64, options: &Options) -> Vec<FoundBox> {
    let (mut remaining, mut found) = (cases.all(), Vec::new());
    while found.len() < most && remaining.iter().any(|row| cases.happened[*row] > 0.0) {
        let trajectory = trajectory(cases, remaining.clone(), options);
        let chosen = choose(&trajectory.steps, density);
        let step = &trajectory.steps[chosen];
        if chosen == 0 || step.density <= cases.base_rate() {
            break;
        }
        let quasi_p = trajectory.quasi_p(cases, step);
        // Rows of a box are in the order of those that were left.
        remaining.retain(|row| step.rows.binary_search(row).is_err());
        found.push(FoundBox { trajectory, chosen, quasi_p });
    }
    found
}
