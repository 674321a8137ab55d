//! The mathematics of games in normal form: what follows when every player acts well, and how surely payoffs from runs tell.
//!
//! A [`Game`] holds players, strategies and the payoffs of every profile; [`Samples`] hold the payoffs of single runs, with
//! replicates that share their luck over all profiles. Nothing here knows of worlds, batches or files.
//!
//! ```
//! use redqueen::analysis::games::{Game, Player, pure};
//!
//! let player = |name| Player::new(name, ["cooperate", "defect"]);
//! let payoffs = vec![3.0, 3.0, 0.0, 5.0, 5.0, 0.0, 1.0, 1.0];
//! let dilemma = Game::new(vec![player("row"), player("column")], payoffs)?;
//! let equilibria = pure::equilibria(&dilemma, 0.0);
//! assert_eq!(equilibria, [3]);
//! assert_eq!(dilemma.label(3), "defect, defect");
//! # Ok::<(), redqueen::analysis::games::GameError>(())
//! ```

pub mod alpha_rank;
pub mod commitment;
pub mod dominance;
mod game;
pub mod inference;
pub mod interaction;
pub mod means;
pub mod mixed;
pub mod pure;
pub mod quantal;
pub mod replicator;
mod roles;
mod samples;
pub mod welfare;

pub use game::{Game, GameError, MOST_PROFILES, PLAYERS, Player};
pub use roles::{Roles, RolesError};
pub use samples::Samples;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod planted_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod testing;
