//! frontend-javascript.
