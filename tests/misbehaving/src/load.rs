//! Faults at load time.

use amplify_sdk::__private::{self as sdk, Buffer, PluginModule};

/// What precedes the mode in the library's bytes.
pub const MARKER: &[u8; 22] = b"misbehaving-load-mode:";

/// The mode, padded with dots. A test overwrites it in a copy of the library.
pub static MODE: [u8; 40] = *b"misbehaving-load-mode:none..............";

fn mode() -> String {
    // The compiler must not read the text at compile time.
    let text = String::from_utf8_lossy(std::hint::black_box(&MODE)).into_owned();
    text[MARKER.len()..].trim_end_matches('.').to_owned()
}

/// The module with the fault that is wanted.
pub fn module(sound: PluginModule) -> PluginModule {
    match mode().as_str() {
        "load-panics" => panic!("the module cannot be made"),
        "describe-garbage" => PluginModule { describe: garbage, ..sound },
        "describe-nothing" => PluginModule { describe: nothing, ..sound },
        "describe-list" => PluginModule { describe: list, ..sound },
        "describe-fails" => PluginModule { describe: fails, ..sound },
        "describe-later" => PluginModule { describe: later, ..sound },
        "describe-newer" => PluginModule { describe: newer, ..sound },
        "protocol-99" => PluginModule { protocol: ninety_nine, ..sound },
        _ => sound,
    }
}

/// Whether the manifest itself is to panic, which the SDK catches.
pub fn describe_panics() -> bool {
    mode() == "describe-panics"
}

extern "C" fn ninety_nine() -> u32 {
    99
}

extern "C" fn garbage() -> Buffer {
    b"\xff\xfenot JSON".to_vec().into()
}

extern "C" fn nothing() -> Buffer {
    Vec::new().into()
}

extern "C" fn list() -> Buffer {
    b"[1, 2, 3]".to_vec().into()
}

extern "C" fn fails() -> Buffer {
    let error = r#"{"error": {"kind": "failed", "code": "no-licence", "message": "the licence has run out"}}"#;
    error.as_bytes().to_vec().into()
}

/// Says what a later build of it might say.
extern "C" fn newer() -> Buffer {
    let text = String::from_utf8_lossy((sdk::module::<crate::Exported>().describe)().as_slice()).into_owned();
    text.replace("Misbehaves on request", "Misbehaves in new ways").into_bytes().into()
}

/// Says what a plugin built against a later SDK might say: keys, events and hooks that nobody knows yet.
extern "C" fn later() -> Buffer {
    let text = String::from_utf8_lossy((sdk::module::<crate::Exported>().describe)().as_slice()).into_owned();
    let text = text.replacen('{', r#"{"later": {"deep": [1]}, "hooks": ["dream"], "#, 1);
    text.replace("\"PrePush\"", "\"PreDream\",\"PrePush\"").into_bytes().into()
}
