//! provider-local.
