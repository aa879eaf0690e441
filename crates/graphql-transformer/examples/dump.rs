//! Compiles a schema and writes `build/` into a folder: `dump SCHEMA FOLDER`. For comparisons with other compilers.

use std::path::Path;

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, schema, folder] = arguments.as_slice() else { return Err("dump SCHEMA FOLDER".into()) };
    let input = Input {
        sources: vec![Source { name: schema.clone(), text: fs_err::read_to_string(schema)? }],
        auth: AuthConfig {
            default: AuthMode::UserPools,
            additional: vec![AuthMode::ApiKey { days: 7 }, AuthMode::Iam],
        },
        now: 1_600_000_000,
        ..Input::default()
    };
    let compilation = compile(&input);
    let errors: String = compilation.errors().map(|found| found.render(&input.sources)).collect();
    let output = compilation.output.ok_or(errors)?;
    let texts = output.files(false).into_iter().map(|(path, text)| (path, text.into_bytes()));
    let archives = output.archives().map(|(path, bytes)| (path, bytes.to_vec()));
    for (path, bytes) in texts.chain(archives) {
        let path = Path::new(folder).join(path);
        fs_err::create_dir_all(path.parent().unwrap_or(Path::new(folder)))?;
        fs_err::write(path, bytes)?;
    }
    Ok(())
}
