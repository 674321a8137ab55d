//! The declaration of a parameter: written once, read by checks, schema, `params`, designs and docs.

/// How sure a parameter's default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A figure from the literature or from data, with its source.
    Figure,
    /// An assumption, to be explored or calibrated; never a finding.
    Assumption,
    /// Fitted to observations.
    Calibrated,
}

impl Mark {
    /// The word used in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Figure => "figure",
            Self::Assumption => "assumption",
            Self::Calibrated => "calibrated",
        }
    }
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any number of the range.
    Real,
    /// A whole number of the range.
    Whole,
    /// `true` or `false`, held as 1 or 0.
    Flag,
}

impl Kind {
    /// The word used in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Whole => "whole",
            Self::Flag => "flag",
        }
    }
}

/// One declared parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its key in the config table.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Unit, such as `1/year`; `1` if it has none.
    pub unit: &'static str,
    /// Value where the config is silent.
    pub default: f64,
    /// Values that are accepted, both ends included.
    pub range: (f64, f64),
    /// Values worth exploring, both ends included.
    pub plausible: (f64, f64),
    /// The value at which the parameter's effect is absent, if it has one.
    pub null: Option<f64>,
    /// How sure the default is.
    pub mark: Mark,
    /// Where the default comes from, or why it was assumed.
    pub source: &'static str,
    /// What it does, in a line.
    pub meaning: &'static str,
}

impl Parameter {
    /// Whether neither the range nor the plausible range is reversed or NaN.
    pub const fn has_ranges_in_order(&self) -> bool {
        self.range.0 <= self.range.1 && self.plausible.0 <= self.plausible.1
    }

    /// Whether the default is a value that is accepted.
    pub const fn has_default_in_range(&self) -> bool {
        self.accepts(self.default)
    }

    /// Whether every plausible value is one that is accepted.
    pub const fn has_plausible_in_range(&self) -> bool {
        self.accepts(self.plausible.0) && self.accepts(self.plausible.1)
    }

    /// Whether the null, if there is one, is a value that is accepted.
    pub const fn has_null_in_range(&self) -> bool {
        match self.null {
            Some(null) => self.accepts(null),
            None => true,
        }
    }

    const fn accepts(&self, value: f64) -> bool {
        self.range.0 <= value && value <= self.range.1
    }

    /// A carried number as configs and manifests write it: flags as `true` or `false`, whole numbers without a point.
    pub fn written(&self, value: f64) -> serde_json::Value {
        match self.kind {
            Kind::Flag => (value > 0.0).into(),
            Kind::Whole => (value as i64).into(),
            Kind::Real => value.into(),
        }
    }
}

/// A type that a parameter can have in the code; all are carried as `f64` between files and designs.
pub trait ParameterValue: Copy {
    /// The kind of parameter this type holds.
    const KIND: Kind;
    /// From the carried number, which has passed the checks of its kind and range.
    fn from_number(number: f64) -> Self;
    /// To the carried number.
    fn to_number(self) -> f64;
}

impl ParameterValue for f64 {
    const KIND: Kind = Kind::Real;
    fn from_number(number: f64) -> Self {
        number
    }
    fn to_number(self) -> f64 {
        self
    }
}

impl ParameterValue for u32 {
    const KIND: Kind = Kind::Whole;
    fn from_number(number: f64) -> Self {
        number as u32
    }
    fn to_number(self) -> f64 {
        f64::from(self)
    }
}

impl ParameterValue for bool {
    const KIND: Kind = Kind::Flag;
    fn from_number(number: f64) -> Self {
        number > 0.0
    }
    fn to_number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// A table of parameters: a struct made by [`parameters!`](crate::parameters).
pub trait Parameters: Sized {
    /// Their declarations, in order.
    const DECLARED: &'static [Parameter];
    /// The struct with these values, one for each declaration, in order.
    fn from_values(values: &[f64]) -> Self;
    /// The values, in order.
    fn to_values(&self) -> Vec<f64>;
    /// The defaults, in order.
    fn default_values() -> Vec<f64> {
        Self::DECLARED.iter().map(|parameter| parameter.default).collect()
    }
}

/// Declares a struct of parameters; each field with its meaning, default, unit, accepted range, plausible range,
/// null (if any), mark and source.
///
/// ```
/// redqueen::parameters! {
///     /// Growth of a pond.
///     pub struct Pond {
///         /// Growth of the lilies.
///         growth: f64 = 0.5, "1/year", range 0.0..=2.0, plausible 0.1..=1.0 or null 0.0, assumption "a guess by eye";
///         /// Number of frogs at the start.
///         frogs: u32 = 3, "1", range 0..=100, plausible 1..=10, figure "counted";
///     }
/// }
/// use redqueen::declare::parameter::Parameters;
/// assert_eq!(Pond::DECLARED[1].name, "frogs");
/// assert_eq!(Pond::default().growth, 0.5);
/// ```
///
/// A declaration that contradicts itself does not compile; the error names the field. The default, the ends of the
/// plausible range and the null must be accepted, and no range may be reversed:
///
/// ```compile_fail,E0080
/// redqueen::parameters! {
///     pub struct Pond {
///         /// Growth of the lilies.
///         growth: f64 = 2.5, "1/year", range 0.0..=2.0, plausible 0.1..=1.0 or null 0.0, assumption "a guess by eye";
///     }
/// }
/// ```
/// ```compile_fail,E0080
/// redqueen::parameters! {
///     pub struct Pond {
///         /// Growth of the lilies.
///         growth: f64 = 0.5, "1/year", range 0.0..=2.0, plausible 0.1..=3.0 or null 0.0, assumption "a guess by eye";
///     }
/// }
/// ```
/// ```compile_fail,E0080
/// redqueen::parameters! {
///     pub struct Pond {
///         /// Growth of the lilies.
///         growth: f64 = 0.5, "1/year", range 0.0..=2.0, plausible 1.0..=0.1 or null 0.0, assumption "a guess by eye";
///     }
/// }
/// ```
/// ```compile_fail,E0080
/// redqueen::parameters! {
///     pub struct Pond {
///         /// Growth of the lilies.
///         growth: f64 = 0.5, "1/year", range 2.0..=0.0, plausible 0.1..=1.0, assumption "a guess by eye";
///     }
/// }
/// ```
/// ```compile_fail,E0080
/// redqueen::parameters! {
///     pub struct Pond {
///         /// Growth of the lilies.
///         growth: f64 = 0.5, "1/year", range 0.1..=2.0, plausible 0.1..=1.0 or null 0.0, assumption "a guess by eye";
///     }
/// }
/// ```
#[macro_export]
macro_rules! parameters {
    (
        $(#[$about:meta])*
        $vis:vis struct $Name:ident {
            $(
                $(#[doc = $meaning:literal])+
                $field:ident : $type:ty = $default:literal, $unit:literal,
                range $low:literal ..= $high:literal, plausible $plausible_low:literal ..= $plausible_high:literal
                $(or null $null:literal)?, $mark:ident $source:literal;
            )*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $Name { $( $(#[doc = $meaning])+ pub $field: $type, )* }

        impl $crate::declare::parameter::Parameters for $Name {
            const DECLARED: &'static [$crate::declare::parameter::Parameter] = &[
                $( $crate::parameters!(@checked $Name, $field, $crate::declare::parameter::Parameter {
                    name: stringify!($field),
                    kind: <$type as $crate::declare::parameter::ParameterValue>::KIND,
                    unit: $unit,
                    default: $default as f64,
                    range: ($low as f64, $high as f64),
                    plausible: ($plausible_low as f64, $plausible_high as f64),
                    null: { let null: &[f64] = &[$($null as f64)?]; if null.is_empty() { None } else { Some(null[0]) } },
                    mark: $crate::parameters!(@mark $mark),
                    source: $source,
                    meaning: concat!($($meaning),+).trim_ascii(),
                }), )*
            ];

            #[allow(unused_mut, unused_variables, unused_assignments, reason = "a table may have no parameters")]
            fn from_values(values: &[f64]) -> Self {
                let mut at = 0;
                $( let $field = <$type as $crate::declare::parameter::ParameterValue>::from_number(values[at]); at += 1; )*
                Self { $($field),* }
            }

            fn to_values(&self) -> Vec<f64> {
                vec![$( $crate::declare::parameter::ParameterValue::to_number(self.$field) ),*]
            }
        }

        // Without a use the declarations would not be looked at before the program asks for them.
        const _: &[$crate::declare::parameter::Parameter] =
            <$Name as $crate::declare::parameter::Parameters>::DECLARED;

        impl Default for $Name {
            fn default() -> Self {
                <Self as $crate::declare::parameter::Parameters>::from_values(
                    &<Self as $crate::declare::parameter::Parameters>::default_values())
            }
        }
    };
    (@checked $Name:ident, $field:ident, $parameter:expr) => {{
        const PARAMETER: $crate::declare::parameter::Parameter = $parameter;
        $crate::parameters!(@hold PARAMETER.has_ranges_in_order(), $Name, $field, "a range is reversed");
        $crate::parameters!(@hold PARAMETER.has_default_in_range(), $Name, $field, "the default lies outside the range");
        $crate::parameters!(@hold PARAMETER.has_plausible_in_range(), $Name, $field, "the plausible range leaves the range");
        $crate::parameters!(@hold PARAMETER.has_null_in_range(), $Name, $field, "the null lies outside the range");
        PARAMETER
    }};
    (@hold $rule:expr, $Name:ident, $field:ident, $wrong:literal) => {
        assert!($rule, concat!("`", stringify!($field), "` of `", stringify!($Name), "`: ", $wrong))
    };
    (@mark figure) => { $crate::declare::parameter::Mark::Figure };
    (@mark assumption) => { $crate::declare::parameter::Mark::Assumption };
    (@mark calibrated) => { $crate::declare::parameter::Mark::Calibrated };
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: Parameter = Parameter {
        name: "growth",
        kind: Kind::Real,
        unit: "1/year",
        default: 0.5,
        range: (0.0, 2.0),
        plausible: (0.1, 1.0),
        null: Some(0.0),
        mark: Mark::Assumption,
        source: "a guess",
        meaning: "Growth.",
    };

    fn verdict(parameter: Parameter) -> [bool; 4] {
        [
            parameter.has_ranges_in_order(),
            parameter.has_default_in_range(),
            parameter.has_plausible_in_range(),
            parameter.has_null_in_range(),
        ]
    }

    #[test]
    fn each_contradiction_in_a_declaration_is_seen_as_what_it_is() {
        let [yes, no] = [true, false];
        assert_eq!(verdict(SOUND), [yes; 4]);
        assert_eq!(verdict(Parameter { null: None, ..SOUND }), [yes; 4]);
        assert_eq!(verdict(Parameter { plausible: (0.0, 2.0), default: 2.0, ..SOUND }), [yes; 4]);
        assert_eq!(verdict(Parameter { plausible: (1.0, 0.1), ..SOUND }), [no, yes, yes, yes]);
        assert!(!Parameter { range: (2.0, 0.0), ..SOUND }.has_ranges_in_order());
        for default in [-0.1, 2.1, f64::NAN] {
            assert_eq!(verdict(Parameter { default, ..SOUND }), [yes, no, yes, yes]);
        }
        for plausible in [(-0.1, 1.0), (0.1, 2.1)] {
            assert_eq!(verdict(Parameter { plausible, ..SOUND }), [yes, yes, no, yes]);
        }
        assert_eq!(verdict(Parameter { null: Some(3.0), ..SOUND }), [yes, yes, yes, no]);
    }
}
