//! Numbers of random bits.

/// The number in (0, 1) that 64 bits stand for.
#[inline]
pub const fn unit(bits: u64) -> f64 {
    // 52 bits and a half fit a double exactly, so the ends are never reached.
    ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

/// The whole number below `count` that 64 bits stand for; its bias is below count / 2⁶⁴.
#[inline]
pub const fn below(bits: u64, count: usize) -> usize {
    ((bits as u128 * count as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_never_reached_and_every_place_is_below_the_count() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0 && unit(1 << 63) > 0.5);
        assert_eq!((below(0, 7), below(u64::MAX, 7), below(u64::MAX / 2, 7), below(5, 0)), (0, 6, 3, 0));
    }
}
