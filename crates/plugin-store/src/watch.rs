//! What is told while plugins are fetched, and asked of whoever waits.

/// Hears how far a download is, and says when to stop. Called from several threads.
pub trait Watch: Sync {
    /// So many bytes of a plugin's archive have arrived.
    fn arrived(&self, plugin: &str, bytes: u64, of: u64);

    /// Something worth a line.
    fn note(&self, text: &str);

    /// Whether to stop.
    fn cancelled(&self) -> bool;
}

/// Hears nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Watch for Silent {
    fn arrived(&self, _plugin: &str, _bytes: u64, _of: u64) {}

    fn note(&self, _text: &str) {}

    fn cancelled(&self) -> bool {
        false
    }
}
