//! Postures: named bundles of levers, which states that choose take up.

use super::{Before, Entity, Goods, Lever, Scenario, USUAL_GOODS, policy::goods_of, strategist::StrategistSpec};
use crate::{
    declare::parameter::Parameters,
    parameters,
    scenario::{
        Choice, MAX_POSTURES,
        describe::{insert_parameters, named},
        entities::{EntityKind, read_entities},
        schema::{described, list_of},
        section::{Mistakes, Section},
        unsound::{Checked, ensure},
    },
};
use serde_json::{Map, Value};

parameters! {
    /// Numbers of a posture: how hostile it is, then what it sets each lever to, by the lever's word.
    pub struct PostureNumbers {
        /// Where it stands between openness (0) and hostility (1): postures are ordered by it.
        hostility: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "chosen by the user";
        /// Support of open models.
        open_source: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Money for fabs at home.
        chip_subsidy: f64 = 0.0, "billion USD a year", range 0.0..=10000.0, plausible 0.0..=50.0 or null 0.0, assumption "chosen by the user";
        /// Money that buys compute for firms at home.
        public_compute: f64 = 0.0, "billion USD a year", range 0.0..=10000.0, plausible 0.0..=50.0 or null 0.0, assumption "chosen by the user";
        /// Openness of science across borders.
        open_science: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Talent gained, as a share of the talent there is.
        talent: f64 = 0.0, "1", range 0.0..=10.0, plausible 0.0..=0.5 or null 0.0, assumption "chosen by the user";
        /// Power for AI built beyond trend.
        power: f64 = 0.0, "GW a year", range 0.0..=1000.0, plausible 0.0..=20.0 or null 0.0, assumption "chosen by the user";
        /// Least safety effort of firms at home.
        safety_floor: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=0.8 or null 0.0, assumption "chosen by the user";
        /// Share of spending on chips that goes into another paradigm.
        leapfrog: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=0.5 or null 0.0, assumption "chosen by the user";
        /// Will to cooperate with other states.
        cooperation: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// How far public buyers are told to buy chips designed at home.
        procurement: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// How far public buyers are told to use models made at home.
        model_procurement: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// What is added to the strictness of export controls against rivals; below 0, what is in force is lifted.
        control: f64 = 0.0, "1", range -1.0..=1.0, plausible -1.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// How far the market is closed to rivals' firms; below 0, what the scenario closed is opened.
        market_closure: f64 = 0.0, "1", range -1.0..=1.0, plausible -1.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Effort against leakage from own export controls.
        enforcement: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// How far talent from elsewhere is let in.
        immigration: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
    }
}

/// A posture as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct PostureSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Goods that its export controls cover, in the order of [`Goods`].
    pub goods: [bool; Goods::COUNT],
    /// Its numbers.
    pub numbers: PostureNumbers,
}

impl PostureSpec {
    /// What it sets each lever to, in the order of [`Lever`].
    pub fn levers(&self) -> [f64; Lever::COUNT] {
        let values = self.numbers.to_values();
        std::array::from_fn(|lever| values[lever + 1])
    }
}

impl Entity for PostureSpec {
    const KIND: EntityKind = EntityKind {
        list: "postures",
        one: "posture",
        called: "posture",
        heading: "Postures",
        meaning: "Bundles of levers that states which choose take up",
        most: MAX_POSTURES,
        moved_by: Some(("statecraft", "step")),
        recorded: false,
        numbers: PostureNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(PostureNumbers);

    fn read<'a>(root: &mut Section<'a>, _before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let goods = section.take("what").map_or(USUAL_GOODS, |entry| goods_of(&entry.node, found));
            let numbers = PostureNumbers::from_values(&section.parameters(PostureNumbers::DECLARED, found));
            Some(Self { name: name.to_owned(), goods, numbers })
        })
    }

    fn describe(&self, _scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        let covered = Goods::WORDS.iter().filter(|(_, goods)| self.goods[*goods as usize]);
        entry.insert("what".into(), covered.map(|(word, _)| *word).collect());
        insert_parameters(&mut entry, &self.numbers);
        entry
    }

    fn check(&self, _scenario: &Scenario) -> Checked {
        ensure(
            self.goods.contains(&true),
            || format!("postures.{}.what", self.name),
            || "must name some goods".to_owned(),
        )
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        let at = scenario.postures.iter().position(|posture| posture.name == self.name)?;
        let open = |strategist: &StrategistSpec| strategist.postures.contains(&at);
        (!scenario.strategists.iter().any(open)).then(|| "has no effect: no strategist can take it up".to_owned())
    }
}

impl PostureSpec {
    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        let goods = "Goods that its `control` covers; chips, equipment and memory if left out.";
        vec![("what", described(list_of::<Goods>(), goods))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_numbers_are_the_levers_in_their_order_and_within_their_ranges() {
        let declared: Vec<_> = PostureNumbers::DECLARED[1..].iter().map(|number| (number.name, number.range)).collect();
        let levers: Vec<_> = Lever::WORDS.iter().map(|(word, lever)| (*word, lever.range())).collect();
        assert_eq!(declared, levers);
    }
}
