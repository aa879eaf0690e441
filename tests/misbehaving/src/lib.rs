//! misbehaving.
