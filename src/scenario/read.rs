//! From the merged tree of a config to a [`Scenario`], with every check.

use super::{
    Border, Catalogue, Comparison, DatedEvent, Exposure, MAX_DOMAINS, MechanismSettings, Month, Scenario, StateSpec,
    Time, Worth,
    bounds::{refuse_too_many, refuse_too_many_births},
    diagnostic::{Diagnostic, Place, unknown},
    entities::{NameIndex, Weights, read_weights, refuse_alike},
    kinds::{Frame, Lists},
    merge::EVENTS_UNTIL,
    section::{
        Mistakes, Section, cell_text, file_name, flag, folder_name, list, month, name, note, share, whole, wrong,
    },
    tree::{Node, TomlTable},
};

/// The domains of a config that names none.
pub(crate) const DEFAULT_DOMAINS: [&str; 6] = ["cloud", "vision", "speech", "mobile", "agentic", "coding"];
/// Months of a config that does not say how many.
pub(crate) const DEFAULT_MONTHS: u32 = 120;
/// The most months a world can run.
pub(crate) const MAX_MONTHS: u32 = 12_000;
/// The seed of a config that names none.
pub(crate) const DEFAULT_SEED: u64 = 1;

/// Reads the whole config; `None` if something is wrong, which is then in `found`.
pub(crate) fn read_scenario(
    tree: &TomlTable,
    place: &Place,
    catalogue: &Catalogue,
    found: &mut Mistakes,
) -> Option<Scenario> {
    if refuse_too_many(tree, found) {
        return None;
    }
    let before = found.len();
    let mut root = Section::new(tree, place, "the scenario");
    if let Some(entry) = root.take("extends") {
        found.push(Diagnostic::at(&entry.key, "`extends` can only stand in a file"));
    }
    let title = root.require("name", found).and_then(|entry| note(title(&entry.node), found)).cloned();
    let description = root.text("description", found);
    let seed = root.read("seed", |key, node| whole(key, node, 0, u64::MAX), found).unwrap_or(DEFAULT_SEED);
    let time = read_time(&mut root, found);
    let domains = read_domains(&mut root, found);
    let exposure = read_exposure(&mut root, domains.as_deref(), found);
    let worth = read_worth(&mut root, domains.as_deref(), found);
    let start = time.as_ref().map(|time| time.start);
    let lists = Lists::read(&mut root, domains.as_deref(), start, found);
    let names = NameIndex::new(lists.states.iter().map(|state| state.name.as_str()));
    let comparison = read_comparison(&mut root, &names, &lists.states, found);
    let borders = read_borders(&mut root, &names, found);
    let events = read_events(&mut root, found);
    let mechanisms = read_mechanisms(&mut root, catalogue, found);
    root.finish(found);
    let frame = Frame {
        name: title?,
        description,
        seed,
        time: time?,
        domains: domains?,
        exposure,
        worth,
        comparison,
        borders,
        events,
        mechanisms,
    };
    let scenario = Scenario::of(frame, lists);
    if found.len() == before {
        refuse_too_many_births(&scenario, tree, place, found);
    }
    Some(scenario)
}

/// The scenario's name. That of the world in which nothing moves is kept, though some programs take it for a missing value.
fn title(node: &Node) -> Result<&String, Diagnostic> {
    const KEPT: &str = "null";
    if node.as_text().is_some_and(|text| text == KEPT) { folder_name("name", node) } else { file_name("name", node) }
}

fn read_time(root: &mut Section<'_>, found: &mut Mistakes) -> Option<Time> {
    let Some(entry) = root.take("time") else {
        found.push(Diagnostic::at(root.place(), "the scenario has no `time.start`").help("start = \"2023-01\""));
        return None;
    };
    let mut section = Section::of(&entry.node, "[time]", found)?;
    let start = section.require("start", found);
    let start_month = start.and_then(|entry| note(month("start", &entry.node), found));
    let months = section.read("months", |key, node| whole(key, node, 1, u64::from(MAX_MONTHS)), found);
    let steps = section.read("steps_per_year", steps_per_year, found).unwrap_or(12);
    section.finish(found);
    let months = months.and_then(|months| u32::try_from(months).ok()).unwrap_or(DEFAULT_MONTHS);
    if let (Some(entry), Some(month)) = (start, start_month)
        && month.plus(months).year() > 9999
    {
        found.push(Diagnostic::at(&entry.node.place, format!("{months} months from {month} end after year 9999")));
    }
    Some(Time { start: start_month?, months, steps_per_year: steps })
}

fn steps_per_year(key: &str, node: &Node) -> Result<u32, Diagnostic> {
    match node.value.whole() {
        Some(12) => Ok(12),
        Some(24) => Ok(24),
        _ => Err(wrong(key, node, "12 or 24")),
    }
}

fn read_domains(root: &mut Section<'_>, found: &mut Mistakes) -> Option<Vec<String>> {
    let Some(entry) = root.take("domains") else {
        return Some(DEFAULT_DOMAINS.iter().map(|&domain| domain.to_owned()).collect());
    };
    let items = note(list("domains", &entry.node), found)?;
    let before = found.len();
    if items.is_empty() || items.len() > MAX_DOMAINS {
        let message = format!("a world has from 1 to {MAX_DOMAINS} domains, not {}", items.len());
        found.push(Diagnostic::at(&entry.node.place, message));
    }
    let mut domains: Vec<String> = Vec::new();
    for item in items {
        let Some(domain) = note(name("domains", item), found) else { continue };
        if domains.contains(domain) {
            found.push(Diagnostic::at(&item.place, format!("`{domain}` is in `domains` twice")));
        }
        domains.push(domain.clone());
    }
    refuse_alike(items.iter().filter_map(|item| Some((item.as_text()?.as_str(), &item.place))), "domains", found);
    (found.len() == before).then_some(domains)
}

fn read_exposure(root: &mut Section<'_>, domains: Option<&[String]>, found: &mut Mistakes) -> Exposure {
    let section = root.take("exposure").and_then(|entry| Section::of(&entry.node, "[exposure]", found));
    let Some(mut section) = section else {
        let none = vec![0.0; domains.map_or(0, <[String]>::len)];
        return Exposure { personal: none.clone(), autonomy: none };
    };
    let personal = read_weights(&mut section, "personal", domains, Weights::Levels, found);
    let autonomy = read_weights(&mut section, "autonomy", domains, Weights::Levels, found);
    section.finish(found);
    Exposure { personal, autonomy }
}

fn read_worth(root: &mut Section<'_>, domains: Option<&[String]>, found: &mut Mistakes) -> Worth {
    let section = root.take("worth").and_then(|entry| Section::of(&entry.node, "[worth]", found));
    let Some(mut section) = section else {
        let all = |worth: f64| vec![worth; domains.map_or(0, <[String]>::len)];
        return Worth { output: all(1.0), hard: all(0.0), soft: all(0.0), soft_open: all(0.0) };
    };
    let output = read_weights(&mut section, "output", domains, Weights::Values, found);
    let mut part = |key| read_weights(&mut section, key, domains, Weights::Levels, found);
    let worth = Worth { output, hard: part("hard"), soft: part("soft"), soft_open: part("soft_open") };
    section.finish(found);
    worth
}

fn read_comparison(
    root: &mut Section<'_>,
    names: &NameIndex<'_>,
    states: &[StateSpec],
    found: &mut Mistakes,
) -> Comparison {
    let entry = root.take("comparison");
    let mut section = entry.and_then(|entry| Section::of(&entry.node, "[comparison]", found));
    let mut side = |key| section.as_mut().and_then(|section| section.read(key, |_, node| names.find(node), found));
    let (leader, follower) = (side("leader"), side("follower"));
    if let Some(section) = section {
        section.finish(found);
    }
    if let (Some(entry), true) = (entry, leader.is_some() && leader == follower) {
        found.push(Diagnostic::at(&entry.key, "`leader` and `follower` must be two different states"));
    }
    let mut by_size: Vec<usize> = (0..states.len()).collect();
    let size = |state: usize| states[state].numbers.gdp_billion_usd;
    by_size.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    let largest_but = |other: Option<usize>| by_size.iter().copied().find(|&state| Some(state) != other).unwrap_or(0);
    let leader = leader.unwrap_or_else(|| largest_but(follower));
    Comparison { leader, follower: follower.unwrap_or_else(|| largest_but(Some(leader))) }
}

fn read_borders(root: &mut Section<'_>, names: &NameIndex<'_>, found: &mut Mistakes) -> Vec<Border> {
    let table = root.take("borders").and_then(|entry| entry.node.as_table());
    let mut borders = Vec::new();
    for entry in table.into_iter().flat_map(TomlTable::values) {
        let Some(mut section) = Section::of(&entry.node, "the border", found) else { continue };
        let ends = section.read("between", list, found).unwrap_or_default();
        let ends: Vec<_> = ends.iter().filter_map(|end| note(names.find(end), found)).collect();
        if section.take("openness").is_none() && section.take("trust").is_none() {
            found.push(Diagnostic::at(section.place(), "the border has neither `openness` nor `trust`"));
        }
        let openness = section.read("openness", share, found).unwrap_or(1.0);
        let trust = section.read("trust", share, found).unwrap_or(0.0);
        section.finish(found);
        if let [a, b] = ends.as_slice()
            && (openness < 1.0 || trust > 0.0)
        {
            borders.push(Border { between: (*a.min(b), *a.max(b)), openness, trust });
        }
    }
    borders.sort_by_key(|border| border.between);
    borders
}

fn read_events(root: &mut Section<'_>, found: &mut Mistakes) -> Vec<DatedEvent> {
    let items = root.read("events", list, found).unwrap_or_default();
    // Where layers were merged, those later than this went.
    root.read(EVENTS_UNTIL, month, found);
    let mut events: Vec<DatedEvent> = items.iter().filter_map(|item| read_event(item, found)).collect();
    events.sort_by_key(|event| event.date);
    events
}

fn read_event(item: &Node, found: &mut Mistakes) -> Option<DatedEvent> {
    let mut section = Section::of(item, "the event", found)?;
    let date = section.require("date", found).and_then(|entry| note(month("date", &entry.node), found));
    let kind = section.require("kind", found).and_then(|entry| note(name("kind", &entry.node), found));
    let mut cell = |key| section.read(key, cell_text, found).cloned().unwrap_or_default();
    let (actor, text) = (cell("actor"), cell("text"));
    let source = section.text("source", found);
    section.finish(found);
    Some(DatedEvent { date: date?, kind: kind?.clone(), actor, text, source })
}

fn read_mechanisms(root: &mut Section<'_>, catalogue: &Catalogue, found: &mut Mistakes) -> Vec<MechanismSettings> {
    let empty = TomlTable::new();
    let entry = root.take("mechanisms");
    let table = match entry {
        Some(entry) => entry.node.as_table().unwrap_or_else(|| {
            found.push(wrong("mechanisms", &entry.node, "a table"));
            &empty
        }),
        None => &empty,
    };
    let known = || catalogue.mechanisms.iter().map(|mechanism| mechanism.name);
    for (name, entry) in table {
        if !known().any(|mechanism| mechanism == name) {
            found.push(Diagnostic::at(&entry.key, unknown("mechanism", name, known())));
        }
    }
    let mut settings = |mechanism: &super::MechanismDeclaration| {
        let title = format!("[mechanisms.{}]", mechanism.name);
        let entry = table.get(mechanism.name);
        let section = entry.and_then(|entry| Section::of(&entry.node, title, found));
        let Some(mut section) = section else {
            let values = mechanism.parameters.iter().map(|parameter| parameter.default).collect();
            return MechanismSettings { declared: *mechanism, enabled: !mechanism.left_out, values };
        };
        let enabled = section.read("enabled", flag, found).unwrap_or(true);
        let values = section.parameters(mechanism.parameters, found);
        section.finish(found);
        MechanismSettings { declared: *mechanism, enabled: enabled && !mechanism.left_out, values }
    };
    catalogue.mechanisms.iter().map(&mut settings).collect()
}

/// The month in which an entity or event stands, or nothing where it is there from the start.
pub(crate) fn after_start(month: Option<Month>, start: Option<Month>) -> Option<Month> {
    month.filter(|month| start.is_none_or(|start| *month > start))
}
