//! Words of configs that stand for one of a few choices.

/// A word of a config that stands for one of a few choices.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every choice with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The choice of this word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, choice)| *choice)
    }

    /// The word of this choice.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("", |(word, _)| word)
    }
}

/// Declares choices in their order, each with what it means and its word.
macro_rules! choices {
    (
        $(#[$about:meta])*
        pub enum $Name:ident { $( $(#[$meaning:meta])* $Choice:ident = $word:literal, )+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Name { $( $(#[$meaning])* $Choice, )+ }

        impl $Name {
            /// How many there are.
            pub const COUNT: usize = [$($word),+].len();
        }

        impl $crate::declare::choice::Choice for $Name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$Choice)),+];
        }
    };
}

pub(crate) use choices;
