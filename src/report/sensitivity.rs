//! The page and the pictures of a sensitivity analysis.
