//! The hub: `serve` and what belongs to it.
