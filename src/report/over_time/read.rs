//! Reads two scenarios' runs in step from the recorded tables, run by run.

use super::{Followed, OverTime, STATES, TABLES, followed, stored};
use crate::{
    analysis::{
        paired::Pairs,
        sketch::{Distribution, Sketches},
    },
    output::{
        difference_rows::DifferenceOverTimeRow,
        manifest::{FileFormat, Manifest, ScenarioEntry},
        sums,
    },
    report::{ReportError, as_written, results::Replicates, runs::Independent},
    scenario::Month,
};
use std::{cmp::Ordering, fs::File, path::Path, sync::Arc};

/// Scenarios whose differences from the first are followed: each takes another reading of the tables.
const MOST_SCENARIOS: usize = 12;

/// A table, row by row, as bytes: a table of 10,000 runs has a million rows.
struct Rows {
    reader: csv::Reader<File>,
    row: csv::ByteRecord,
    /// Whether `row` is one that was not taken yet.
    ahead: bool,
    scenario: usize,
    point: usize,
    replicate: usize,
    date: usize,
    entity: Option<usize>,
    /// The columns that are read; `None` for one that the table has not.
    columns: Vec<Option<usize>>,
}

impl Rows {
    fn open(file: &Path, columns: &[&str], entity: Option<&str>) -> Result<Option<Self>, ReportError> {
        let handle = match sums::open(file) {
            Ok(handle) => handle,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ReportError::Read { file: file.to_owned(), source }),
        };
        let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_reader(handle);
        let header = reader.headers().cloned().map_err(|error| unreadable(file, error))?;
        let find = |name: &str| header.iter().position(|column| column == name);
        let (Some(scenario), Some(point), Some(replicate), Some(date)) =
            (find("scenario"), find("point"), find("replicate"), find("date"))
        else {
            return Ok(None);
        };
        let columns = columns.iter().map(|column| find(column)).collect();
        let entity = entity.and_then(find);
        let row = csv::ByteRecord::new();
        Ok(Some(Self { reader, row, ahead: false, scenario, point, replicate, date, entity, columns }))
    }

    /// Moves on to the next row that was not taken; `false` at the end.
    fn look(&mut self, file: &Path) -> Result<bool, ReportError> {
        if !self.ahead {
            self.ahead = self.reader.read_byte_record(&mut self.row).map_err(|error| unreadable(file, error))?;
        }
        Ok(self.ahead)
    }

    fn cell(&self, at: usize) -> &[u8] {
        self.row.get(at).unwrap_or_default()
    }

    /// A number of the row; `NaN` where it has none. What is damaged is found by the table's checksum.
    fn number(&self, column: usize) -> f64 {
        let cell = self.columns.get(column).copied().flatten().map(|at| self.cell(at));
        let text = cell.and_then(|cell| std::str::from_utf8(cell).ok());
        text.and_then(|text| text.parse().ok()).filter(|value: &f64| value.is_finite()).unwrap_or(f64::NAN)
    }

    /// Point and replicate of the row.
    fn key(&self) -> Option<(u64, u64)> {
        Some((whole(self.cell(self.point))?, whole(self.cell(self.replicate))?))
    }

    /// Months of the row since the start.
    fn month(&self, start: Month) -> Option<usize> {
        let month: Month = std::str::from_utf8(self.cell(self.date)).ok()?.parse().ok()?;
        usize::try_from(month.since(start)).ok()
    }
}

fn whole(cell: &[u8]) -> Option<u64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

fn unreadable(file: &Path, error: csv::Error) -> ReportError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => ReportError::Read { file: file.to_owned(), source },
        other => ReportError::Malformed { file: file.to_owned(), line, expected: format!("a readable row: {other:?}") },
    }
}

/// The runs of a scenario in a table, in their order.
struct Runs<'a> {
    file: &'a Path,
    rows: Rows,
    scenario: &'a str,
    span: Span,
    /// Whether the scenario's rows stand together, so that none comes after the first of another.
    together: bool,
    began: bool,
    key: Option<(u64, u64)>,
    /// By series, then month.
    values: Vec<f64>,
}

/// The months of a scenario.
#[derive(Clone, Copy)]
struct Span {
    start: Month,
    months: usize,
}

/// Which series a table has, and how its rows are read.
struct Wanted<'a> {
    table: &'a str,
    series: Vec<&'a Followed>,
    columns: Vec<&'a str>,
    entity: Option<&'static str>,
}

impl<'a> Wanted<'a> {
    fn of(table: &'a str, followed: &'a [Followed]) -> Self {
        let series: Vec<&Followed> = followed.iter().filter(|one| one.table == table).collect();
        let columns = series.iter().map(|one| one.column).collect();
        Self { table, series, columns, entity: (table == STATES).then_some("state") }
    }
}

impl<'a> Runs<'a> {
    fn open(
        file: &'a Path,
        wanted: &Wanted<'_>,
        scenario: &'a str,
        span: Span,
        together: bool,
    ) -> Result<Option<Self>, ReportError> {
        let Some(rows) = Rows::open(file, &wanted.columns, wanted.entity)? else { return Ok(None) };
        let values = vec![f64::NAN; wanted.series.len() * span.months];
        Ok(Some(Self { file, rows, scenario, span, together, began: false, key: None, values }))
    }

    /// Takes the rows of the next run of the scenario.
    fn advance(&mut self, wanted: &Wanted<'_>) -> Result<(), ReportError> {
        self.key = None;
        while self.rows.look(self.file)? {
            let is_own = self.rows.cell(self.rows.scenario) == self.scenario.as_bytes();
            let key = if is_own { self.rows.key() } else { None };
            match (self.key, key) {
                (None, None) if self.began && self.together => break,
                (None, None) => self.rows.ahead = false,
                (None, Some(_)) => {
                    (self.key, self.began) = (key, true);
                    self.values.fill(f64::NAN);
                    self.take(wanted);
                }
                (Some(current), Some(next)) if current == next => self.take(wanted),
                _ => break,
            }
        }
        Ok(())
    }

    /// Takes what is wanted of a row.
    fn take(&mut self, wanted: &Wanted<'_>) {
        self.rows.ahead = false;
        let Some(month) = self.rows.month(self.span.start).filter(|month| *month < self.span.months) else { return };
        let entity = self.rows.entity.map(|at| self.rows.cell(at));
        for (at, series) in wanted.series.iter().enumerate() {
            if entity.is_none_or(|entity| entity == series.entity.as_bytes()) {
                self.values[at * self.span.months + month] = self.rows.number(at);
            }
        }
    }
}

/// How far one scenario's series are from another's, month by month.
struct Gathered {
    pairs: Vec<Pairs>,
    sketches: Sketches,
}

/// Reads how the scenarios of these names differ from the first in each month, the world and these states; runs among which these are
/// independent.
pub fn over_time(
    folder: &Path,
    manifest: &Manifest,
    states: [&str; 2],
    (independent, scenarios): (&Independent, &[String]),
) -> Result<OverTime, ReportError> {
    let mut found = OverTime::default();
    let Some((first, others)) = scenarios.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(found);
    };
    let entries = &manifest.experiment.scenarios;
    let Some(span) = entries.iter().find(|entry| entry.name == *first).and_then(span) else { return Ok(found) };
    let followed = followed(states);
    let (there, absent): (Vec<&str>, Vec<&str>) = TABLES.into_iter().partition(|table| manifest.csv(table).is_some());
    found.missing.extend(lacking(&absent, manifest));
    if let Some(more) = others.len().checked_sub(MOST_SCENARIOS).filter(|more| *more > 0) {
        found.missing.push(format!(
            "Differences over time are those of the first {MOST_SCENARIOS} scenarios: {more} more are left out."
        ));
    }
    if let Some(rows) = stored::read(folder, manifest)? {
        return Ok(OverTime { rows, ..found });
    }
    let together = manifest.experiment.stop.is_none();
    for table in there {
        let wanted = Wanted::of(table, &followed);
        let file = folder.join(FileFormat::Csv.file(table));
        for other in others.iter().take(MOST_SCENARIOS).filter(|_| !wanted.series.is_empty()) {
            let pair = [first.as_str(), other.as_str()];
            let Some(gathered) = gather(&file, &wanted, pair, (span, together), independent)? else { continue };
            gathered.rows(&wanted, pair, span, &mut found.rows);
        }
        as_written(folder, manifest, table)?;
    }
    Ok(found)
}

/// What is said of tables that are not there, and what records them.
fn lacking(tables: &[&str], manifest: &Manifest) -> Option<String> {
    let names = tables.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(" and ");
    let as_parquet = |table: &&str| manifest.files.iter().any(|file| file.name == **table);
    let why = if tables.iter().any(as_parquet) {
        "not there as CSV; `--format csv` writes it so"
    } else {
        "not recorded; `--record all` records what they take"
    };
    (!tables.is_empty()).then(|| format!("Some differences over time are left out: {names} {why}."))
}

fn span(entry: &ScenarioEntry) -> Option<Span> {
    Some(Span { start: entry.start.parse().ok()?, months: usize::try_from(entry.months).ok()? })
}

/// Reads the runs of two scenarios in step.
fn gather(
    file: &Path,
    wanted: &Wanted<'_>,
    [first, other]: [&str; 2],
    (span, together): (Span, bool),
    independent: &Independent,
) -> Result<Option<Gathered>, ReportError> {
    let open = |scenario| Runs::open(file, wanted, scenario, span, together);
    let (Some(mut base), Some(mut runs)) = (open(first)?, open(other)?) else { return Ok(None) };
    let width = wanted.series.len() * span.months;
    let mut gathered = Gathered { pairs: vec![Pairs::new(independent.units); width], sketches: Sketches::new(width) };
    let mut replicates = Replicates::default();
    base.advance(wanted)?;
    runs.advance(wanted)?;
    while let (Some(a), Some(b)) = (base.key, runs.key) {
        match a.cmp(&b) {
            Ordering::Less => base.advance(wanted)?,
            Ordering::Greater => runs.advance(wanted)?,
            Ordering::Equal => {
                let (point, replicate) = (independent.world(a.0), replicates.place(a.1));
                let values = base.values.iter().zip(&runs.values).zip(gathered.sketches.row());
                for (pairs, ((a, b), apart)) in gathered.pairs.iter_mut().zip(values) {
                    *apart = b - a;
                    if !apart.is_nan() {
                        pairs.add(point, replicate, (*a, *b));
                    }
                }
                base.advance(wanted)?;
                runs.advance(wanted)?;
            }
        }
    }
    Ok(Some(gathered))
}

impl Gathered {
    /// The lines of the table; months without a pair have none.
    fn rows(
        mut self,
        wanted: &Wanted<'_>,
        [first, other]: [&str; 2],
        span: Span,
        rows: &mut Vec<DifferenceOverTimeRow>,
    ) {
        let (scenario, against): (Arc<str>, Arc<str>) = (other.into(), first.into());
        let summaries = self.sketches.summaries();
        for (place, (pairs, apart)) in self.pairs.iter().zip(summaries).enumerate() {
            let (Some(series), Some(apart)) = (wanted.series.get(place / span.months), apart) else { continue };
            let Some(found) = pairs.difference().filter(|found| found.is_finite()) else { continue };
            let Distribution { quantiles: [p05, p25, p50, p75, p95], .. } = apart;
            let interval = found.difference.interval().filter(|(low, high)| low.is_finite() && high.is_finite());
            let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
            rows.push(DifferenceOverTimeRow {
                scenario: scenario.clone(),
                against: against.clone(),
                table: wanted.table.into(),
                entity: (!series.entity.is_empty()).then(|| series.entity.as_str().into()),
                indicator: series.column.into(),
                date: span.start.plus((place % span.months) as u32),
                n: count(found.difference.n),
                pairs: count(found.pairs),
                difference: found.difference.mean,
                standard_error: found.difference.standard_error().filter(|error| error.is_finite()),
                low: interval.map(|(low, _)| low),
                high: interval.map(|(_, high)| high),
                p05,
                p25,
                p50,
                p75,
                p95,
            });
        }
    }
}
