//! The rows of a run's tables, and its row of outcomes.

use crate::{scenario::Month, table};
use std::sync::Arc;

table! {
    /// The world in a month.
    pub struct WorldRow as "world" by date {
        /// The month that has passed.
        date: Month, "";
        /// Highest measured rating of any model on offer.
        frontier_rating: Option<f64>, "points";
        /// Highest measured rating of any model with open weights.
        open_frontier_rating: Option<f64>, "points";
        /// Rating of the best closed model less that of the best open model.
        open_gap_rating: Option<f64>, "points";
        /// The same on the fixed-scale capability index.
        open_gap_index: Option<f64>, "index points";
        /// Rating of the leader state's best model less that of the follower state's (see `comparison`).
        gap_rating: Option<f64>, "points";
        /// The same on the fixed-scale capability index, of models released so far.
        gap_index: Option<f64>, "index points";
        /// Capability of the leader state's best model less that of the follower state's.
        gap_nats: Option<f64>, "nats";
        /// Months since the leader state's best model was as capable as the follower state's best is now; negative where the follower is ahead, empty where that was before the start.
        gap_months: Option<f64>, "months";
        /// The same in months in which the follower state set itself a record; empty in others.
        record_lag: Option<f64>, "months";
        /// Capability of the best model on offer, against the best at the start.
        frontier_capability: Option<f64>, "nats";
        /// Capability of the best model on offer on the fixed-scale capability index.
        frontier_index: Option<f64>, "index points";
        /// Firms in business at the end of the month.
        firms: u32, "firms";
        /// Share of world usage that goes to open firms; like the next four, empty if no firm is used.
        open_share: Option<f64>, "1";
        /// Concentration of world usage: sum of squared shares (Herfindahl-Hirschman index).
        firm_hhi: Option<f64>, "1";
        /// Largest share of world usage of any firm.
        largest_share: Option<f64>, "1";
        /// Equal firms that would give this concentration, 1/HHI (Hill number of order 2).
        effective_firms: Option<f64>, "firms";
        /// Diversity of usage, the exponential of Shannon entropy (Hill number of order 1).
        hill_diversity: Option<f64>, "firms";
        /// Firms that entered in the month.
        entries: u32, "firms/month";
        /// Firms that went out of business in the month: closed, merged into another or turned to something else.
        exits: u32, "firms/month";
        /// Change in usage-weighted capability over the month: selection + learning + turnover.
        progress: f64, "nats/month";
        /// Part of progress by which usage moved to more capable firms (Price's covariance term).
        selection: f64, "nats/month";
        /// Part of selection by which usage moved between firms of the same home.
        selection_within: f64, "nats/month";
        /// Part of selection by which usage moved from the firms of one state to those of another.
        selection_between: f64, "nats/month";
        /// Capability weighted by usage above the plain mean of all firms (the covariance of Olley and Pakes); empty if no firm is used.
        usage_covariance: Option<f64>, "nats";
        /// Part of progress by which firms became more capable (Price's transmission term).
        learning: f64, "nats/month";
        /// Part of progress from entry and exit.
        turnover: f64, "nats/month";
        /// Compute installed at firms and in clouds at the end of the month.
        compute: f64, "MH100e";
        /// Compute that was made in the month: what firms bought and what went to clouds, plus what went into store, less what came out.
        compute_made: f64, "MH100e/month";
        /// Compute that firms of the model bought in the month.
        compute_delivered: f64, "MH100e/month";
        /// Compute that went to clouds in the month.
        compute_to_clouds: f64, "MH100e/month";
        /// Compute that went into store in the month, less what came out; negative where more came out.
        compute_stored: f64, "MH100e/month";
        /// Compute that export controls kept in the month from the states it was meant for.
        compute_denied: f64, "MH100e/month";
        /// Part of that which other states got.
        compute_redirected: f64, "MH100e/month";
        /// Compute that shocks kept from being made in the month.
        compute_lost: f64, "MH100e/month";
        /// Share of the compute made that logic dies limit, of which more would make more; like the next two, empty if none is made.
        limited_by_logic: Option<f64>, "1";
        /// Share of the compute made that packaging limits.
        limited_by_packaging: Option<f64>, "1";
        /// Share of the compute made that memory limits.
        limited_by_memory: Option<f64>, "1";
        /// Compute that wore out in the month.
        compute_retired: f64, "MH100e/month";
        /// Compute of closing firms that others took over in the month.
        compute_resold: f64, "MH100e/month";
        /// Price of compute at the end of the month.
        compute_price: f64, "billion USD of 2023 per MH100e";
        /// Money invested in AI firms, as a yearly rate.
        investment: f64, "billion USD of 2023/year";
        /// Revenue of AI firms, as a yearly rate.
        revenue: f64, "billion USD of 2023/year";
        /// Output of all states, as a yearly rate.
        output: f64, "billion USD of 2023/year";
        /// Output that AI adds, as a share of output without it.
        output_effect: f64, "1";
        /// Share of users that have adopted AI: mean over states, weighted by population.
        adoption: f64, "1";
        /// Incidents in the month.
        incidents: u32, "incidents/month";
        /// Hazard of a systemic incident, which would hit all states.
        systemic_hazard: f64, "1/year";
        /// Output lost to incidents, shocks and missing chips, as a share of what world output would be without them.
        damage: f64, "1";
        /// Cost of policy in all states, as a yearly rate.
        policy_cost: f64, "billion USD of 2023/year";
        /// Logarithm of output per person less lost privacy: mean over states, weighted by population.
        welfare: f64, "ln(thousand USD of 2023/year)";
        /// Inequality of output per person between states, weighted by population (Gini).
        output_gini: f64, "1";
        /// Inequality of accessible capability between states (Gini of e to the capability, weighted by population).
        access_gini: f64, "1";
        /// Concentration of power among states (hegemony index: sum of squared power shares).
        power_hhi: f64, "1";
    }
}

table! {
    /// A state in a month.
    pub struct StateRow as "states" by date, state {
        /// The month that has passed.
        date: Month, "";
        /// The state.
        state: Arc<str>, "";
        /// Firms in business at home there at the end of the month.
        firms: u32, "firms";
        /// Highest rating of its firms' models on the public board, as far as they are listed there.
        rating: Option<f64>, "points";
        /// Highest measured rating of any model on offer less that; the gap to the frontier.
        frontier_gap_rating: Option<f64>, "points";
        /// Capability of its firms' best model, against the world's best at the start.
        capability: Option<f64>, "nats";
        /// The same on the fixed-scale capability index.
        index: Option<f64>, "index points";
        /// Models that its firms released in the month.
        releases: u32, "models/month";
        /// Part of those with open weights.
        open_releases: u32, "models/month";
        /// Capability that its users can reach, weighted by its demand.
        access: f64, "nats";
        /// Compute installed at its firms and in its clouds at the end of the month.
        compute: f64, "MH100e";
        /// Part of that compute held by its firms.
        compute_firms: f64, "MH100e";
        /// Compute that reached it in the month.
        compute_received: f64, "MH100e/month";
        /// Compute that export controls kept from it in the month.
        compute_denied: f64, "MH100e/month";
        /// Part of what reached it in the month that got through though an export control means to stop it.
        compute_smuggled: f64, "MH100e/month";
        /// Compute of chips that were smuggled in and are still there at the end of the month, those from before the start left out.
        compute_smuggled_stock: f64, "MH100e";
        /// Part of what reached it in the month that its buyers use in third states where export controls bar the chips from it.
        compute_rented: f64, "MH100e/month";
        /// Part of what reached it in the month as variants that export controls let pass.
        compute_variants: f64, "MH100e/month";
        /// Part of the refined materials kept from it by export controls that it has replaced by other sources.
        materials_replaced: f64, "1";
        /// What its research talent has become by people who moved, over what it was at the start.
        talent_held: f64, "1";
        /// Part of what reached it in the month that an alternative paradigm made.
        compute_alternative: f64, "MH100e/month";
        /// Part of what reached it in the month that its firms bought.
        compute_delivered: f64, "MH100e/month";
        /// Share of its compute that its power lets run; empty if it has none.
        compute_running: Option<f64>, "1";
        /// Price of compute in the state at the end of the month.
        compute_price: f64, "billion USD of 2023 per MH100e";
        /// How far its buyers shun foreign designs of chips, from 0 to 1.
        home_preference: f64, "1";
        /// Power that its compute draws in other states; negative where theirs draws power here.
        power_abroad: f64, "GW";
        /// Output lost to missing chips, in logs.
        chips_lost: f64, "1";
        /// Power that its running compute draws, cooling included.
        power_draw: f64, "GW";
        /// Least of its self-sufficiencies by stage; like the next four, empty without demand.
        self_sufficiency: Option<f64>, "1";
        /// Share of its demand for compute that was designed at home.
        self_sufficiency_design: Option<f64>, "1";
        /// Share of its demand for compute whose dies were made at home.
        self_sufficiency_logic: Option<f64>, "1";
        /// Share of its demand for compute that was packaged at home.
        self_sufficiency_packaging: Option<f64>, "1";
        /// Share of its demand for compute whose memory was made at home.
        self_sufficiency_memory: Option<f64>, "1";
        /// Maturity of its own equipment industry.
        equipment_maturity: f64, "1";
        /// Money invested in its firms, as a yearly rate.
        investment: f64, "billion USD of 2023/year";
        /// Share of world usage that its firms serve; empty if no firm is used.
        usage_share: Option<f64>, "1";
        /// Share of its own market that its own firms serve; like the next, empty if no firm is used there.
        home_share: Option<f64>, "1";
        /// Share of its own market that open firms serve.
        open_share: Option<f64>, "1";
        /// How well firms there absorb outside knowledge.
        absorptive_capacity: f64, "1";
        /// Change in usage-weighted capability of its firms over the month; empty without firms.
        progress: Option<f64>, "nats/month";
        /// Part of progress by which usage moved between its firms; empty without firms.
        selection: Option<f64>, "nats/month";
        /// Part of progress by which its firms became more capable; empty without firms.
        learning: Option<f64>, "nats/month";
        /// Part of progress from entry and exit among its firms; empty without firms.
        turnover: Option<f64>, "nats/month";
        /// Capability of its firms weighted by usage above their plain mean (the covariance of Olley and Pakes); empty without firms.
        usage_covariance: Option<f64>, "nats";
        /// Share of its users that have adopted AI, weighted by its demand.
        adoption: f64, "1";
        /// Output, as a yearly rate.
        output: f64, "billion USD of 2023/year";
        /// Output per person, as a yearly rate.
        output_per_person: f64, "thousand USD of 2023/year";
        /// Output that AI adds, as a share of output without it.
        output_effect: f64, "1";
        /// Growth of output over the last step of the month, as a yearly rate.
        growth: f64, "1/year";
        /// Output lost to incidents, shocks and missing chips, as a share of what it would be without them.
        damage: f64, "1";
        /// Cost of its policies, as a yearly rate.
        policy_cost: f64, "billion USD of 2023/year";
        /// Mean safety effort of its firms, weighted by their compute; empty if they have none.
        safety_effort: Option<f64>, "1";
        /// Incidents of its firms in the month.
        incidents: u32, "incidents/month";
        /// Trust of its users in AI.
        trust_in_ai: f64, "1";
        /// Reputation abroad of its firms, or of those that it would have.
        reputation: f64, "1";
        /// Mean trust between it and the other states; empty if there is no other.
        trust_abroad: Option<f64>, "1";
        /// How hostile it stands to its rivals, from 0 (open) to 1; empty for a state that does not choose its posture.
        hostility: Option<f64>, "1";
        /// Share of world output.
        economic_power: f64, "1";
        /// Share of hard power: own frontier in the domains that count, compute that runs, and the economy behind them.
        hard_power: f64, "1";
        /// Soft power: use of its firms in all other states in the domains that count, and its part in standards.
        soft_power: f64, "1";
        /// Share of power (Tullock contest over the composite).
        power: f64, "1";
    }
}

table! {
    /// A firm in a month.
    pub struct FirmRow as "firms" by date, firm {
        /// The month that has passed.
        date: Month, "";
        /// The firm.
        firm: Arc<str>, "";
        /// Its home state.
        state: Arc<str>, "";
        /// Whether it publishes weights.
        open: bool, "";
        /// Measured rating of its newest model.
        rating: f64, "points";
        /// Highest measured rating of any model on offer less that; the gap to the frontier.
        frontier_gap_rating: f64, "points";
        /// Rating gained over as many months as `mechanisms.releases.momentum_months` says, or since it entered.
        momentum: f64, "points";
        /// Trained capability, weighted by its focus, against the world's best model at the start.
        capability: f64, "nats";
        /// Algorithmic knowledge, weighted by its focus.
        knowledge: f64, "nats";
        /// Compute it holds at the end of the month.
        compute: f64, "MH100e";
        /// Cash it holds at the end of the month; negative in debt.
        cash: f64, "billion USD of 2023";
        /// Revenue, as a yearly rate.
        revenue: f64, "billion USD of 2023/year";
        /// Investment received, funds of its own other business included, as a yearly rate.
        investment: f64, "billion USD of 2023/year";
        /// Its share of world usage.
        usage_share: f64, "1";
        /// Its share of usage at home.
        home_share: f64, "1";
    }
}

table! {
    /// A state in a domain in a month.
    pub struct StateDomainRow as "state_domains" by date, state, domain {
        /// The month that has passed.
        date: Month, "";
        /// The state.
        state: Arc<str>, "";
        /// The domain.
        domain: Arc<str>, "";
        /// Trained capability of the best of its firms, against the world's best model at the start.
        capability: Option<f64>, "nats";
        /// Highest measured rating of its firms' models.
        rating: Option<f64>, "points";
        /// Capability that its users can reach.
        access: f64, "nats";
        /// Share of its users that have adopted AI.
        adoption: f64, "1";
    }
}

table! {
    /// A firm in a domain at the end of a quarter.
    pub struct FirmDomainRow as "firm_domains" by date, firm, domain {
        /// The last month of the quarter.
        date: Month, "";
        /// The firm.
        firm: Arc<str>, "";
        /// The domain.
        domain: Arc<str>, "";
        /// Share of its effort.
        effort: f64, "1";
        /// Trained capability, against the world's best model at the start.
        capability: f64, "nats";
        /// Measured rating of its newest model.
        rating: f64, "points";
    }
}

table! {
    /// A fab, packaging plant or memory plant in a month.
    pub struct FabRow as "fabs" by date, fab {
        /// The month that has passed.
        date: Month, "";
        /// The plant.
        fab: Arc<str>, "";
        /// The state it stands in.
        state: Arc<str>, "";
        /// What it does: `logic`, `packaging` or `memory`.
        stage: Arc<str>, "";
        /// Capacity that accelerators can book at the end of the month, outages aside.
        capacity: f64, "thousand wafers/month";
        /// Capacity under construction.
        building: f64, "thousand wafers/month";
        /// Share of its output that shocks take.
        outage: f64, "1";
        /// Node of a logic fab; empty for others.
        node: Option<f64>, "nm";
        /// Density of defects that kill a die, in a logic fab; empty for others.
        defects: Option<f64>, "1/cm2";
        /// Experience: wafers made until now, what was learned from others included.
        experience: f64, "thousand wafers";
    }
}

table! {
    /// A chip design in a month.
    pub struct AcceleratorRow as "accelerators" by date, accelerator {
        /// The month that has passed.
        date: Month, "";
        /// The design.
        accelerator: Arc<str>, "";
        /// Home of its designer.
        state: Arc<str>, "";
        /// Performance of a package.
        performance: f64, "H100e";
        /// Packages made in the month.
        packages: f64, "million/month";
        /// Compute shipped in the month, variants at what they perform.
        compute: f64, "MH100e/month";
        /// Compute that controls kept in the month from the states it was meant for.
        denied: f64, "MH100e/month";
        /// Packages in store at the end of the month.
        store: f64, "million";
        /// Stage that limits its output: `logic`, `packaging` or `memory`; empty if none is made.
        binding: Option<Arc<str>>, "";
    }
}

table! {
    /// A model release.
    pub struct ReleaseRow as "releases" by release {
        /// Month of release.
        date: Month, "";
        /// The model's name: its firm and a serial number.
        release: Arc<str>, "";
        /// Its firm.
        firm: Arc<str>, "";
        /// The firm's home state.
        state: Arc<str>, "";
        /// Whether its weights are published at release.
        open: bool, "";
        /// Capability, weighted by world demand, against the world's best model at the start.
        capability: f64, "nats";
        /// Measured rating.
        rating: f64, "points";
        /// Capability on the fixed-scale index.
        index: f64, "index points";
    }
}

table! {
    /// Something that happened.
    pub struct EventRow as "events" {
        /// Month it happened.
        date: Month, "";
        /// What kind: `entry`, `exit`, `opens`, `closes`, `breakthrough`, `claim`, `incident`, `shock`, `shock_over`, `control` (an export control came by chance), `policy`, `policy_end`, `review` (a state keeps its posture), `posture` (it takes up another), or a kind of the scenario's dated events.
        kind: Arc<str>, "";
        /// Who.
        actor: Arc<str>, "";
        /// The actor's state, if it has one.
        state: Option<Arc<str>>, "";
        /// Size, if it has one: a breakthrough's in nats, an incident's and a shock's as a share, the points by which a firm that opens or closes lags behind the best, how hostile a state is going to stand after a review (0 to 1).
        value: Option<f64>, "by kind";
        /// What, in a line.
        text: Arc<str>, "";
    }
}

table! {
    /// What a run comes to: the outcomes that runs.csv shows.
    pub struct OutcomeRow as "outcomes" {
        /// Rating gap of leader over follower twelve months after the first month.
        gap_rating_12: Option<f64>, "points";
        /// Rating gap of leader over follower 24 months after the first month.
        gap_rating_24: Option<f64>, "points";
        /// Rating gap of leader over follower at the end.
        gap_rating_end: Option<f64>, "points";
        /// Capability gap of leader over follower at the end.
        gap_nats_end: Option<f64>, "nats";
        /// Lag of the follower behind the leader at the end; negative where the follower is ahead, empty where it is longer than the run.
        gap_months_end: Option<f64>, "months";
        /// Months that have passed when the follower first draws level with the leader, 1 at the end of the first; empty if never.
        parity_months: Option<f64>, "months";
        /// Rating gap of the best closed over the best open model, mean over the months that have both.
        open_gap_rating_mean: Option<f64>, "points";
        /// Gain of the frontier rating from the first month to the last, as a yearly rate.
        frontier_gain_per_year: Option<f64>, "points/year";
        /// Capability of the best model at the end, against the best at the start.
        frontier_capability_end: Option<f64>, "nats";
        /// Share of world usage of open firms at the end.
        open_share_end: Option<f64>, "1";
        /// Concentration of usage at the end (HHI).
        firm_hhi_end: Option<f64>, "1";
        /// Equal firms that would give this concentration at the end.
        effective_firms_end: Option<f64>, "firms";
        /// Largest share of world usage that any firm had in any month.
        largest_share_max: Option<f64>, "1";
        /// Firms in business at the end.
        firms_end: u32, "firms";
        /// Firms that entered over the run.
        entries: u32, "firms";
        /// Firms that went out of business over the run: closed, merged into another or turned to something else.
        exits: u32, "firms";
        /// Mean time in business within the run of the firms that are there at the end; those of the start count from the start. Empty if there are none.
        survivor_age_mean: Option<f64>, "years";
        /// Progress over the run from selection.
        selection_sum: f64, "nats";
        /// Part of it within the firms of the same home.
        selection_within_sum: f64, "nats";
        /// Part of it between the firms of different homes.
        selection_between_sum: f64, "nats";
        /// Progress over the run from learning.
        learning_sum: f64, "nats";
        /// Progress over the run from entry and exit.
        turnover_sum: f64, "nats";
        /// Capability weighted by usage above the plain mean of all firms at the end (the covariance of Olley and Pakes).
        usage_covariance_end: Option<f64>, "nats";
        /// Compute installed in the leader state at the end.
        compute_leader_end: f64, "MH100e";
        /// Compute installed in the follower state at the end.
        compute_follower_end: f64, "MH100e";
        /// Compute that export controls kept from the follower state over the run.
        compute_denied_follower: f64, "MH100e";
        /// Compute of chips that got into the follower state past export controls, as far as it is still there at the end.
        compute_smuggled_follower_end: f64, "MH100e";
        /// Compute that shocks kept from being made over the run.
        compute_lost: f64, "MH100e";
        /// Largest share of a month's compute that shocks kept from being made.
        shock_depth: f64, "1";
        /// Months from the first loss to shocks until 95 % of the compute was made again; empty without a shock or an end of it.
        shock_recovery_months: Option<f64>, "months";
        /// Least self-sufficiency of the leader state in any stage, mean over the last twelve months; months without demand do not count, and it is empty if none has any.
        self_sufficiency_leader_end: Option<f64>, "1";
        /// The same of the follower state.
        self_sufficiency_follower_end: Option<f64>, "1";
        /// Maturity of the follower state's own equipment industry at the end.
        equipment_maturity_follower_end: f64, "1";
        /// Share of months in which packaging was the stage that limited most compute.
        packaging_binding: f64, "1";
        /// Share of months in which memory was the stage that limited most compute.
        memory_binding: f64, "1";
        /// Rating gained by the leader state's best model over the last twelve months.
        momentum_leader_end: Option<f64>, "points";
        /// Rating gained by the follower state's best model over the last twelve months.
        momentum_follower_end: Option<f64>, "points";
        /// Power share of the leader state at the end.
        power_leader_end: f64, "1";
        /// Power share of the follower state at the end.
        power_follower_end: f64, "1";
        /// Concentration of power among states at the end (HHI).
        power_hhi_end: f64, "1";
        /// Output that AI adds at the end, as a share of world output without it.
        output_effect_end: f64, "1";
        /// Incidents over the run.
        incidents: u32, "incidents";
        /// Systemic incidents to be expected over the run: the sum of their hazard.
        systemic_risk: f64, "incidents";
        /// Output lost to incidents, shocks and missing chips at the end, as a share of what world output would be without them.
        damage_end: f64, "1";
        /// Cost of policy in all states over the run.
        policy_cost_sum: f64, "billion USD of 2023";
        /// Trust in AI at the end, weighted by population.
        trust_in_ai_end: f64, "1";
        /// Logarithm of output per person less lost privacy at the end: mean over states, weighted by population.
        welfare_end: f64, "ln(thousand USD of 2023/year)";
        /// Inequality of output per person between states at the end, weighted by population (Gini).
        output_gini_end: f64, "1";
        /// Share of usage in third countries that the leader's firms serve at the end; empty if there are none.
        third_countries_leader_end: Option<f64>, "1";
        /// Share of usage in third countries that the follower's firms serve at the end; empty if there are none.
        third_countries_follower_end: Option<f64>, "1";
        /// Share of users that have adopted AI at the end: mean over states, weighted by population.
        adoption_end: f64, "1";
        /// The same in third countries; empty if there are none.
        adoption_third_countries_end: Option<f64>, "1";
    }
}
