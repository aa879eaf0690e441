//! Ports of loopback for servers that tests start.

use std::{
    net::TcpListener,
    ops::Range,
    sync::atomic::{AtomicU32, Ordering},
};

/// How many neighbours a server may take.
const NEIGHBOURS: u32 = 8;

/// Below what systems give to those who do not ask for a certain port (from 32768 on Linux), and so to every connection.
const RANGE: Range<u32> = 20_000..32_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port that nobody listens at, as at the seven after it. Nobody else in this process is given one of them.
///
/// # Panics
/// If there is none.
pub fn free_port() -> u16 {
    let places = (RANGE.end - RANGE.start) / NEIGHBOURS;
    // Test programs that run at the same time begin at different places.
    let begin = std::process::id() % places;
    let mut ports = (0..places).map(|_| {
        let place = (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % places;
        u16::try_from(RANGE.start + place * NEIGHBOURS).expect("it is below the end of the range")
    });
    let free =
        |first: &u16| (*first..).take(NEIGHBOURS as usize).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
    ports.find(free).expect("ports are free")
}
