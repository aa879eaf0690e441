//! category-function.
