//! The local page of `redqueen explore`: worlds of a changed scenario beside those of the baseline, paired by their luck, whose
//! pictures are drawn anew as they come.
//!
//! A [`Change`](change::Change) is a scenario with values laid over it, checked as those of the command line are. Its worlds are a
//! [`Case`](case::Case), kept while somebody may ask for them again. A [`Study`](study::Study) is what one page asks for: so many
//! worlds of two cases, with pictures after a few, some and many. The [`Engine`](engine::Engine) lives through them on threads of its
//! own, those first of whom the least is known; the server only hands on what comes out.

mod case;
mod change;
mod door;
mod engine;
mod file;
mod guard;
mod listing;
mod moving;
mod replay;
mod server;
mod study;
mod watch;

pub(crate) use server::{CannotOpen, Options, Stop, open};
