//! Calendar months, the unit of dates in configs and tables.

use std::{fmt, str::FromStr};

/// A calendar month, written `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u32);

impl Month {
    /// The last month that there is, December 9999.
    pub const LAST: Self = Self(9999 * 12 + 11);

    /// The month `month` (1–12) of `year`, or `None` outside years 1–9999.
    pub const fn new(year: u32, month: u32) -> Option<Self> {
        if year == 0 || year > 9999 || month == 0 || month > 12 { None } else { Some(Self(year * 12 + month - 1)) }
    }

    /// The calendar year.
    pub const fn year(self) -> u32 {
        self.0 / 12
    }

    /// The month of the year, 1–12.
    pub const fn of_year(self) -> u32 {
        self.0 % 12 + 1
    }

    /// The month `months` later.
    #[must_use]
    pub const fn plus(self, months: u32) -> Self {
        Self(self.0 + months)
    }

    /// The month as `YYYY-MM`.
    pub const fn text(self) -> [u8; 7] {
        const fn digit(number: u32, place: u32) -> u8 {
            b'0' + (number / place % 10) as u8
        }
        let (year, month) = (self.year(), self.of_year());
        [digit(year, 1000), digit(year, 100), digit(year, 10), digit(year, 1), b'-', digit(month, 10), digit(month, 1)]
    }

    /// Whole months from `earlier` to this month, negative if this month is the earlier one.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 as i64 - earlier.0 as i64
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.of_year())
    }
}

/// The text was not a month of the form `YYYY-MM`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a month as YYYY-MM, such as 2023-07")]
pub struct NotAMonth;

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return Err(NotAMonth);
        }
        Self::new(year.parse().map_err(|_| NotAMonth)?, month.parse().map_err(|_| NotAMonth)?).ok_or(NotAMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_read_and_print() {
        let month: Month = "2023-12".parse().unwrap();
        assert_eq!(month.plus(1).to_string(), "2024-01");
        assert_eq!(&month.text(), b"2023-12");
        assert_eq!(month.plus(1).since(month), 1);
        for wrong in ["2023", "2023-13", "2023-00", "23-01", "2023-1", "0000-01", "2023-+1"] {
            assert_eq!(wrong.parse::<Month>(), Err(NotAMonth), "{wrong}");
        }
    }
}
