//! What public boards show of the best models, and when.

use crate::{
    model::{geography::PerState, mechanisms::releases::Releases},
    scenario::MAX_STATES,
};

/// The best rating of each state by month, as the board would show it if all were listed at once.
#[derive(Default)]
pub(super) struct Board {
    months: Vec<PerState>,
}

impl Board {
    /// Takes in the month's best ratings, and gives those that are listed: some states' models come `late` by so many months
    /// within the first months of a run. What was there before the first month counts as listed.
    pub fn list(&mut self, boards: &Releases, best: PerState, late: [u32; MAX_STATES]) -> PerState {
        let now = self.months.len();
        self.months.push(best.map(|rating| boards.on_board(rating)));
        let is_late = now < boards.listed_late_months as usize;
        let mut listed = best;
        for (s, rating) in listed.iter_mut().enumerate() {
            let month = if is_late { now.saturating_sub(late[s] as usize) } else { now };
            *rating = self.months[month][s];
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_listed_late_at_first_and_at_once_later() {
        let boards = Releases { listed_late_months: 4, board_bend: 0.0, ..Releases::default() };
        let (mut board, mut late) = (Board::default(), [0; MAX_STATES]);
        late[1] = 2;
        let listed: Vec<_> = (0..6).map(|month| board.list(&boards, [f64::from(month); MAX_STATES], late)).collect();
        assert_eq!(listed.iter().map(|month| month[0]).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(listed.iter().map(|month| month[1]).collect::<Vec<_>>(), [0.0, 0.0, 0.0, 1.0, 4.0, 5.0]);
    }
}
