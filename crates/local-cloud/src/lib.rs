//! local-cloud.
