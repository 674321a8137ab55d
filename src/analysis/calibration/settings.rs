//! How a calibration is done.

/// All of it. The defaults take 10,000 to 20,000 runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Seed of all that the calibration draws. Luck within runs is the model's own.
    pub seed: u64,
    /// How it is done.
    pub method: Method,
    /// Effective number of parameters from which the sample is called a posterior.
    pub wanted: f64,
}

/// A method with its own settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Calibrate, emulate, sample (Cleary et al. 2021).
    Emulated(Emulated),
    /// Approximate Bayesian computation by sequential Monte Carlo (Toni et al. 2009), for few parameters.
    Sequential(Sequential),
}

/// Settings of calibrate, emulate, sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Emulated {
    /// Members of the ensemble smoother; one run each and assimilation.
    pub members: u32,
    /// Assimilations of the same data, each with the errors as much larger as there are of them.
    pub assimilations: u32,
    /// Points that the first emulator is fitted to.
    pub design: u32,
    /// Replicates of each of them, at least 2, so that luck can be told.
    pub design_replicates: u32,
    /// Standard deviation of the design as a multiple of the smoother's.
    pub inflation: f64,
    /// Share of the design's points that come from the prior.
    pub from_prior: f64,
    /// The chains that draw from the emulated posterior.
    pub chains: Chains,
    /// Draws that are really run in a round.
    pub draws: u32,
    /// Replicates of each of them, at least 2.
    pub replicates: u32,
    /// Most rounds of drawing, running and fitting the emulator anew.
    pub rounds: u32,
    /// Whether to ask of each target what would be known without it.
    pub leave_out: bool,
}

/// Settings of the chains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chains {
    /// Number of chains, at least 3.
    pub chains: u32,
    /// Generations before it is looked at R̂ and at whether there are as many independent states as draws; the first half of
    /// all is not used.
    pub generations: u32,
    /// Most generations.
    pub most: u32,
    /// R̂ below which the chains agree.
    pub r_hat: f64,
}

/// Settings of ABC-SMC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequential {
    /// Particles of a generation.
    pub particles: u32,
    /// Proposals that are run at once.
    pub batch: u32,
    /// Most generations.
    pub generations: u32,
    /// The next threshold is this quantile of the distances of the last generation.
    pub quantile: f64,
    /// Threshold at which it ends, in standard deviations of error and luck, as a root mean square over targets; 0 for none.
    pub threshold: f64,
    /// Most runs.
    pub most_runs: u64,
    /// Whether each run's targets get an error of their own before they are compared, which makes the posterior that of data
    /// with errors as the threshold falls (Wilkinson 2013).
    pub errors: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 1, method: Method::Emulated(Emulated::default()), wanted: 200.0 }
    }
}

impl Default for Emulated {
    fn default() -> Self {
        Self {
            members: 300,
            assimilations: 4,
            design: 400,
            design_replicates: 4,
            inflation: 1.75,
            from_prior: 0.2,
            chains: Chains::default(),
            draws: 800,
            replicates: 6,
            rounds: 3,
            leave_out: true,
        }
    }
}

impl Default for Chains {
    fn default() -> Self {
        Self { chains: 20, generations: 1500, most: 20_000, r_hat: 1.05 }
    }
}

impl Default for Sequential {
    fn default() -> Self {
        let (particles, batch) = (500, 1000);
        Self { particles, batch, generations: 12, quantile: 0.5, threshold: 0.0, most_runs: 40_000, errors: true }
    }
}

impl Settings {
    /// Whether they make sense.
    ///
    /// # Errors
    ///
    /// The first thing that does not, in words.
    pub fn check(&self) -> Result<(), &'static str> {
        if !(self.wanted.is_finite() && self.wanted >= 1.0) {
            return Err("the wanted effective sample must be 1 or more");
        }
        let wrong = match &self.method {
            Method::Emulated(emulated) => emulated.wrong(),
            Method::Sequential(sequential) => sequential.wrong(),
        };
        wrong.map_or(Ok(()), Err)
    }

    /// Most runs that a calibration takes.
    pub fn most_runs(&self) -> u64 {
        let product = |numbers: &[u32]| numbers.iter().map(|number| u64::from(*number)).fold(1, u64::saturating_mul);
        match &self.method {
            Method::Emulated(emulated) => {
                let Emulated { members, assimilations, design, design_replicates, draws, replicates, rounds, .. } =
                    *emulated;
                let parts = [&[members, assimilations][..], &[design, design_replicates], &[draws, replicates, rounds]];
                parts.into_iter().map(product).fold(0, u64::saturating_add)
            }
            Method::Sequential(sequential) => sequential.most_runs,
        }
    }
}

impl Emulated {
    fn wrong(&self) -> Option<&'static str> {
        let checks = [
            (self.members >= 10, "the smoother needs 10 members or more"),
            (self.assimilations >= 1, "the smoother needs an assimilation or more"),
            (self.design >= 10, "the design needs 10 points or more"),
            (self.design_replicates >= 2, "the design needs 2 replicates or more, to tell luck"),
            (self.inflation.is_finite() && self.inflation >= 1.0, "the inflation must be 1 or more"),
            ((0.0..=1.0).contains(&self.from_prior), "the share from the prior must be between 0 and 1"),
            (self.chains.chains >= 3, "there must be 3 chains or more"),
            (self.chains.generations >= 20, "there must be 20 generations or more"),
            (
                self.chains.most >= self.chains.generations,
                "there must be at least as many generations at most as at first",
            ),
            (self.chains.r_hat > 1.0, "R̂ cannot be below 1"),
            (self.draws >= 10, "there must be 10 draws or more"),
            (self.replicates >= 2, "there must be 2 replicates or more, to tell luck"),
            (self.rounds >= 1, "there must be a round or more"),
        ];
        checks.into_iter().find(|(right, _)| !right).map(|(_, message)| message)
    }
}

impl Sequential {
    fn wrong(&self) -> Option<&'static str> {
        let checks = [
            (self.particles >= 10, "there must be 10 particles or more"),
            (self.batch >= 1, "there must be a proposal or more in a batch"),
            (self.generations >= 1, "there must be a generation or more"),
            (self.quantile > 0.0 && self.quantile < 1.0, "the quantile of the threshold must be between 0 and 1"),
            (self.threshold.is_finite() && self.threshold >= 0.0, "the last threshold must be 0 or more"),
            (self.most_runs >= u64::from(self.particles), "there must be as many runs as particles"),
        ];
        checks.into_iter().find(|(right, _)| !right).map(|(_, message)| message)
    }
}
