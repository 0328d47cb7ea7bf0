//! The two heads: sparse scoring of a trained model, with the evidence for it.
