//! The comparison with the original's compiler is kept as a file; here it is held against what is compiled today.

use std::path::Path;

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A digest of `build/`, as `cargo xtask peer graphql` makes it.
fn digest(schema: &Path) -> String {
    let input = Input {
        sources: vec![Source { name: schema.display().to_string(), text: fs_err::read_to_string(schema).unwrap() }],
        auth: AuthConfig {
            default: AuthMode::UserPools,
            additional: vec![AuthMode::ApiKey { days: 7 }, AuthMode::Iam],
        },
        now: 1_600_000_000,
        ..Input::default()
    };
    let output = compile(&input).output.unwrap();
    let texts = output.files(false).into_iter().map(|(path, text)| (path, text.into_bytes()));
    let mut files: Vec<_> = texts.chain(output.archives().map(|(path, bytes)| (path, bytes.to_vec()))).collect();
    files.sort_by(|(a, _), (b, _)| Path::new(a).cmp(Path::new(b)));
    let mut digest = Sha256::new();
    for (path, bytes) in files {
        digest.update(path);
        digest.update([0]);
        digest.update(bytes);
    }
    hex::encode(digest.finalize())
}

#[test]
fn the_comparison_with_the_original_is_of_what_is_compiled_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peer/graphql");
    let result: Value = serde_json::from_str(&fs_err::read_to_string(folder.join("result.json")).unwrap()).unwrap();
    let result = result.as_object().unwrap();
    let mut seen = 0;
    for entry in fs_err::read_dir(folder.join("schemas")).unwrap() {
        let schema = entry.unwrap().path();
        let name = schema.file_stem().unwrap().to_string_lossy().into_owned();
        let found = &result[&name];
        assert_eq!(found["compiled"], digest(&schema), "{name}: run `cargo xtask peer graphql` again");
        assert!(found["runs"].as_u64().unwrap() > 0, "{name}");
        for (what, reason) in found["different"].as_object().unwrap() {
            assert!(reason.is_string(), "{name}: {what} differs for no reason");
        }
        seen += 1;
    }
    assert_eq!(seen, result.len());
}
