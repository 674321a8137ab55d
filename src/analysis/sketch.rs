//! Quantiles, mean and standard deviation of many series at once, in memory that does not grow with the number of rows.
//!
//! Up to [`EXACT`] rows are kept as they are, and quantiles are exact. After that each series keeps counts of cells:
//! a value falls into the cell of its sign, exponent and leading mantissa bits. When more than [`CELLS`] cells are
//! occupied the grid is made coarser, in a fixed chain of nested grids: first fewer mantissa bits, down to nine, then
//! equal steps below a growing magnitude. The grid in use is the finest of the chain that fits, so that a quantile
//! depends on the values alone and not on their order. A quantile's error is at most 0.1 % of its value or 0.2 % of
//! the largest magnitude in the series (0.4 % if the series has both signs), and much less when the values lie close
//! together. Mean and standard deviation are pooled in the order of the rows.
//!
//! A series takes at most 6 KiB: 2 KiB of rows and 4 KiB of cells.

/// Rows up to which quantiles are exact.
pub const EXACT: usize = 256;
/// Most cells a series keeps after that.
pub const CELLS: usize = 512;
/// Most memory that a series takes.
pub const BYTES_PER_SERIES: usize = EXACT * size_of::<f64>() + CELLS * size_of::<Bucket>();
/// The probabilities of the quantiles in a [`Distribution`].
pub const PROBABILITIES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Series whose values are gathered together from the rows: one cache line's worth.
const GATHER: usize = 8;
/// Places of a grid up to which cells are merged by place rather than by sorting.
const GRID: usize = 4 * CELLS;
/// Mantissa bits of the finest grid: as many as the upper half of an `f64` has.
const FINEST_BITS: u32 = 20;
/// Mantissa bits given up before small values are put on equal steps.
const SPARE_BITS: u32 = 11;
/// A level of the chain where every value falls into one cell.
const LAST_LEVEL: u32 = SPARE_BITS + 2047 + FINEST_BITS;

/// What a series comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution {
    /// Number of values.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n − 1); `None` for a single value.
    pub sd: Option<f64>,
    /// The quantiles at [`PROBABILITIES`], by linear interpolation (type 7, the default of R and numpy).
    pub quantiles: [f64; 5],
}

/// So many series, fed a row of all of them at a time.
#[derive(Debug, Default)]
pub struct Sketches {
    width: usize,
    rows: Vec<Vec<f64>>,
    used: usize,
    series: Vec<Folded>,
}

impl Sketches {
    /// So many empty series.
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// A new row, one value for each series, to be filled in. It is all `NaN`, which stands for a missing value.
    pub fn row(&mut self) -> &mut [f64] {
        let row = self.next();
        row.fill(f64::NAN);
        row
    }

    /// Adds a row with these values, one for each series; `NaN` for a missing one.
    pub fn feed(&mut self, values: &[f64]) {
        self.next().copy_from_slice(values);
    }

    /// Room for the next row, with whatever stood there.
    fn next(&mut self) -> &mut [f64] {
        if self.used == EXACT {
            self.fold();
        }
        if self.used == self.rows.len() {
            self.rows.push(vec![f64::NAN; self.width]);
        }
        self.used += 1;
        &mut self.rows[self.used - 1]
    }

    /// The summary of each series in turn; `None` for one without values. More rows may be fed afterwards.
    pub fn summaries(&mut self) -> Vec<Option<Distribution>> {
        let exact = self.series.is_empty();
        if !exact {
            self.fold();
        }
        let mut summaries = Vec::with_capacity(self.width);
        if exact {
            self.each_series(|_, values| {
                let moments = PooledMoments::of(values);
                values.sort_unstable_by(f64::total_cmp);
                summaries.push(moments.summary(|rank| values[rank as usize]));
            });
        } else {
            let mut ends = Vec::with_capacity(CELLS);
            summaries.extend(self.series.iter().map(|series| series.summary(&mut ends)));
        }
        summaries
    }

    /// Forgets every row, keeping the memory of the exact ones.
    pub fn clear(&mut self) {
        self.used = 0;
        self.series.clear();
    }

    fn fold(&mut self) {
        let mut series = std::mem::take(&mut self.series);
        // All that a series can come to take is taken at once: what fits at a thousand runs fits at a million.
        series.resize_with(self.width, || Folded { cells: Vec::with_capacity(CELLS), ..Folded::default() });
        let mut scratch = Scratch { keys: Vec::new(), merged: Vec::new(), grid: vec![Bucket::default(); GRID] };
        self.each_series(|index, values| series[index].add(values, &mut scratch));
        self.series = series;
        self.used = 0;
    }

    /// Calls `visit` with the index and the values of each series, in the order of the rows and without missing ones.
    fn each_series(&self, mut visit: impl FnMut(usize, &mut [f64])) {
        let mut gathered: [Vec<f64>; GATHER] = Default::default();
        for start in (0..self.width).step_by(GATHER) {
            let end = self.width.min(start + GATHER);
            for row in &self.rows[..self.used] {
                for (values, &value) in gathered.iter_mut().zip(&row[start..end]) {
                    if !value.is_nan() {
                        values.push(value);
                    }
                }
            }
            for (index, values) in (start..end).zip(&mut gathered) {
                visit(index, values);
                values.clear();
            }
        }
    }
}

/// Number, mean and sum of squared deviations.
#[derive(Clone, Copy, Debug, Default)]
struct PooledMoments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl PooledMoments {
    fn of(values: &[f64]) -> Self {
        let Some(&first) = values.first() else { return Self::default() };
        let n = values.len() as f64;
        let mean = first + total(values, |value| value - first) / n;
        let squares = total(values, |value| (value - mean) * (value - mean));
        Self { n: values.len() as u64, mean, squares }
    }

    /// Pools two parts (Chan, Golub & LeVeque 1979).
    fn merge(&mut self, later: Self) {
        if later.n == 0 {
            return;
        }
        let n = self.n + later.n;
        let share = later.n as f64 / n as f64;
        let difference = later.mean - self.mean;
        self.mean = if self.n == 0 { later.mean } else { self.mean + difference * share };
        self.squares += later.squares + difference * difference * self.n as f64 * share;
        self.n = n;
    }

    fn summary(&self, ranked: impl Fn(u64) -> f64) -> Option<Distribution> {
        let last = self.n.checked_sub(1)?;
        let quantiles = PROBABILITIES.map(|probability| {
            let place = probability * last as f64;
            let below = place.floor();
            let (low, high) = (ranked(below as u64), ranked((below as u64 + 1).min(last)));
            let part = place - below;
            if part < 0.5 { low + (high - low) * part } else { high - (high - low) * (1.0 - part) }
        });
        let sd = (last > 0).then(|| (self.squares / last as f64).sqrt());
        Some(Distribution { n: self.n, mean: self.mean, sd, quantiles })
    }
}

/// A sum in four lanes, in a fixed order, so that additions need not wait for each other.
fn total(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    for four in values.chunks(4) {
        lanes.iter_mut().zip(four).for_each(|(lane, &value)| *lane += term(value));
    }
    lanes.iter().sum()
}

/// A series after its first fold.
#[derive(Debug, Default)]
struct Folded {
    moments: PooledMoments,
    level: u32,
    cells: Vec<Bucket>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bucket {
    key: i32,
    count: u32,
}

/// Room to work in, shared by all series.
struct Scratch {
    keys: Vec<i32>,
    merged: Vec<Bucket>,
    /// [`GRID`] places, empty between merges.
    grid: Vec<Bucket>,
}

impl Folded {
    fn add(&mut self, values: &[f64], scratch: &mut Scratch) {
        self.moments.merge(PooledMoments::of(values));
        scratch.keys.clear();
        scratch.keys.extend(values.iter().map(|&value| key(value)));
        if !self.merge_on_grid(scratch) {
            self.merge_sorted(scratch);
        }
        let merged = &scratch.merged;
        self.cells.clear();
        if merged.len() > CELLS {
            self.level = finest_that_fits(merged, self.level);
            for cell in merged {
                push(&mut self.cells, Bucket { key: coarsen(cell.key, self.level), count: cell.count });
            }
        } else {
            self.cells.extend_from_slice(merged);
        }
    }

    /// Merges old cells and new keys by their place on the grid, if they span few enough places.
    fn merge_on_grid(&self, scratch: &mut Scratch) -> bool {
        let Scratch { keys, merged, grid } = scratch;
        let place = |key| i64::from(place(key, self.level));
        let ends = [self.cells.first(), self.cells.last()].into_iter().flatten().map(|cell| cell.key);
        let (low, high) = keys
            .iter()
            .copied()
            .chain(ends)
            .fold((i32::MAX, i32::MIN), |(low, high), key| (low.min(key), high.max(key)));
        if low > high || place(high) - place(low) >= GRID as i64 {
            return false;
        }
        let low_place = place(low);
        for cell in &self.cells {
            grid[(place(cell.key) - low_place) as usize] = *cell;
        }
        for &key in &*keys {
            let cell = &mut grid[(place(key) - low_place) as usize];
            cell.key = coarsen(key, self.level);
            cell.count += 1;
        }
        let spanned = &mut grid[..=(place(high) - low_place) as usize];
        merged.resize(spanned.len(), Bucket::default());
        let mut occupied = 0;
        for cell in &mut *spanned {
            merged[occupied] = *cell;
            occupied += usize::from(cell.count > 0);
        }
        merged.truncate(occupied);
        spanned.fill(Bucket::default());
        true
    }

    fn merge_sorted(&self, scratch: &mut Scratch) {
        let Scratch { keys, merged, .. } = scratch;
        keys.iter_mut().for_each(|key| *key = coarsen(*key, self.level));
        keys.sort_unstable();
        merged.clear();
        let mut old = self.cells.iter().copied().peekable();
        for &key in &*keys {
            while let Some(cell) = old.next_if(|cell| cell.key <= key) {
                push(merged, cell);
            }
            push(merged, Bucket { key, count: 1 });
        }
        old.for_each(|cell| push(merged, cell));
    }

    fn summary(&self, ends: &mut Vec<u64>) -> Option<Distribution> {
        ends.clear();
        ends.extend(self.cells.iter().scan(0, |end, cell| {
            *end += u64::from(cell.count);
            Some(*end)
        }));
        self.moments.summary(|rank| middle(self.cells[ends.partition_point(|&end| end <= rank)].key, self.level))
    }
}

/// Adds a cell that is not below the last one.
fn push(cells: &mut Vec<Bucket>, cell: Bucket) {
    match cells.last_mut() {
        Some(last) if last.key == cell.key => last.count = last.count.saturating_add(cell.count),
        _ => cells.push(cell),
    }
}

/// The finest level after `level` at which these sorted cells are no more than [`CELLS`].
fn finest_that_fits(cells: &[Bucket], level: u32) -> u32 {
    let fits = |level| {
        let changes = cells.windows(2).filter(|pair| coarsen(pair[0].key, level) != coarsen(pair[1].key, level));
        changes.count() < CELLS
    };
    let (mut low, mut step) = (level + 1, 1);
    let mut high = low;
    while high < LAST_LEVEL && !fits(high) {
        low = high + 1;
        high = (high + step).min(LAST_LEVEL);
        step *= 2;
    }
    while low < high {
        let middle = low.midpoint(high);
        if fits(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The cell of a value on the finest grid: the upper half of its bits, in the order of the values.
fn key(value: f64) -> i32 {
    let magnitude = (value.abs().to_bits() >> 32) as i32;
    if value < 0.0 && magnitude > 0 { !magnitude } else { magnitude }
}

const fn magnitude(key: i32) -> i32 {
    if key < 0 { !key } else { key }
}

/// Bits that a level drops from a magnitude: at least those of its mantissa grid, more below its floor.
const fn dropped(magnitude: i32, level: u32) -> u32 {
    if level <= SPARE_BITS {
        return level;
    }
    let (floor, exponent) = (level - SPARE_BITS, (magnitude >> FINEST_BITS) as u32);
    SPARE_BITS + floor.saturating_sub(exponent)
}

/// The number of a cell in the order of the cells of a level, 0 for the one that holds zero.
const fn place(key: i32, level: u32) -> i32 {
    let (magnitude, dropped) = (magnitude(key), dropped(magnitude(key), level));
    let exponent = magnitude >> FINEST_BITS;
    let place = if exponent == 0 || dropped > FINEST_BITS {
        0
    } else if level <= SPARE_BITS {
        magnitude >> dropped
    } else if dropped == SPARE_BITS {
        let floor = (level - SPARE_BITS) as i32;
        (magnitude >> SPARE_BITS) - ((floor - 1) << (FINEST_BITS - SPARE_BITS))
    } else {
        ((1 << FINEST_BITS) | magnitude & ((1 << FINEST_BITS) - 1)) >> dropped
    };
    if key < 0 { -place } else { place }
}

/// The cell of a coarser level that holds this cell.
const fn coarsen(key: i32, level: u32) -> i32 {
    let magnitude = magnitude(key);
    let dropped = dropped(magnitude, level);
    if dropped > FINEST_BITS || magnitude >> FINEST_BITS == 0 {
        return 0;
    }
    let kept = magnitude >> dropped << dropped;
    if key < 0 { !kept } else { kept }
}

/// The value that stands for a cell: its middle, but its lower edge on the finest grid, where whole numbers are exact.
fn middle(key: i32, level: u32) -> f64 {
    let magnitude = magnitude(key);
    if magnitude == 0 {
        return 0.0;
    }
    let half = if level == 0 { 0 } else { 1_u64 << (31 + dropped(magnitude, level)) };
    let value = f64::from_bits(((magnitude as u64) << 32) + half);
    if key < 0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn summary(values: &[f64]) -> Distribution {
        let mut sketches = Sketches::new(1);
        for &value in values {
            sketches.row()[0] = value;
        }
        sketches.summaries()[0].unwrap()
    }

    fn exact(values: &[f64]) -> [f64; 5] {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        PROBABILITIES.map(|p| {
            let place = p * (sorted.len() - 1) as f64;
            let below = place as usize;
            let above = (below + 1).min(sorted.len() - 1);
            sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
        })
    }

    /// Normal, log-normal over many magnitudes, uniform around 0, near a large offset.
    fn samples(kind: usize, n: usize) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(kind as u64);
        let mut normal = move || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
        (0..n)
            .map(|_| match kind {
                0 => 50.0 + 10.0 * normal(),
                1 => libm::exp(3.0 * normal()),
                2 => normal(),
                _ => 1500.0 + 5.0 * normal(),
            })
            .collect()
    }

    #[test]
    fn few_values_give_the_quantiles_of_numpy() {
        let summary = summary(&[3.0, 1.0, f64::NAN, 4.0, 1.5, 9.0]);
        assert_eq!(summary.n, 5);
        assert_eq!(summary.mean, 3.7);
        assert_eq!(summary.quantiles, [1.1, 1.5, 3.0, 4.0, 7.999_999_999_999_999]);
        assert!((summary.sd.unwrap() - 3.193_743_884_534_262_6).abs() < 1e-14);
    }

    #[test]
    fn one_value_has_no_deviation_and_none_no_summary() {
        assert_eq!(summary(&[2.5]), Distribution { n: 1, mean: 2.5, sd: None, quantiles: [2.5; 5] });
        let mut sketches = Sketches::new(3);
        sketches.row()[1] = 1.0;
        let summaries = sketches.summaries();
        assert!(summaries[0].is_none() && summaries[1].is_some() && summaries[2].is_none());
    }

    #[test]
    fn quantiles_are_exact_up_to_the_limit() {
        for kind in 0..4 {
            let values = samples(kind, EXACT);
            for (got, want) in summary(&values).quantiles.into_iter().zip(exact(&values)) {
                assert!((got - want).abs() <= 4.0 * f64::EPSILON * want.abs(), "{kind}: {got} {want}");
            }
        }
    }

    #[test]
    fn quantiles_of_many_values_keep_the_stated_error() {
        for kind in 0..4 {
            for n in [EXACT + 1, 3000, 50_000] {
                let values = samples(kind, n);
                let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                let slack = if kind == 2 { 0.004 } else { 0.002 } * largest;
                for (got, want) in summary(&values).quantiles.into_iter().zip(exact(&values)) {
                    assert!((got - want).abs() <= (0.001 * want.abs()).max(slack), "{kind} {n}: {got} {want}");
                }
            }
        }
    }

    #[test]
    fn values_close_together_keep_an_error_far_below_their_spread() {
        let values = samples(3, 50_000);
        for (got, want) in summary(&values).quantiles.into_iter().zip(exact(&values)) {
            assert!((got - want).abs() < 0.15, "{got} {want}");
        }
    }

    #[test]
    fn the_order_of_the_values_does_not_matter() {
        for kind in 0..4 {
            let mut values = samples(kind, 5000);
            let forward = summary(&values);
            values.reverse();
            let backward = summary(&values);
            values.sort_by(f64::total_cmp);
            assert_eq!(forward.quantiles, backward.quantiles);
            assert_eq!(forward.quantiles, summary(&values).quantiles);
            assert!((forward.mean - backward.mean).abs() <= 1e-12 * forward.mean.abs());
        }
    }

    #[test]
    fn whole_numbers_zeros_and_constants_stay_exact() {
        let counts: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
        assert_eq!(summary(&counts).quantiles, [0.0, 1.0, 3.0, 5.0, 6.0]);
        let constant = summary(&[0.1; 1000]);
        assert_eq!((constant.mean, constant.sd), (0.1, Some(0.0)));
        let mut often_zero = samples(1, 5000);
        often_zero.iter_mut().step_by(2).for_each(|value| *value = -0.0);
        assert_eq!(summary(&often_zero).quantiles[0], 0.0);
    }

    #[test]
    fn mean_and_deviation_are_sound_next_to_a_large_offset() {
        let values: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 2)).collect();
        let summary = summary(&values);
        assert_eq!(summary.mean, 1e9 + 0.5);
        assert!((summary.sd.unwrap() - (250.0_f64 / 999.0).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn coarser_grids_nest_and_keep_the_order() {
        let mut values: Vec<f64> = (0..4).flat_map(|kind| samples(kind, 500)).collect();
        values.extend([0.0, -0.0, f64::MIN_POSITIVE, -1e-310, f64::MAX, f64::MIN]);
        values.sort_by(f64::total_cmp);
        for level in (0..40).chain(1000..1100).chain([LAST_LEVEL]) {
            let cells: Vec<i32> = values.iter().map(|&value| coarsen(key(value), level)).collect();
            assert!(cells.is_sorted(), "level {level}");
            for pair in values.windows(2).map(|pair| [key(pair[0]), key(pair[1])]) {
                let [low, high] = pair.map(|key| place(key, level));
                assert!(low <= high, "level {level}");
                assert_eq!(low == high, coarsen(pair[0], level) == coarsen(pair[1], level), "level {level} {pair:?}");
            }
            for &value in &values {
                assert_eq!(coarsen(key(value), level + 1), coarsen(coarsen(key(value), level), level + 1));
            }
        }
        assert!(values.iter().all(|&value| coarsen(key(value), LAST_LEVEL) == 0));
    }

    #[test]
    fn a_cleared_sketch_starts_anew() {
        let mut sketches = Sketches::new(1);
        (0..600).for_each(|_| sketches.row()[0] = 5.0);
        sketches.clear();
        sketches.row()[0] = 1.0;
        assert_eq!(sketches.summaries()[0].unwrap().n, 1);
    }
}
