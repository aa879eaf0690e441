//! A shared library that is no plugin.

/// So that there is something in it.
pub extern "C" fn nothing() {}
