//! Functions in C#: what a real .NET SDK makes of a new one, and of one that the original made.

use std::process::{Command, Stdio};

use super::{
    compiled::{add, assert_broken, handler, has, output, unpack},
    *,
};

/// Calls a handler as Lambda does: by its name, with a stream.
const CALL: &str = r#"using System;
using System.IO;
using System.Reflection;

class Call
{
    static void Main(string[] words)
    {
        var parts = words[1].Split("::");
        var type = Assembly.LoadFrom(Path.Combine(words[0], parts[0] + ".dll")).GetType(parts[1], true);
        var handler = Activator.CreateInstance(type);
        var answer = type.GetMethod(parts[2]).Invoke(handler, new object[] { Console.OpenStandardInput() });
        ((Stream)answer).CopyTo(Console.OpenStandardOutput());
    }
}
"#;

const ANSWER: &str = r#"event: {"key": "value"}
{"statusCode": 200, "body": "\"Hello from Lambda!\""}"#;

/// The framework that the SDK at hand builds for; `None` without one.
fn framework() -> Option<String> {
    if !has("dotnet", "--version") {
        return None;
    }
    let version = output(Command::new("dotnet").arg("--version"));
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?.parse::<u32>().ok()?, parts.next()?);
    Some(format!("{}{major}.{minor}", if major < 5 { "netcoreapp" } else { "net" }))
}

fn project(framework: &str, rest: &str) -> String {
    format!(
        "<Project Sdk=\"Microsoft.NET.Sdk\">\n<PropertyGroup><TargetFramework>{framework}</TargetFramework></PropertyGroup>\n{rest}\n</Project>\n"
    )
}

/// A new function for the SDK at hand, as a user changes it who has no newer one.
fn new_function(folder: &Folder, framework: &str, resource: &str, function_name: &str) {
    add(folder, "dotnet", resource, function_name);
    let file = format!("src/{resource}.csproj");
    let project = folder.read(&file);
    assert!(project.contains("<TargetFramework>net10.0</TargetFramework>"), "{project}");
    folder.write(&file, &project.replace("net10.0", framework));
}

/// What a handler answers whose package is this.
fn answer(package: &str, framework: &str, handler: &str) -> String {
    let (classes, call) = (unpack(package), tempfile::tempdir().unwrap());
    let executable = "<PropertyGroup><OutputType>Exe</OutputType><UseAppHost>false</UseAppHost></PropertyGroup>";
    fs_err::write(call.path().join("call.csproj"), project(framework, executable)).unwrap();
    fs_err::write(call.path().join("Call.cs"), CALL).unwrap();
    let _ = output(Command::new("dotnet").args(["build", "--nologo", "--output", "made"]).current_dir(&call));
    let program = call.path().join("made/call.dll");
    let event = call.path().join("event.json");
    fs_err::write(&event, r#"{"key": "value"}"#).unwrap();
    let event = Stdio::from(fs_err::File::open(event).unwrap().into_parts().0);
    output(Command::new("dotnet").arg(program).arg(classes.path()).arg(handler).stdin(event))
}

#[test]
fn a_new_function_answers() {
    let Some(framework) = framework() else { return };
    let folder = Folder::new(&[]);
    new_function(&folder, &framework, "hello", "hello");
    let before = folder.files();
    let first = folder.build();
    assert!(first.rebuilt && first.packaged);
    let names = ["hello.deps.json", "hello.dll", "hello.pdb", "hello.runtimeconfig.json"];
    assert_eq!(unpacked_names(&first.artifact), names);
    assert_eq!(answer(&first.artifact, &framework, &handler(&folder, "hello")), ANSWER);
    assert_eq!(folder.files(), before, "nothing is left where git would find it");
    let again = folder.build();
    assert!(!again.rebuilt && !again.packaged);

    let other = Folder::below("another folder ", &[]);
    new_function(&other, &framework, "hello", "hello");
    assert_eq!(other.build().sha256, first.sha256, "the same archive, wherever and whenever it is built");

    assert_broken(
        &folder,
        "src/hello.cs",
        "class Broken\n{\n    int answer = \"no\";\n}\n",
        "hello.cs(3,18): error CS0029",
    );
}

#[test]
fn an_sdk_that_is_older_than_the_framework_is_said() {
    if framework().is_none() {
        return;
    }
    let folder = Folder::new(&[]);
    new_function(&folder, "net99.0", "hello", "hello");
    let error = folder.error();
    assert_eq!(error.code, "tool-failed");
    assert!(error.hints[0].contains("the version that `TargetFramework` names"), "{error:?}");
}

#[test]
fn names_that_csharp_cannot_have_are_written_otherwise() {
    let Some(framework) = framework() else { return };
    let folder = Folder::new(&[]);
    new_function(&folder, &framework, "2mails", "event");
    let artifact = folder.build().artifact;
    assert_eq!(answer(&artifact, &framework, &handler(&folder, "2mails")), ANSWER);
}

#[test]
fn what_the_users_own_builds_left_is_no_source() {
    let Some(framework) = framework() else { return };
    let folder = Folder::new(&[]);
    new_function(&folder, &framework, "hello", "hello");
    let first = folder.build();
    let _ = output(Command::new("dotnet").args(["build", "--nologo"]).current_dir(folder.path().join("src")));
    assert!(folder.path().join("src/obj/project.assets.json").is_file());
    assert!(!folder.build().rebuilt);
    let at = folder.path().to_string_lossy().into_owned();
    let request = BuildRequest { resource: "hello".into(), folder: at, force: true, ..BuildRequest::default() };
    let outcome = folder.host().request(&FunctionCategory, Request::Build(request));
    let Response::Build(forced) = outcome.value() else { panic!("no build") };
    assert!(forced.rebuilt && forced.sha256 == first.sha256);
}

#[test]
fn a_project_beside_it_and_the_users_own_properties_are_taken_along() {
    let Some(framework) = framework() else { return };
    let folder = Folder::below("a,b=c ", &[]);
    new_function(&folder, &framework, "hello", "hello");
    folder.write("lib/Common.csproj", &project(&framework, ""));
    folder.write(
        "lib/Common.cs",
        "namespace Common { public class Words { public const string Greeting = \"Hello\"; } }\n",
    );
    let properties = "<Project><PropertyGroup><Company>Example</Company></PropertyGroup></Project>\n";
    folder.write("Directory.Build.props", properties);
    let reference = "<ItemGroup><ProjectReference Include=\"../lib/Common.csproj\" /></ItemGroup></Project>";
    folder.write("src/hello.csproj", &folder.read("src/hello.csproj").replace("</Project>", reference));
    folder.write("src/More.cs", "class More { static string text = Common.Words.Greeting; }\n");
    let names = unpacked_names(folder.build().artifact);
    assert!(names.contains(&"hello.dll".to_owned()) && names.contains(&"Common.dll".to_owned()), "{names:?}");
    assert!(!folder.path().join("lib/obj").exists() && !folder.path().join("src/dist").exists());
    let information = folder.path().join("dist/obj/hello/Release").join(&framework).join("hello.AssemblyInfo.cs");
    assert!(fs_err::read_to_string(information).unwrap().contains("AssemblyCompanyAttribute(\"Example\")"));
}

/// A function as 4.21.0 of the original makes it: a package from NuGet, and files that only its own tools read.
fn original(framework: &str, package: &str, feed: &str) -> Folder {
    let folder = Folder::new(&[
        ("amplify.state", r#"{"functionRuntime": "dotnetcore3.1", "defaultEditorFile": "src/hello.cs"}"#),
        ("src/aws-lambda-tools-defaults.json", "{\"configuration\": \"Release\", \"framework\": \"netcoreapp3.1\"}\n"),
        (
            "src/hello.cs",
            "using System.Threading.Tasks;\n\nnamespace hello\n{\n    public class hello\n    {\n#pragma warning disable CS1998\n        \
             public async Task<string> LambdaHandler(string input) { return Common.Words.Greeting + input; }\n    }\n}\n",
        ),
    ]);
    if framework == "netcoreapp3.1" {
        folder.write("src/global.json", r#"{"sdk": {"version": "3.1.100", "rollForward": "latestFeature"}}"#);
    }
    let rest = format!(
        "<PropertyGroup><GenerateRuntimeConfigurationFiles>true</GenerateRuntimeConfigurationFiles>\
         <AWSProjectType>Lambda</AWSProjectType></PropertyGroup>\n\
         <ItemGroup><PackageReference Include=\"{package}\" Version=\"1.1.0\" /></ItemGroup>"
    );
    folder.write("src/hello.csproj", &project(framework, &rest));
    let feed = format!("<packageSources><clear /><add key=\"here\" value=\"{feed}\" /></packageSources>");
    folder.write("src/nuget.config", &format!("<configuration>{feed}</configuration>\n"));
    folder
}

#[test]
fn a_function_of_the_original_brings_its_packages() {
    let Some(framework) = framework() else { return };
    let common = tempfile::tempdir().unwrap();
    // Named after this test run: NuGet keeps what it has once seen under a name and version.
    let name = format!("Common{}", std::process::id());
    let facts = format!("<PropertyGroup><PackageId>{name}</PackageId><Version>1.1.0</Version></PropertyGroup>");
    fs_err::write(common.path().join("Common.csproj"), project(&framework, &facts)).unwrap();
    let code = "namespace Common { public class Words { public static string Greeting => \"Hello \"; } }\n";
    fs_err::write(common.path().join("Common.cs"), code).unwrap();
    let _ = output(Command::new("dotnet").args(["pack", "--nologo", "--output", "feed"]).current_dir(&common));
    let feed = common.path().join("feed").to_string_lossy().into_owned();

    let folder = original(&framework, &name, &feed);
    let reply = folder.build();
    let names = unpacked_names(&reply.artifact);
    assert!(names.contains(&"hello.dll".to_owned()) && names.contains(&"Common.dll".to_owned()), "{names:?}");
    assert!(!folder.build().rebuilt);
}

#[test]
fn a_package_that_cannot_be_had_is_named() {
    let Some(framework) = framework() else { return };
    let empty = tempfile::tempdir().unwrap();
    let folder = original(&framework, "Amazon.Lambda.Core", &empty.path().to_string_lossy());
    let error = folder.error();
    assert_eq!(error.code, "tool-failed");
    assert!(error.message.starts_with("could not compile `hello`: `dotnet` failed (exit status: 1)"), "{error:?}");
    assert!(error.causes[0].contains("NU1101") && error.causes[0].contains("Amazon.Lambda.Core"), "{error:?}");
    assert!(!folder.path().join("dist/latest-build.zip").exists(), "nothing is packed");
}
