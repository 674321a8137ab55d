//! Ridge regression on normal scores: lines, and lines with squares and products, of a strength chosen by leaving out each
//! point in turn (PRESS; Allen 1974).

use crate::maths::linear::{Cholesky, Matrix, dot};

/// What a regression is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Line,
    Quadratic,
}

/// Penalties on squared coefficients of features with variance 1, in units of the variance of a point: small for many points.
const PENALTIES: [f64; 6] = [0.03, 0.3, 3.0, 10.0, 30.0, 100.0];

/// Where the scores of the points are centred and how wide they are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    pub centre: Vec<f64>,
    pub width: Vec<f64>,
}

impl Scale {
    /// The scale of weighted points.
    fn of(points: &[&[f64]], weights: &[f64]) -> Self {
        let (centre, covariance) = super::weights::moments(points, weights);
        let width = (0..centre.len()).map(|i| covariance[i][i].sqrt().max(1e-3)).collect();
        Self { centre, width }
    }

    /// 1, the scaled scores u, and for a quadratic (u² − 1) / √2 and the products of pairs: each has variance 1 where the scores
    /// are independent standard normal numbers.
    pub fn features(&self, point: &[f64], order: Order) -> Vec<f64> {
        let scaled: Vec<f64> =
            point.iter().zip(&self.centre).zip(&self.width).map(|((z, centre), width)| (z - centre) / width).collect();
        let mut features = Vec::with_capacity(count(point.len(), order));
        features.push(1.0);
        features.extend_from_slice(&scaled);
        if order == Order::Quadratic {
            features.extend(scaled.iter().map(|u| (u * u - 1.0) * std::f64::consts::FRAC_1_SQRT_2));
            for (i, a) in scaled.iter().enumerate() {
                features.extend(scaled[..i].iter().map(|b| a * b));
            }
        }
        features
    }
}

/// Number of features of so many parameters.
pub(super) fn count(parameters: usize, order: Order) -> usize {
    let line = 1 + parameters;
    if order == Order::Line { line } else { line + parameters * (parameters + 1) / 2 }
}

/// A series fitted by features.
#[derive(Clone, Debug)]
pub(super) struct Fitted {
    pub coefficients: Vec<f64>,
    pub order: Order,
    pub penalty: f64,
    /// What each point would be missed by if it were left out.
    pub left_out: Vec<f64>,
}

/// A penalised least-squares problem that is factored for any series at its points.
#[derive(Clone, Debug)]
pub(super) struct Ridge {
    rows: Vec<Vec<f64>>,
    weights: Vec<f64>,
    factor: Cholesky,
    /// Share of each point in its own fitted value.
    pub leverage: Vec<f64>,
    order: Order,
    penalty: f64,
}

impl Ridge {
    /// Factors the problem; `None` where numbers are not finite.
    pub fn new(scale: &Scale, points: &[&[f64]], weights: &[f64], order: Order, penalty: f64) -> Option<Self> {
        let rows: Vec<Vec<f64>> = points.iter().map(|point| scale.features(point, order)).collect();
        let width = rows.first()?.len();
        let mut normal: Matrix = vec![vec![0.0; width]; width];
        for (row, weight) in rows.iter().zip(weights) {
            for (i, sums) in normal.iter_mut().enumerate() {
                let by = weight * row[i];
                sums.iter_mut().zip(&row[..=i]).for_each(|(sum, value)| *sum += by * value);
            }
        }
        // The mean is free.
        (1..width).for_each(|i| normal[i][i] += penalty);
        let factor = Cholesky::new(&normal)?;
        let leverage = rows
            .iter()
            .zip(weights)
            .map(|(row, weight)| {
                let half = factor.solve_lower(row);
                (weight * dot(&half, &half)).min(1.0 - 1e-9)
            })
            .collect();
        Some(Self { rows, weights: weights.to_vec(), factor, leverage, order, penalty })
    }

    /// The coefficients of a series at the points.
    pub fn coefficients(&self, series: &[f64]) -> Vec<f64> {
        let mut right = vec![0.0; self.rows.first().map_or(0, Vec::len)];
        for ((row, weight), value) in self.rows.iter().zip(&self.weights).zip(series) {
            let by = weight * value;
            right.iter_mut().zip(row).for_each(|(sum, feature)| *sum += by * feature);
        }
        self.factor.solve(&right)
    }

    /// The series fitted.
    pub fn fit(&self, series: &[f64]) -> Fitted {
        let coefficients = self.coefficients(series);
        let left_out = self.rows.iter().zip(series).zip(&self.leverage).map(|((row, value), leverage)| {
            let residual = value - dot(row, &coefficients);
            residual / (1.0 - leverage)
        });
        Fitted { left_out: left_out.collect(), coefficients, order: self.order, penalty: self.penalty }
    }

    /// The variance that points give to the fitted value elsewhere, in units of the variance of a point of weight 1.
    pub fn variance_at(&self, features: &[f64]) -> f64 {
        let half = self.factor.solve_lower(features);
        dot(&half, &half)
    }
}

/// Points and their weights, for several series.
#[derive(Clone, Debug)]
pub(super) struct Points<'a> {
    pub scale: Scale,
    pub points: Vec<&'a [f64]>,
    pub weights: Vec<f64>,
}

impl<'a> Points<'a> {
    pub fn new(points: Vec<&'a [f64]>, weights: Vec<f64>) -> Self {
        Self { scale: Scale::of(&points, &weights), points, weights }
    }

    /// The problem of an order and penalty at those points of which a mask says so.
    pub fn ridge(&self, mask: &[bool], order: Order, penalty: f64) -> Option<Ridge> {
        let kept = || mask.iter().enumerate().filter(|(_, keep)| **keep).map(|(place, _)| place);
        let points: Vec<&[f64]> = kept().map(|place| self.points[place]).collect();
        let weights: Vec<f64> = kept().map(|place| self.weights[place]).collect();
        Ridge::new(&self.scale, &points, &weights, order, penalty)
    }

    /// Fits series at those points of which a mask says so, each by the order and penalty that foretell the points left out
    /// best. A quadratic needs more points than features.
    pub fn fit(&self, mask: &[bool], series: &[Vec<f64>]) -> Option<Vec<Fitted>> {
        let kept = mask.iter().filter(|keep| **keep).count();
        let weights: Vec<f64> =
            self.weights.iter().zip(mask).filter(|(_, keep)| **keep).map(|(weight, _)| *weight).collect();
        let parameters = self.scale.centre.len();
        let mut best: Vec<Option<(f64, Fitted)>> = vec![None; series.len()];
        for order in [Order::Line, Order::Quadratic] {
            if order == Order::Quadratic && kept * 4 < count(parameters, order) * 5 {
                continue;
            }
            for penalty in PENALTIES {
                let ridge = self.ridge(mask, order, penalty)?;
                for (series, best) in series.iter().zip(&mut best) {
                    let fitted = ridge.fit(series);
                    let missed = weighted_square(&fitted.left_out, &weights);
                    if best.as_ref().is_none_or(|(least, _)| missed < *least) {
                        *best = Some((missed, fitted));
                    }
                }
            }
        }
        best.into_iter().map(|best| best.map(|(_, fitted)| fitted)).collect()
    }
}

/// Weighted mean of squares.
pub(super) fn weighted_square(values: &[f64], weights: &[f64]) -> f64 {
    let sum: f64 = values.iter().zip(weights).map(|(value, weight)| weight * value * value).sum();
    sum / weights.iter().sum::<f64>()
}

/// Covariance of what a line leaves of several series at the same points, which is luck where relations are lines and more than
/// that elsewhere. `None` where numbers are not finite.
pub(super) fn about_a_line(points: &[&[f64]], series: &[Vec<f64>]) -> Option<Matrix> {
    let (n, width) = (points.len(), series.first()?.len());
    let all = Points::new(points.to_vec(), vec![1.0; n]);
    let ridge = all.ridge(&vec![true; n], Order::Line, 1.0)?;
    let used: f64 = ridge.leverage.iter().sum();
    let left: Vec<Vec<f64>> = (0..width)
        .map(|target| {
            let values: Vec<f64> = series.iter().map(|row| row[target]).collect();
            let fitted = ridge.fit(&values);
            fitted.left_out.iter().zip(&ridge.leverage).map(|(out, leverage)| out * (1.0 - leverage)).collect()
        })
        .collect();
    let freedom = (n as f64 - used).max(1.0);
    Some((0..width).map(|i| (0..width).map(|j| dot(&left[i], &left[j]) / freedom).collect()).collect())
}

/// How much of the variance that a fitted series has over the prior each parameter explains: alone, and with all products that
/// it is in (first-order and total Sobol indices, exact for a quadratic of independent normal scores).
pub(super) fn explained(fitted: &Fitted, scale: &Scale) -> Vec<(f64, f64)> {
    let d = scale.centre.len();
    let mut coefficients = fitted.coefficients.clone();
    coefficients.resize(count(d, Order::Quadratic), 0.0);
    let (line, rest) = coefficients[1..].split_at(d);
    let (squares, products) = rest.split_at(d);
    // u = o + a z for standard normal z.
    let a: Vec<f64> = scale.width.iter().map(|width| 1.0 / width).collect();
    let o: Vec<f64> = scale.centre.iter().zip(&scale.width).map(|(centre, width)| -centre / width).collect();
    let mut slopes: Vec<f64> =
        (0..d).map(|i| a[i] * (line[i] + std::f64::consts::SQRT_2 * squares[i] * o[i])).collect();
    let mut shared = vec![0.0; d];
    let (mut place, mut whole) = (0, 0.0);
    for i in 0..d {
        for j in 0..i {
            let product = products[place];
            place += 1;
            slopes[i] += product * a[i] * o[j];
            slopes[j] += product * a[j] * o[i];
            let variance = product * product * a[i] * a[i] * a[j] * a[j];
            shared[i] += variance;
            shared[j] += variance;
            whole += variance;
        }
    }
    let alone = |i: usize| {
        let curve = squares[i] * a[i] * a[i];
        // A square q (u² − 1) / √2 has q² a⁴ about its line: the variance of z² is 2.
        slopes[i] * slopes[i] + curve * curve
    };
    let alone: Vec<f64> = (0..d).map(alone).collect();
    whole += alone.iter().sum::<f64>();
    let share = |variance: f64| if whole > 0.0 { variance / whole } else { 0.0 };
    alone.iter().zip(&shared).map(|(alone, shared)| (share(*alone), share(alone + shared))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::random::{Key, Use};
    use super::*;

    fn points(n: usize, parameters: usize) -> Vec<Vec<f64>> {
        let key = Key { seed: 5, trial: 0, number: 0 };
        (0..n).map(|place| key.of(Use::Prior, 0, place).normals(parameters)).collect()
    }

    fn fit(points: &[Vec<f64>], series: Vec<f64>) -> (Fitted, Scale) {
        let rows: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let all = Points::new(rows, vec![1.0; points.len()]);
        let mask = vec![true; points.len()];
        (all.fit(&mask, &[series]).unwrap().remove(0), all.scale)
    }

    #[test]
    fn a_quadratic_is_found_and_its_variance_is_shared_out() {
        let points = points(400, 3);
        let f = |z: &[f64]| 1.0 + 2.0 * z[0] + z[1] * z[1] - 1.5 * z[0] * z[2];
        let (fitted, scale) = fit(&points, points.iter().map(|z| f(z)).collect());
        assert_eq!(fitted.order, Order::Quadratic);
        for z in [[0.3, -1.0, 2.0], [0.0, 0.0, 0.0]] {
            let found = dot(&scale.features(&z, Order::Quadratic), &fitted.coefficients);
            assert!((found - f(&z)).abs() < 0.01, "{found} is not {}", f(&z));
        }
        // Variances: 4 of z₀, 2 of z₁², 2.25 of the product.
        let explained = explained(&fitted, &scale);
        let expected = [(4.0, 6.25), (2.0, 2.0), (0.0, 2.25)].map(|(alone, total)| (alone / 8.25, total / 8.25));
        for (found, expected) in explained.iter().zip(expected) {
            let close = (found.0 - expected.0).abs() < 0.01 && (found.1 - expected.1).abs() < 0.01;
            assert!(close, "{found:?} is not {expected:?}");
        }
    }

    #[test]
    fn a_line_in_noise_is_taken_for_a_line() {
        let points = points(120, 6);
        let key = Key { seed: 6, trial: 0, number: 0 };
        let noisy = |(place, z): (usize, &Vec<f64>)| z[0] - z[1] + key.of(Use::Error, 0, place).normal();
        let (fitted, _) = fit(&points, points.iter().enumerate().map(noisy).collect());
        assert_eq!(fitted.order, Order::Line);
        let missed = weighted_square(&fitted.left_out, &vec![1.0; points.len()]);
        // χ² over 113 degrees of freedom, and the line's own error of 7 in 120.
        assert!((missed - 1.06).abs() < 0.45, "{missed}");
    }

    /// Leaving out a point by its leverage is leaving it out.
    #[test]
    fn what_is_left_out_is_foretold_without_it() {
        let points = points(30, 2);
        let series: Vec<f64> = points.iter().map(|z| z[0] * z[1] + 0.3 * z[0]).collect();
        let rows: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let weights: Vec<f64> = (0..30).map(|i| 1.0 + f64::from(i % 3)).collect();
        let all = Points::new(rows.clone(), weights.clone());
        let whole = all.ridge(&[true; 30], Order::Quadratic, 0.7).unwrap().fit(&series);
        let mut mask = [true; 30];
        mask[11] = false;
        let without: Vec<f64> =
            series.iter().enumerate().filter(|(at, _)| *at != 11).map(|(_, value)| *value).collect();
        let fitted = all.ridge(&mask, Order::Quadratic, 0.7).unwrap().fit(&without);
        let foretold = dot(&all.scale.features(rows[11], Order::Quadratic), &fitted.coefficients);
        assert!((whole.left_out[11] - (series[11] - foretold)).abs() < 1e-12);
    }

    #[test]
    fn luck_about_a_line_has_its_covariance() {
        let points = points(2000, 2);
        let key = Key { seed: 7, trial: 0, number: 0 };
        let row = |(place, z): (usize, &Vec<f64>)| {
            let e = key.of(Use::Error, 0, place).normals(2);
            vec![3.0 * z[0] + e[0], z[1] + e[0] + 2.0 * e[1]]
        };
        let series: Vec<Vec<f64>> = points.iter().enumerate().map(row).collect();
        let rows: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let found = about_a_line(&rows, &series).unwrap();
        for (i, j, expected) in [(0, 0, 1.0), (1, 1, 5.0), (0, 1, 1.0)] {
            assert!((found[i][j] - expected).abs() < 0.13 * (1.0 + expected), "{found:?}");
        }
    }
}
