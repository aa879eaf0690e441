//! Compiles a schema and writes `build/` into a folder: `dump SCHEMA FOLDER [MODES]`. For comparisons with other compilers.
//!
//! MODES are those of authorization, the default first, as the service spells them, with commas.

use std::path::Path;

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};

fn mode(name: &str) -> Option<AuthMode> {
    AuthMode::from_value(&serde_json::json!({
        "authenticationType": name,
        "openIDConnectConfig": { "issuerUrl": "https://id.example.com", "clientId": "app" },
    }))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let (schema, folder, modes) = match arguments.as_slice() {
        [_, schema, folder] => (schema, folder, "AMAZON_COGNITO_USER_POOLS,API_KEY,AWS_IAM"),
        [_, schema, folder, modes] => (schema, folder, modes.as_str()),
        _ => return Err("dump SCHEMA FOLDER [MODES]".into()),
    };
    let mut modes = modes.split(',').map(mode).collect::<Option<Vec<_>>>().ok_or("no such mode")?.into_iter();
    let input = Input {
        sources: vec![Source { name: schema.clone(), text: fs_err::read_to_string(schema)? }],
        auth: AuthConfig { default: modes.next().ok_or("no mode")?, additional: modes.collect() },
        now: 1_600_000_000,
        ..Input::default()
    };
    let compilation = compile(&input);
    let errors: String = compilation.errors().map(|found| found.render(&input.sources)).collect();
    let output = compilation.output.ok_or(errors)?;
    let archives: Vec<_> = output.archives().map(|(path, bytes)| (path, bytes.to_vec())).collect();
    let texts = output.into_files(false).map(|(path, text)| (path, text.into_bytes()));
    for path in ["stacks", "resolvers", "pipelineFunctions", "functions"] {
        fs_err::create_dir_all(Path::new(folder).join(path))?;
    }
    for (path, bytes) in texts.chain(archives) {
        fs_err::write(Path::new(folder).join(path), bytes)?;
    }
    Ok(())
}
