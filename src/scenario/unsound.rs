//! What in a scenario does not fit, and how it is said.

/// What in a scenario does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scenario `{scenario}` cannot be simulated: {place} {problem}")]
pub struct Unsound {
    /// The scenario's name.
    pub scenario: String,
    /// Where, such as `firms.OpenAI.state`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// The first thing that does not fit: where, and what is wrong.
pub(super) type Checked = Result<(), (String, String)>;

pub(super) fn ensure(holds: bool, place: impl FnOnce() -> String, problem: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err((place(), problem())) }
}
