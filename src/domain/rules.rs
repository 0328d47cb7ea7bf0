//! An operator's written conditions, and the signals they yield.
