//! The recipes of the plugin guide's cookbook. The guide shows parts of this file word by word.

use amplify_sdk::{
    message::{CallRequest, EventRequest},
    prelude::*,
    testing::{Host, check_manifest},
};

struct Mailer;

impl Category for Mailer {
    fn manifest(&self) -> Manifest {
        Manifest::new("category-mailer", PluginKind::category("mailer"), "1.0.0", "Mail lists")
            .command(Command::new("add", "Adds a mail list"))
            .command(Command::new("update", "Changes a mail list"))
            .command(
                Command::new("import", "Reads addresses from a file of the project")
                    .argument(Argument::positional("file", "Path below the project's root").required()),
            )
            .service("Mailer", "Mail list")
            .method("size", "Returns how many lists there are")
            .event(LifecycleEvent::PrePush)
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.command.as_str() {
            "add" => add(context),
            "update" => update(context),
            "import" => import(context, &request.arguments[0]),
            other => Err(PluginError::unsupported(format_args!("the command `{other}`"))),
        }
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        match request.method.as_str() {
            "size" => {
                let size = context.project().resources("mailer").len();
                Ok(CallReply { value: size.into(), ..CallReply::default() })
            }
            other => Err(PluginError::unsupported(format_args!("the method `{other}`"))),
        }
    }

    fn event(&self, context: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        let empty = context.project().resources("mailer").is_empty();
        if request.event == LifecycleEvent::PrePush && !empty && context.read_text("mailer.txt")?.is_none() {
            let error = PluginError::new("mailer-no-text", "there is no text to send");
            return Err(error.hint("write `mailer.txt` in the project's root"));
        }
        Ok(Changes::new())
    }
}

fn questions(context: &mut Context<'_>) -> Result<(String, Vec<String>, String), PluginError> {
    // A name: a pattern for the whole text, and what is taken already.
    let form = Validation::pattern("[a-z][a-z0-9]{2,19}", "Use 3 to 20 lower-case letters and digits")
        .not_taken(context.project().resources("mailer"));
    let name = context.input("mailer.name", "Name of the list:", Some("news".into()), Some(form))?;

    // A list of unknown length: in an answers file, `{"mailer": {"addresses": ["a@example.com", "b@example.com"]}}`.
    let mut addresses = Vec::new();
    loop {
        let key = format!("mailer.addresses[{}]", addresses.len());
        addresses.push(context.input(&key, "Address:", Some("me@example.com".into()), None)?);
        if !context.another("mailer.addresses", addresses.len() - 1, "Another address?", false)? {
            break;
        }
    }

    // One of several, with a longer explanation behind `?`.
    let choices = vec![Choice::new("now", "At once"), Choice::new("daily", "Once a day")];
    let question = Question::select("mailer.when", "When is mail sent?", choices)
        .default_text("daily")
        .help("At once sends each message by itself; once a day sends them together.");
    let when = context.ask(question)?.as_str().unwrap_or_default().to_owned();
    Ok((name, addresses, when))
}

fn add(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    let (name, addresses, when) = questions(context)?;

    // A rule that no pattern says, and what the answer becomes. At a terminal a refused answer is asked for again.
    let port = context.input_read("mailer.port", "Port of the mail server:", Some("587".into()), None, |typed| {
        let refused = || PluginError::usage("mailer-port", format!("`{typed}` is no port"));
        typed.parse::<u16>().map_err(|_| refused().hint("a port is a number up to 65535"))
    })?;
    let password = context.ask(Question::secret("mailer.password", "Password of the mail server:"))?;

    // Another plugin does its own part. What it changes is kept with this plugin's changes, and shows from here on.
    let function = context.call("function", "addHandler", json!({ "for": name }))?;

    let depends = json!([{ "category": "function", "resourceName": function, "attributes": ["Arn"] }]);
    Ok(Changes::new()
        .add_resource("mailer", &name, [("service", "Mailer".into()), ("dependsOn", depends)])
        // The same in every environment.
        .json("mailer", &name, "parameters.json", json!({ "when": when, "port": port }))
        // This environment's own: a parameter of the template, kept in team-provider-info.json.
        .environment_value("mailer", &name, "addresses", json!(addresses.join(",")))
        // Kept by the provider, and in no file: a NoEcho parameter of the template.
        .secret("mailer", &name, "password", password.as_str().unwrap_or_default())
        .text("mailer", &name, "mailer-template.json", "{\"Resources\": {}}")
        .message(format!("Successfully added mail list {name} locally")))
}

fn update(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    let names: Vec<Choice> = context.project().resources("mailer").into_iter().map(Choice::same).collect();
    if names.is_empty() {
        return Err(PluginError::new("mailer-none", "there is no mail list").hint("type `amplify add mailer`"));
    }
    let name = context.select("mailer.name", "Which mail list?", names, None)?;
    let paused = context.confirm("mailer.paused", "Pause it?", false)?;
    // Only what is named changes; a null would remove the key.
    Ok(Changes::new().patch_resource("mailer", &name, [("paused", paused.into())]))
}

fn import(context: &mut Context<'_>, file: &str) -> Result<Changes, PluginError> {
    let Some(text) = context.read_text(file)? else {
        return Err(PluginError::usage("mailer-no-file", format!("there is no file `{file}`")));
    };
    let mut count = 0;
    for (number, line) in text.lines().enumerate() {
        // Long work says what it does, and stops when the user wants it to.
        if number % 100 == 0 {
            context.check_cancelled()?;
            context.step(format!("Reading line {number}"));
        }
        count += usize::from(line.contains('@'));
    }
    Ok(Changes::new().message(format!("{count} addresses")))
}

#[test]
fn adding_asks_calls_and_keeps_the_secret_apart() {
    let host = Host::new()
        .answers(
            json!({"mailer": {"name": "news", "addresses": ["a@b.c", "d@e.f"], "when": "now", "port": "25", "password": "hush"}}),
        )
        .reply("function", "addHandler", "newshandler");
    let added = host.run(&Mailer, "add", &[]);
    assert_eq!(added.entry("mailer", "news")["dependsOn"][0]["resourceName"], "newshandler");
    assert_eq!(added.changes().environment[0].value, "a@b.c,d@e.f");
    assert_eq!(added.changes().secrets[0].value, "hush");
    assert!(added.changes().files.iter().all(|file| !format!("{file:?}").contains("hush")));
}

#[test]
fn an_answer_can_be_refused() {
    let answers = json!({"mailer": {"name": "news", "addresses": ["a@b.c"], "when": "now", "password": "hush"}});
    let host = || Host::new().answers(answers.clone()).reply("function", "addHandler", "newshandler");
    let refused = host().answer("mailer.port", "70000").run(&Mailer, "add", &[]);
    assert_eq!(refused.error().code, "mailer-port");

    // As somebody at a terminal would answer, one after the other.
    let added = host().typed("mailer.port", ["70000", "25"]).run(&Mailer, "add", &[]);
    assert_eq!(added.json("mailer", "news", "parameters.json")["port"], 25);
}

#[test]
fn the_rest_works_as_the_guide_says() {
    check_manifest(&Mailer);
    let mut host = Host::new().resource("mailer", "news", [("service", "Mailer".into())]).defaults();
    assert_eq!(host.call(&Mailer, "size", json!({})).value().value, 1);
    assert_eq!(host.event(&Mailer, LifecycleEvent::PrePush, Value::Null).error().code, "mailer-no-text");
    assert!(Host::new().event(&Mailer, LifecycleEvent::PrePush, Value::Null).changes().is_empty());
    let updated = Host::new().resource("mailer", "news", [("service", "Mailer".into())]);
    let updated = updated.answers(json!({"mailer": {"name": "news", "paused": true}})).run(&Mailer, "update", &[]);
    host.apply(&updated);
    assert_eq!(host.view().resource("mailer", "news").unwrap()["paused"], true);
    let host = Host::new().file("list.txt", "a@b.c\nnobody\nd@e.f\n");
    assert_eq!(host.run(&Mailer, "import", &["list.txt"]).changes().messages, ["2 addresses"]);
    assert!(host.cancel_after(0).run(&Mailer, "import", &["list.txt"]).result.is_err());
}
