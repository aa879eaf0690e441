//! cfn.
