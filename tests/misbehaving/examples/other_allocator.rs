//! A plugin with an allocator of its own, whose memory no other allocator can free: it hands out addresses that lie behind
//! those the system gave.

#![allow(unsafe_code, reason = "an allocator is written with it")]

use std::alloc::{GlobalAlloc, Layout, System};

use amplify_sdk::prelude::*;

/// Keeps room before each piece of memory.
struct Shifted;

fn outer(layout: Layout) -> Option<(Layout, usize)> {
    let shift = layout.align().max(64);
    Some((Layout::from_size_align(layout.size().checked_add(shift)?, layout.align()).ok()?, shift))
}

// SAFETY: each piece lies within one of the system's that is `shift` bytes larger and has the same alignment; `shift` is a
// multiple of it. `dealloc` takes the same steps back. `realloc` and `alloc_zeroed` are the trait's own, made of these two.
unsafe impl GlobalAlloc for Shifted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((outer, shift)) = outer(layout) else { return std::ptr::null_mut() };
        // SAFETY: `outer` has a size above 0; the shift stays within the piece.
        unsafe {
            let start = System.alloc(outer);
            if start.is_null() { start } else { start.add(shift) }
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if let Some((outer, shift)) = outer(layout) {
            // SAFETY: `piece` came from `alloc` with this layout.
            unsafe { System.dealloc(piece.sub(shift), outer) }
        }
    }
}

#[global_allocator]
static ALLOCATOR: Shifted = Shifted;

struct Hoarder;

impl Category for Hoarder {
    fn manifest(&self) -> Manifest {
        Manifest::new("other-allocator", PluginKind::category("hoard"), "1.0.0", "Has an allocator of its own")
            .command(Command::new("add", "Adds what it is told to"))
            .service("Hoard", "A hoard")
    }

    fn run(&self, context: &mut Context<'_>, _: &CommandRequest) -> Result<Changes, PluginError> {
        let name = context.input("hoard.name", "Name:", Some("gold".into()), None)?;
        let text = context.read_text("README.md")?.unwrap_or_default();
        Ok(Changes::new().add_resource("hoard", &name, [("service", "Hoard".into())]).text(
            "hoard",
            &name,
            "hoard.txt",
            text.repeat(1000),
        ))
    }
}

amplify_sdk::export_plugin!(category: Hoarder);
