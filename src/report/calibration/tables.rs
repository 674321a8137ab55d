//! The tables of a calibration.

use super::{Calibrated, SAMPLE};
use crate::{
    analysis::calibration::{Information, SHARES},
    declare::table::Row,
    experiment::calibration::PlannedTarget,
    output::{
        csv::Csv,
        evidence::{FitRow, InformationRow, MarginalRow, RidgeRow},
    },
};

/// Files by name.
pub fn tables(found: &Calibrated<'_>) -> Vec<(String, Vec<u8>)> {
    vec![
        (SAMPLE.to_owned(), sample(found)),
        table(&marginals(found)),
        table(&ridges(found)),
        table(&information(found)),
        table(&fits(found)),
    ]
}

fn table<R: Row>(rows: &[R]) -> (String, Vec<u8>) {
    (format!("{}.csv", R::TABLE), Csv::table(rows))
}

/// The weighted sample: a row a world, with a column for each key that is sought; then those of what nothing can tell, drawn from
/// their priors.
fn sample(found: &Calibrated<'_>) -> Vec<u8> {
    let (calibration, posterior) = (found.calibration, found.posterior);
    let all = || calibration.parameters.iter().chain(&calibration.unknowns);
    let keys = all().flat_map(|sought| sought.keys.iter().map(String::as_str));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header: Vec<&str> = ["draw", "weight", "log_likelihood"].into_iter().chain(keys).collect();
    let places = header.len();
    let unknown = calibration.spread_unknowns(found.experiment.seed, posterior.sample.len());
    // Nothing that is written into memory fails.
    let _ = writer.write_record(header);
    for (draw, unknown) in
        posterior.sample.iter().zip(unknown).enumerate().map(|(at, (draw, unknown))| ((at, draw), unknown))
    {
        let (at, draw) = draw;
        let values = all().zip(draw.values.iter().chain(&unknown));
        let values = values.flat_map(|(sought, value)| sought.keys.iter().map(move |_| value.to_string()));
        let first = [at.to_string(), draw.weight.to_string(), draw.log_likelihood.to_string()];
        let row: Vec<String> = first.into_iter().chain(values).collect();
        debug_assert_eq!(row.len(), places);
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn marginals(found: &Calibrated<'_>) -> Vec<MarginalRow> {
    let posterior = found.posterior;
    let row =
        |(parameter, marginal): (&crate::analysis::calibration::Parameter, &crate::analysis::calibration::Marginal)| {
            let ([prior_p05, _, prior_p50, _, prior_p95], [p05, p25, p50, p75, p95]) =
                (marginal.prior, marginal.posterior);
            let parameter = parameter.name.as_str().into();
            let (contraction, shift) = (finite(marginal.contraction), finite(marginal.shift));
            let all = [p05, p25, p50, p75, p95].into_iter().all(f64::is_finite);
            all.then_some(MarginalRow {
                parameter,
                prior_p05,
                prior_p50,
                prior_p95,
                p05,
                p25,
                p50,
                p75,
                p95,
                contraction,
                shift,
            })
        };
    posterior.parameters.iter().zip(&posterior.marginals).filter_map(row).collect()
}

fn ridges(found: &Calibrated<'_>) -> Vec<RidgeRow> {
    let name = |place: usize| found.posterior.parameters.get(place).map(|parameter| parameter.name.as_str());
    let row = |ridge: &crate::analysis::calibration::Ridge| {
        let (first, second) = ridge.parameters;
        let (parameter, with) = (name(first)?.into(), name(second)?.into());
        Some(RidgeRow { parameter, with, correlation: finite(ridge.correlation)? })
    };
    found.posterior.ridges.iter().filter_map(row).collect()
}

fn information(found: &Calibrated<'_>) -> Vec<InformationRow> {
    let parameters = &found.posterior.parameters;
    let row = |target: &PlannedTarget, all: &[Information]| -> Vec<InformationRow> {
        let row = |(parameter, told): (&crate::analysis::calibration::Parameter, &Information)| InformationRow {
            target: target.name.as_str().into(),
            parameter: parameter.name.as_str().into(),
            explained: finite(told.explained),
            total: finite(told.total),
            adds: told.adds.and_then(finite),
        };
        parameters.iter().zip(all).map(row).collect()
    };
    found
        .calibration
        .targets
        .iter()
        .zip(&found.posterior.information)
        .flat_map(|(target, all)| row(target, all))
        .collect()
}

fn fits(found: &Calibrated<'_>) -> Vec<FitRow> {
    let row = |fit: &crate::analysis::calibration::Fit| {
        let target = found.calibration.targets.get(fit.target)?;
        let at = |place: usize| fit.predicted.and_then(|predicted| predicted.get(place).copied()).and_then(finite);
        debug_assert_eq!(SHARES.len(), 5);
        Some(FitRow {
            target: target.name.as_str().into(),
            meaning: target.summary.to_string().into(),
            unit: target.unit.as_str().into(),
            seen: target.value,
            error: target.error,
            discrepancy: target.discrepancy,
            p05: at(0),
            p25: at(1),
            p50: at(2),
            p75: at(3),
            p95: at(4),
            luck: fit.luck.and_then(finite),
            score: finite(fit.score),
            p: finite(fit.p),
            // Sums of weights are rounded.
            present: fit.present.min(1.0),
            source: target.source.as_str().into(),
        })
    };
    found.posterior.fits.iter().filter_map(row).collect()
}
