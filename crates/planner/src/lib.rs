//! amplify-planner.
pub mod custom_policies;
