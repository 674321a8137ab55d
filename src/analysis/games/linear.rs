//! Small dense systems of linear equations.

/// Pivots below this share of the largest coefficient count as 0.
const SINGULAR: f64 = 1e-12;

/// The solution of a square system, one row for each equation, by Gaussian elimination with partial pivoting; `None` if it has
/// none or many.
pub(super) fn solve(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = rows.len();
    let largest = rows.iter().flatten().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    for column in 0..n {
        let pivot = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        let size = rows[pivot][column].abs();
        if size.is_nan() || size <= SINGULAR * largest {
            return None;
        }
        rows.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = rows.split_at_mut(column + 1);
        let pivot = &above[column];
        for (place, row) in below.iter_mut().enumerate() {
            let factor = row[column] / pivot[column];
            if factor != 0.0 {
                row.iter_mut().zip(pivot).skip(column).for_each(|(value, pivot)| *value -= factor * pivot);
                right[column + 1 + place] -= factor * right[column];
            }
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| rows[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / rows[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_that_needs_its_rows_swapped_is_solved_and_a_singular_one_is_not() {
        let rows = vec![vec![0.0, 2.0, 1.0], vec![1.0, -1.0, 0.0], vec![3.0, 0.0, -2.0]];
        let found = solve(rows, vec![7.0, -1.0, -3.0]).unwrap();
        for (found, expected) in found.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-14, "{found}");
        }
        assert_eq!(solve(vec![vec![1.0, 2.0], vec![2.0, 4.0]], vec![1.0, 2.0]), None);
        assert_eq!(solve(vec![vec![f64::NAN]], vec![1.0]), None);
    }
}
