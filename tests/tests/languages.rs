//! Functions in compiled languages: without a compiler, with one, and with code that does not compile. What the compilers make
//! is tested beside the plugin (`plugins/category-function/tests/build`).

use std::process::Command;

use amplify_tests::Sandbox;

const LANGUAGES: [(&str, &str, &str); 3] =
    [("dotnet", "dotnet", "dotnet10"), ("go", "go", "provided.al2023"), ("java", "gradle", "java21")];

fn with_function(language: &str) -> Sandbox {
    let sandbox = Sandbox::initialised();
    let language = format!("function.runtime={language}");
    let _ = sandbox
        .amplify(["add", "function", "--yes", "--answer", "function.resourceName=hello", "--answer", &language])
        .success();
    sandbox
}

#[test]
fn a_missing_compiler_is_named_with_where_to_get_it() {
    for (language, program, _) in LANGUAGES {
        let sandbox = with_function(language);
        let empty = sandbox.home().join("empty");
        for command in [vec!["function", "build", "hello", "--yes"], vec!["push", "--yes"]] {
            let output = sandbox.command(command).env("PATH", &empty).run().ended_with(1);
            let output = output.says(&format!("could not compile `hello`: `{program}` was not found"));
            let _ = output.says("hint: install ").says(&format!("make sure that `{program}` is on the PATH"));
        }
        assert!(!sandbox.exists("amplify/backend/function/hello/dist/latest-build.zip"), "{language}");
    }
}

#[test]
fn nothing_is_built_before_somebody_says_so() {
    let sandbox = with_function("nodejs");
    let output = sandbox.amplify(["function", "build", "hello"]).ended_with(2).says("code: missing-answers");
    assert!(!output.stderr.contains("Building resources"), "{}", output.stderr);
    assert!(!sandbox.exists("amplify/backend/function/hello/dist"));
    let _ = sandbox.amplify(["function", "build", "hello", "--yes"]).success();
    assert!(sandbox.exists("amplify/backend/function/hello/dist/latest-build.zip"));
}

#[test]
fn a_language_that_does_not_run_here_is_said() {
    for (language, _, runtime) in LANGUAGES {
        let output = with_function(language).amplify(["mock", "function", "hello"]).ended_with(1);
        let output = output.says(&format!("functions of the runtime `{runtime}` cannot run here"));
        let output =
            output.says("hint: JavaScript and Python run here; `amplify function build` shows that this one compiles");
        let _ = output.says("code: function-runtime-unsupported");
    }
}

#[test]
fn code_that_does_not_compile_is_not_pushed() {
    if Command::new("go").arg("version").output().is_err() {
        eprintln!("skipped: `go` is not installed");
        return;
    }
    let sandbox = with_function("go");
    let package = "amplify/backend/function/hello/dist/latest-build.zip";
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let pushed = fs_err::read(sandbox.root().join(package)).unwrap();
    let _ = sandbox.amplify(["status"]).success().prints("No Change");
    sandbox.write("amplify/backend/function/hello/src/main.go", "package main\n\nfunc main() {\n\tserve(1)\n}\n");
    let output = sandbox.amplify(["push", "--yes"]).ended_with(1).says("could not compile `hello`: `go` failed");
    let _ = output.says("main.go:4:8: cannot use 1").says("code: tool-failed");
    assert_eq!(fs_err::read(sandbox.root().join(package)).unwrap(), pushed);
    let _ = sandbox.amplify(["status"]).success().prints("Update");
}
