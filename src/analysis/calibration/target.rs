//! What runs are compared with: data with their errors.

use std::collections::BTreeMap;

/// A datum that runs are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its name, for messages and tables.
    pub name: String,
    /// The datum, in the target's own unit (which may be a logarithm).
    pub value: f64,
    /// Standard deviation of the error of measurement, in that unit.
    pub error: f64,
    /// Standard deviation of the discrepancy: how far the best of all parameters may be from the truth, as a model is no
    /// more than that (Kennedy and O'Hagan 2001).
    pub discrepancy: f64,
    /// Errors that it has in common with other targets.
    pub shared: Vec<Shared>,
}

/// A part of the error that is the same for all targets of a group, such as the scale of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// Name of the group.
    pub group: String,
    /// Standard deviation of what it adds to this target, in the target's unit.
    pub sd: f64,
}

/// Why targets cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// There are none.
    #[error("there is no target")]
    Empty,
    /// A number is not finite or a standard deviation is negative.
    #[error("target {0}: the value must be finite and standard deviations finite and not negative")]
    Number(String),
    /// No error of its own.
    #[error("target {0} has neither an error nor a discrepancy of its own")]
    NoError(String),
}

/// Targets whose numbers make sense, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets(Vec<Target>);

impl Targets {
    /// Checks the numbers.
    ///
    /// # Errors
    ///
    /// Without targets, with a number out of its range, or with a target that has neither error nor discrepancy: no run would
    /// ever agree with it.
    pub fn new(targets: Vec<Target>) -> Result<Self, TargetError> {
        if targets.is_empty() {
            return Err(TargetError::Empty);
        }
        for target in &targets {
            let sds =
                [target.error, target.discrepancy].into_iter().chain(target.shared.iter().map(|shared| shared.sd));
            if !target.value.is_finite() || sds.into_iter().any(|sd| !sd.is_finite() || sd < 0.0) {
                return Err(TargetError::Number(target.name.clone()));
            }
            let own = target.own_variance();
            if own <= 0.0 || !own.is_finite() {
                return Err(TargetError::NoError(target.name.clone()));
            }
        }
        Ok(Self(targets))
    }

    /// Their number.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The targets in order.
    pub fn list(&self) -> &[Target] {
        &self.0
    }

    /// The data in order.
    pub fn values(&self) -> Vec<f64> {
        self.0.iter().map(|target| target.value).collect()
    }

    /// The same targets with other data, such as those of a planted truth.
    #[must_use]
    pub fn with_values(&self, values: &[f64]) -> Self {
        let with = |(target, value): (&Target, &f64)| Target { value: *value, ..target.clone() };
        Self(self.0.iter().zip(values).map(with).collect())
    }

    /// Covariance of data about what the model gives at the true parameters, luck apart: error and discrepancy on the
    /// diagonal, and what the groups add to all their targets alike.
    pub fn covariance(&self) -> Vec<Vec<f64>> {
        let mut covariance = vec![vec![0.0; self.len()]; self.len()];
        let mut groups: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
        for (place, target) in self.0.iter().enumerate() {
            covariance[place][place] = target.own_variance();
            for shared in &target.shared {
                groups.entry(&shared.group).or_default().push((place, shared.sd));
            }
        }
        for members in groups.values() {
            for (i, a) in members {
                members.iter().for_each(|(j, b)| covariance[*i][*j] += a * b);
            }
        }
        covariance
    }
}

impl Target {
    fn own_variance(&self) -> f64 {
        self.error * self.error + self.discrepancy * self.discrepancy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(name: &str, shared: &[(&str, f64)]) -> Target {
        let shared = shared.iter().map(|(group, sd)| Shared { group: (*group).to_owned(), sd: *sd }).collect();
        Target { name: name.to_owned(), value: 1.0, error: 3.0, discrepancy: 4.0, shared }
    }

    #[test]
    fn targets_of_a_group_err_together() {
        let list = vec![target("a", &[("x", 2.0)]), target("b", &[]), target("c", &[("x", 0.5), ("y", 1.0)])];
        let covariance = Targets::new(list).unwrap().covariance();
        assert_eq!(covariance, [[29.0, 0.0, 1.0], [0.0, 25.0, 0.0], [1.0, 0.0, 26.25]]);
    }

    #[test]
    fn targets_without_error_or_with_odd_numbers_are_refused() {
        assert_eq!(Targets::new(Vec::new()), Err(TargetError::Empty));
        let exact = Target { error: 0.0, discrepancy: 0.0, ..target("a", &[("x", 2.0)]) };
        assert_eq!(Targets::new(vec![exact]), Err(TargetError::NoError("a".to_owned())));
        for odd in [
            Target { value: f64::NAN, ..target("a", &[]) },
            Target { error: -1.0, ..target("a", &[]) },
            target("a", &[("x", f64::INFINITY)]),
        ] {
            assert_eq!(Targets::new(vec![odd]), Err(TargetError::Number("a".to_owned())));
        }
    }
}
