//! Run a plugin in process, with scripted answers, and look at what it changes.
