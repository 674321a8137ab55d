//! Small dense linear algebra. Libraries for it choose instructions by machine, and sums in another order are other bits.

/// A matrix by rows.
pub type Matrix = Vec<Vec<f64>>;

/// Pivots below this share of the largest coefficient count as 0.
const SINGULAR: f64 = 1e-12;

/// The solution of a square system, one row for each equation, by Gaussian elimination with partial pivoting; `None` if it has
/// none or many.
pub fn solve(mut rows: Matrix, mut right: Vec<f64>) -> Option<Vec<f64>> {
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

/// The sum of the products of two rows, as long as the shorter.
#[inline]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The lower triangular factor L of a symmetric positive definite matrix A = L Lᵀ (Cholesky).
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    /// The rows of L up to the diagonal, one after the other.
    rows: Vec<f64>,
    order: usize,
}

impl Cholesky {
    /// Factors a matrix, of which the lower triangle is read; `None` if it is not positive definite.
    ///
    /// ```
    /// use redqueen::maths::linear::Cholesky;
    /// let factor = Cholesky::new(&vec![vec![4.0, 0.0], vec![2.0, 10.0]]).unwrap();
    /// assert_eq!(factor.solve(&[8.0, 22.0]), [1.0, 2.0]);
    /// assert!((factor.ln_determinant() - 36.0_f64.ln()).abs() < 1e-14);
    /// assert_eq!(Cholesky::new(&vec![vec![1.0, 2.0], vec![2.0, 1.0]]), None);
    /// ```
    pub fn new(matrix: &Matrix) -> Option<Self> {
        let order = matrix.len();
        let mut rows: Vec<f64> = Vec::with_capacity(order * (order + 1) / 2);
        for (i, given) in matrix.iter().enumerate() {
            let start = rows.len();
            for (j, value) in given.iter().enumerate().take(i + 1) {
                let above = j * (j + 1) / 2;
                let left = value - dot(&rows[start..], &rows[above..(above + j).min(rows.len())]);
                if j < i {
                    rows.push(left / rows[above + j]);
                } else if left > 0.0 && left.is_finite() {
                    rows.push(left.sqrt());
                } else {
                    return None;
                }
            }
        }
        (rows.len() == order * (order + 1) / 2).then_some(Self { rows, order })
    }

    /// Factors a covariance that may be singular, with ever more added to its diagonal, from 10⁻¹² of its mean, until it is positive
    /// definite; `None` if it has numbers that are not finite.
    pub fn of_covariance(matrix: &Matrix) -> Option<Self> {
        let diagonal: f64 = (0..matrix.len()).map(|i| matrix[i][i]).sum::<f64>() / matrix.len().max(1) as f64;
        let mut more = 0.0;
        while more < 1.0 {
            let mut lifted = matrix.clone();
            (0..matrix.len()).for_each(|i| lifted[i][i] += more * diagonal);
            if let Some(factor) = Self::new(&lifted) {
                return Some(factor);
            }
            more = if more == 0.0 { 1e-12 } else { 10.0 * more };
        }
        None
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * (i + 1) / 2..(i + 1) * (i + 2) / 2]
    }

    /// The solution x of L x = `right`.
    pub fn solve_lower(&self, right: &[f64]) -> Vec<f64> {
        let mut x = Vec::with_capacity(self.order);
        for (i, value) in right.iter().enumerate().take(self.order) {
            let row = self.row(i);
            let known = dot(&x, row);
            x.push((value - known) / row[i]);
        }
        x
    }

    /// The solution x of A x = `right`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = self.solve_lower(right);
        for i in (0..x.len()).rev() {
            let row = self.row(i);
            x[i] /= row[i];
            let found = x[i];
            x[..i].iter_mut().zip(row).for_each(|(value, factor)| *value -= factor * found);
        }
        x
    }

    /// L x: independent standard normal numbers become ones with covariance A.
    pub fn multiply(&self, x: &[f64]) -> Vec<f64> {
        (0..self.order).map(|i| dot(self.row(i), x)).collect()
    }

    /// Natural logarithm of the determinant of A.
    pub fn ln_determinant(&self) -> f64 {
        2.0 * (0..self.order).map(|i| super::ln(self.row(i)[i])).sum::<f64>()
    }

    /// The inverse of A.
    pub fn inverse(&self) -> Matrix {
        let unit = |i: usize| (0..self.order).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<_>>();
        (0..self.order).map(|i| self.solve(&unit(i))).collect()
    }
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

    /// A matrix with both signs, made as G Gᵀ.
    #[test]
    fn a_factor_solves_inverts_and_multiplies() {
        let g = [[2.0, 0.0, 0.0], [-1.0, 3.0, 0.0], [0.5, 0.25, 1.5]];
        let product = |i: usize, j: usize| dot(&g[i], &g[j]);
        let matrix: Matrix = (0..3).map(|i| (0..3).map(|j| product(i, j)).collect()).collect();
        let factor = Cholesky::new(&matrix).unwrap();
        assert_eq!(factor.multiply(&[1.0, 1.0, 1.0]), [2.0, 2.0, 2.25]);
        let right: Vec<f64> = matrix.iter().map(|row| dot(row, &[1.0, -2.0, 3.0])).collect();
        for (found, expected) in factor.solve(&right).iter().zip([1.0, -2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-13, "{found}");
        }
        assert!((factor.ln_determinant() - 2.0 * crate::maths::ln(9.0)).abs() < 1e-14);
        for (i, row) in factor.inverse().iter().enumerate() {
            for j in 0..3 {
                let one = (0..3).map(|k| row[k] * matrix[k][j]).sum::<f64>();
                assert!((one - f64::from(u8::from(i == j))).abs() < 1e-13, "{i} {j}: {one}");
            }
        }
    }

    #[test]
    fn a_singular_covariance_is_lifted_and_one_without_numbers_is_not() {
        let factor = Cholesky::of_covariance(&vec![vec![1.0, 1.0], vec![1.0, 1.0]]).unwrap();
        let found = factor.multiply(&[1.0, 1.0]);
        assert!((found[0] - 1.0).abs() < 1e-5 && (found[1] - 1.0).abs() < 1e-4, "{found:?}");
        assert_eq!(Cholesky::of_covariance(&vec![vec![f64::NAN]]), None);
        assert_eq!(Cholesky::of_covariance(&vec![vec![0.0]]), None);
    }
}
