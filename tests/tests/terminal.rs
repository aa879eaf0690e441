//! The program at a real terminal: prompts, keys, and Ctrl-C.

use std::process::Command;

use amplify_tests::{Sandbox, program};
use rexpect::{process::wait::WaitStatus, session::PtySession};

pub const DOWN: &str = "\u{1b}[B";

/// Starts the program in a pseudo-terminal.
pub fn at_terminal(sandbox: &Sandbox, words: &[&str]) -> PtySession {
    let mut command = Command::new(program());
    command.args(words).current_dir(sandbox.root());
    sandbox.clear(&mut command);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    rexpect::session::spawn_command(command, Some(20_000)).unwrap()
}

pub fn status(session: &PtySession) -> i32 {
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, status) => status,
        other => panic!("it did not exit: {other:?}"),
    }
}

/// Waits for a question, then types.
pub fn answer(session: &mut PtySession, question: &str, keys: &str) {
    session.exp_string(question).unwrap_or_else(|error| panic!("no question `{question}`: {error}"));
    // The prompt is drawn before it reads; keys sent at once are kept by the terminal.
    session.send(keys).unwrap();
    session.flush().unwrap();
}

#[test]
fn a_table_by_answering_questions() {
    let sandbox = Sandbox::initialised();
    let mut session = at_terminal(&sandbox, &["add", "storage"]);
    answer(&mut session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
    answer(&mut session, "Please provide a friendly name for your resource", "notes\r");
    answer(&mut session, "Please provide table name", "\r");
    answer(&mut session, "What would you like to name this column", "id\r");
    answer(&mut session, "Please choose the data type", "\r");
    answer(&mut session, "Would you like to add another column", "y\r");
    answer(&mut session, "What would you like to name this column", "written\r");
    answer(&mut session, "Please choose the data type", &format!("{DOWN}\r"));
    answer(&mut session, "Would you like to add another column", "n\r");
    answer(&mut session, "Please choose partition key for the table", "\r");
    answer(&mut session, "Do you want to add a sort key to your table", "y\r");
    answer(&mut session, "Please choose sort key for the table", "\r");
    answer(&mut session, "Do you want to add global secondary indexes to your table", "n\r");
    let rest = session.exp_regex("Successfully added resource|Do you want to add a Lambda Trigger").unwrap();
    if rest.1.contains("Trigger") {
        session.send("n\r").unwrap();
        session.flush().unwrap();
    }
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 0);

    let parameters = sandbox.read_json("amplify/backend/storage/notes/parameters.json");
    let wanted = serde_json::json!({"tableName": "notes", "partitionKeyName": "id", "partitionKeyType": "S",
        "sortKeyName": "written", "sortKeyType": "N"});
    assert_eq!(parameters, wanted);
}

#[test]
fn the_source_of_a_new_function_is_opened_in_the_users_editor() {
    let sandbox = Sandbox::initialised();
    sandbox.write("editor.sh", "#!/bin/sh\necho \"$2\" > opened\nsed -i.old 's/Hello/Good morning/' \"$2\"\n");
    let mut command = Command::new(program());
    command.args(["add", "function"]).current_dir(sandbox.root());
    sandbox.clear(&mut command);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    command.env("EDITOR", format!("sh {} --wait", sandbox.root().join("editor.sh").display()));
    let mut session = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    answer(&mut session, "Provide a friendly name for your resource", "fn1\r");
    answer(&mut session, "Provide the AWS Lambda function name", "\r");
    answer(&mut session, "Choose the function runtime that you want to use", "\r");
    answer(&mut session, "Choose the function template that you want to use", &format!("{DOWN}\r"));
    answer(&mut session, "Do you want to invoke this function on a recurring schedule", "n\r");
    answer(&mut session, "Do you want to configure environment variables", "n\r");
    answer(&mut session, "Do you want to edit the local lambda function now", "\r");
    session.exp_string("Successfully added resource fn1 locally.").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 0);
    let source = sandbox.root().join("amplify/backend/function/fn1/src/index.js");
    assert!(sandbox.read("opened").trim().ends_with("function/fn1/src/index.js"), "{}", sandbox.read("opened"));
    assert!(fs_err::read_to_string(source).unwrap().contains("Good morning from Lambda!"));

    // Nobody at a terminal: it is not asked, unless it is answered.
    let words = ["add", "function", "--yes", "--answer", "function.resourceName=fn2"];
    let _ = sandbox.amplify(words).success();
    let editor = format!("sh {} --wait", sandbox.root().join("editor.sh").display());
    let words = words.map(|word| if word.ends_with("fn2") { "function.resourceName=fn3" } else { word });
    let words = words.into_iter().chain(["--answer", "function.edit=true"]);
    let _ = sandbox.command(words).env("EDITOR", &editor).run().success();
    assert!(sandbox.read("opened").contains("fn3"), "{}", sandbox.read("opened"));
    let words =
        ["add", "function", "--yes", "--answer", "function.resourceName=fn4", "--answer", "function.edit=perhaps"];
    let _ = sandbox.amplify(words).ended_with(2).says("function.edit");
    assert!(!sandbox.exists("amplify/backend/function/fn4"), "a wrong answer is found before anything is written");
}

#[test]
fn a_wrong_answer_is_told_and_asked_again() {
    let sandbox = Sandbox::initialised();
    let mut session = at_terminal(&sandbox, &["add", "storage"]);
    answer(&mut session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
    answer(&mut session, "Please provide a friendly name for your resource", "../evil\r");
    session.exp_regex("(?i)alphanumeric|letters").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 130);
}

#[test]
fn ctrl_c_in_a_prompt_changes_nothing() {
    let sandbox = Sandbox::initialised();
    let before = sandbox.tree();
    let mut session = at_terminal(&sandbox, &["add", "storage"]);
    session.exp_string("Please select from one of the below mentioned services").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 130);
    assert!(sandbox.tree() == before);
    // The terminal's lock is gone with the process.
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=hello"]).success();
}

#[test]
fn init_by_answering_questions() {
    let sandbox = Sandbox::new();
    sandbox.write("package.json", "{\"name\": \"app\", \"dependencies\": {\"vue\": \"3\"}}\n");
    let mut session = at_terminal(&sandbox, &["init", "--provider", "local"]);
    answer(&mut session, "Enter a name for the project", "myapp\r");
    answer(&mut session, "Enter a name for the environment", "test\r");
    answer(&mut session, "Choose your default editor", "\r");
    answer(&mut session, "Choose the type of app that you're building", "\r");
    answer(&mut session, "What javascript framework are you using", "\r");
    answer(&mut session, "Source Directory Path", "\r");
    answer(&mut session, "Distribution Directory Path", "\r");
    answer(&mut session, "Build Command", "\r");
    answer(&mut session, "Start Command", "\r");
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 0);
    let config = sandbox.read_json("amplify/.config/project-config.json");
    assert_eq!(config["projectName"], "myapp");
    assert_eq!(config["javascript"]["framework"], "vue");
    assert_eq!(config["javascript"]["config"]["StartCommand"], "npm run-script serve");
    assert_eq!(sandbox.read_json("amplify/.config/local-env-info.json")["envName"], "test");
}

#[test]
fn ctrl_c_in_a_push_leaves_the_project_as_it_was() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    let before = sandbox.tree();
    let mut session = at_terminal(&sandbox, &["push"]);
    session.exp_string("Are you sure you want to continue?").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 130);
    assert!(sandbox.tree() == before);

    let mut session = at_terminal(&sandbox, &["push"]);
    answer(&mut session, "Are you sure you want to continue?", "n\r");
    session.exp_eof().unwrap();
    assert!(sandbox.tree() == before);
    assert_eq!(status(&session), 0);
}
