//! category-storage.
