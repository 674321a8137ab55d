//! What is forecast: draws by observable and month, from the tables of a batch or from a file of forecasts.

use crate::{
    declare::table::{DATE, Table},
    experiment::observations::Observable,
    output::manifest::FileFormat,
    report::{ReportError, csv_file::CsvFile},
    scenario::Month,
};
use csv::StringRecord;
use std::{collections::BTreeMap, ops::RangeInclusive, path::Path};

/// A drawn value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// Which draw: values of the same draw are of the same world.
    pub draw: u64,
    /// How much it counts.
    pub weight: f64,
    /// The value, in the indicator's unit.
    pub value: f64,
}

/// Draws by what they are of and the month; those of a month are in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    months: BTreeMap<Observable, BTreeMap<Month, Vec<Draw>>>,
}

impl Forecast {
    /// Reads these indicators of a table of a batch's folder, in these months. Every run is a draw, and all weigh the same.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn read_table(
        &mut self,
        folder: &Path,
        table: &Table,
        indicators: &[&str],
        months: &RangeInclusive<Month>,
    ) -> Result<(), ReportError> {
        let mut file = CsvFile::there(&folder.join(FileFormat::Csv.file(table.name)))?;
        let (run, date) = (file.column("run")?, file.column(DATE)?);
        let entity = table.key.get(1).map(|kind| file.column(kind)).transpose()?;
        let columns: Vec<usize> = indicators.iter().map(|name| file.column(name)).collect::<Result<_, _>>()?;
        let mut row = StringRecord::new();
        while file.next(&mut row)? {
            let month = month(&file, &row, date)?;
            if !months.contains(&month) {
                continue;
            }
            let draw = file.count(&row, Some(run))?;
            let entity = entity.map(|entity| row.get(entity).unwrap_or_default().into());
            for (name, column) in indicators.iter().zip(&columns) {
                if let Some(value) = file.number(&row, *column)? {
                    let of = Observable { table: table.name.into(), entity: entity.clone(), indicator: (*name).into() };
                    self.add(of, month, Draw { draw, weight: 1.0, value });
                }
            }
        }
        self.sort();
        Ok(())
    }

    /// Reads a file of forecasts, of this program or another, with columns `date`, `table`, `entity`, `indicator`, `draw`, `weight`
    /// and `value`.
    ///
    /// # Errors
    /// It cannot be read, lacks a column, or a cell does not hold what it should; or a draw has two values of the same.
    pub fn read_file(path: &Path) -> Result<Self, ReportError> {
        let mut file = CsvFile::there(path)?;
        let [date, table, entity, indicator, draw, weight, value] =
            [DATE, "table", "entity", "indicator", "draw", "weight", "value"].map(|name| file.column(name));
        let (date, table, entity, indicator) = (date?, table?, entity?, indicator?);
        let (draw, weight, value) = (draw?, weight?, value?);
        let (mut forecast, mut row) = (Self::default(), StringRecord::new());
        while file.next(&mut row)? {
            let cell = |column: usize| row.get(column).unwrap_or_default();
            let of = Observable {
                table: cell(table).into(),
                entity: Some(cell(entity)).filter(|entity| !entity.is_empty()).map(Into::into),
                indicator: cell(indicator).into(),
            };
            let number = |column: usize| {
                file.number(&row, column)?.ok_or_else(|| file.malformed(&row, column, "a finite number"))
            };
            let counted = Draw { draw: file.count(&row, Some(draw))?, weight: number(weight)?, value: number(value)? };
            if counted.weight < 0.0 {
                return Err(file.malformed(&row, weight, "a weight from 0 on"));
            }
            forecast.add(of, month(&file, &row, date)?, counted);
        }
        match forecast.sort() {
            None => Ok(forecast),
            Some((of, month, draw)) => Err(ReportError::Malformed {
                file: path.to_owned(),
                line: 1,
                expected: format!("one value of {of} in {month} of draw {draw}, and there are two"),
            }),
        }
    }

    fn add(&mut self, of: Observable, month: Month, draw: Draw) {
        self.months.entry(of).or_default().entry(month).or_default().push(draw);
    }

    /// Sorts draws; gives one that stands there twice.
    fn sort(&mut self) -> Option<(&Observable, Month, u64)> {
        let mut twice = None;
        for (of, months) in &mut self.months {
            for (month, draws) in months {
                draws.sort_by_key(|draw| draw.draw);
                let found = draws.windows(2).find(|pair| pair[0].draw == pair[1].draw);
                twice = twice.or(found.map(|pair| (of, *month, pair[0].draw)));
            }
        }
        twice
    }

    /// What is forecast, with its draws by month.
    pub fn months(&self) -> impl Iterator<Item = (&Observable, &BTreeMap<Month, Vec<Draw>>)> {
        self.months.iter()
    }

    /// Whether this is forecast at all.
    pub fn has(&self, of: &Observable) -> bool {
        self.months.contains_key(of)
    }

    /// Draws of the mean over some months: values and weights, of draws that have a value in each month. `None` if a month is not
    /// forecast.
    pub fn over(&self, of: &Observable, first: Month, last: Month) -> Option<Vec<(f64, f64)>> {
        let months = self.months.get(of)?;
        let count = usize::try_from(last.since(first)).ok()? + 1;
        if months.range(first..=last).count() < count {
            return None;
        }
        let mut sums: BTreeMap<u64, (usize, f64, f64)> = BTreeMap::new();
        for draw in months.range(first..=last).flat_map(|(_, draws)| draws) {
            let (n, sum, weight) = sums.entry(draw.draw).or_default();
            (*n, *sum, *weight) = (*n + 1, *sum + draw.value, draw.weight);
        }
        let whole = sums.into_values().filter(|(n, ..)| *n == count);
        Some(whole.map(|(_, sum, weight)| (sum / count as f64, weight)).collect())
    }
}

fn month(file: &CsvFile, row: &StringRecord, column: usize) -> Result<Month, ReportError> {
    row.get(column).unwrap_or_default().parse().map_err(|_| file.malformed(row, column, "a month as YYYY-MM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "date,table,entity,indicator,draw,weight,value\n";

    fn read(rows: &str) -> Result<Forecast, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forecast.csv");
        std::fs::write(&path, format!("{HEADER}{rows}")).unwrap();
        Forecast::read_file(&path).map_err(|error| error.to_string().split("forecast.csv").last().unwrap().to_owned())
    }

    #[test]
    fn a_mean_over_months_is_of_draws_that_have_all_of_them() {
        let rows = "2025-02,world,,firms,1,2,4\n2025-01,world,,firms,0,1,1\n2025-02,world,,firms,0,1,3\n";
        let forecast = read(rows).unwrap();
        let of = Observable { table: "world".into(), entity: None, indicator: "firms".into() };
        let [first, last] = ["2025-01", "2025-02"].map(|month| month.parse().unwrap());
        assert_eq!(forecast.over(&of, first, last), Some(vec![(2.0, 1.0)]));
        assert_eq!(forecast.over(&of, last, last), Some(vec![(3.0, 1.0), (4.0, 2.0)]));
        assert_eq!(forecast.over(&of, first, last.plus(1)), None);
        assert!(forecast.has(&of) && !forecast.has(&Observable { entity: Some("US".into()), ..of }));
    }

    #[test]
    fn what_is_no_forecast_is_refused() {
        for (rows, expected) in [
            ("2025-1,world,,firms,0,1,1\n", ":2: expected a month as YYYY-MM in column `date`, found `2025-1`"),
            ("2025-01,world,,firms,0,1,\n", ":2: expected a finite number in column `value`, found ``"),
            ("2025-01,world,,firms,0,-1,1\n", ":2: expected a weight from 0 on in column `weight`, found `-1`"),
            ("2025-01,world,,firms,a,1,1\n", ":2: expected a whole number in column `draw`, found `a`"),
            (
                "2025-01,world,,firms,7,1,1\n2025-01,world,,firms,7,1,2\n",
                ":1: expected one value of firms of world in 2025-01 of draw 7, and there are two",
            ),
        ] {
            assert_eq!(read(rows).unwrap_err(), expected, "{rows}");
        }
    }
}
