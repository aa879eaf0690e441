//! Functions in Java: the call of Gradle, and what the real Gradle and the real JDK make of a new one.

use std::process::Command;

use super::{
    compiled::{add, assert_broken, handler, has, new_function, output, unpack},
    *,
};

/// Calls a handler as Lambda does: by its name, with a map.
const CALL: &str = r#"import java.util.Map;

public class Call {
    public static void main(String[] words) throws Exception {
        String[] parts = words[0].split("::");
        Object handler = Class.forName(parts[0]).getDeclaredConstructor().newInstance();
        Object answer = handler.getClass().getMethod(parts[1], Map.class).invoke(handler, Map.of("key", "value"));
        System.out.println("answer: " + new java.util.TreeMap<>((Map<?, ?>) answer));
    }
}
"#;

const ANSWER: &str = "event: {key=value}\nanswer: {body=\"Hello from Lambda!\", statusCode=200}\n";

/// What a handler answers whose classes lie in a folder.
fn answer(classes: &Path, handler: &str) -> String {
    let call = classes.join("Call.java");
    fs_err::write(&call, CALL).unwrap();
    output(Command::new("java").arg("-cp").arg(classes).arg(call).arg(handler))
}

/// A folder for the real Gradle, which leaves no daemon behind.
fn without_daemon(folder: Folder) -> Folder {
    folder.write("gradle.properties", "org.gradle.daemon=false\n");
    folder
}

#[test]
#[cfg(unix)]
fn gradle_is_called_when_something_changed() {
    // Gradle's part is played by the wrapper that a folder may bring.
    let folder = new_function("java");
    folder.write(
        "gradlew",
        "#!/bin/sh\necho \"$@\" >> dist/calls\nmkdir -p build/distributions\nif [ -f made.zip ]; then cp made.zip build/distributions/latest_build.zip; fi\n",
    );
    let wrapper = folder.path().join("gradlew");
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut zip = zip::ZipWriter::new(fs_err::File::create(folder.path().join("made.zip")).unwrap());
    zip.start_file("Hello.class", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let first = folder.build();
    assert!(first.rebuilt && first.packaged);
    assert_eq!(unpacked_names(&first.artifact), ["Hello.class"]);
    let second = folder.build();
    assert!(!second.rebuilt && !second.packaged, "nothing changed");
    assert_eq!(first.upload_name, second.upload_name);
    folder.write("src/main/java/example/LambdaRequestHandler.java", "class Other {}");
    let third = folder.build();
    assert!(third.rebuilt && third.upload_name != first.upload_name);
    assert_eq!(folder.read("dist/calls"), "build --console=plain --quiet --project-cache-dir=dist/.gradle\n".repeat(2));
    // A library that is added there is deployed under another name, or Lambda would keep the package it has.
    folder.write("build.gradle", &format!("{}\n// a library\n", folder.read("build.gradle")));
    let with_library = folder.build();
    assert!(with_library.rebuilt && with_library.upload_name != third.upload_name);
    let third = with_library;

    // Half of an archive was unpacked; that is not what the source before gave.
    let good = fs_err::read(folder.path().join("made.zip")).unwrap();
    let mut zip = zip::ZipWriter::new(fs_err::File::create(folder.path().join("made.zip")).unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["A.class", "B.class"] {
        zip.start_file(name, stored).unwrap();
        std::io::Write::write_all(&mut zip, name.repeat(9).as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let spoilt = fs_err::read(folder.path().join("made.zip")).unwrap();
    // The name stands before the content.
    let at = spoilt.windows(14).position(|bytes| bytes == b"B.classB.class").unwrap() + 7;
    let spoilt = [&spoilt[..at], b"?", &spoilt[at + 1..]].concat();
    fs_err::write(folder.path().join("made.zip"), spoilt).unwrap();
    let error = folder.error();
    assert!(error.code == "function-files" && error.message.starts_with("cannot unpack `"), "{error:?}");
    assert!(folder.path().join("dist/unpacked/A.class").is_file());
    fs_err::write(folder.path().join("made.zip"), good).unwrap();
    let fourth = folder.build();
    assert!(fourth.rebuilt && fourth.sha256 == third.sha256, "{:?}", unpacked_names(&fourth.artifact));

    // What an earlier build made does not pass for what this one makes.
    fs_err::remove_file(folder.path().join("made.zip")).unwrap();
    let error = folder.error();
    assert_eq!(error.code, "function-not-compiled");
    assert!(error.message.ends_with("build/distributions/latest_build.zip`"), "{}", error.message);
    assert!(error.hints[0].contains("`Zip` task"), "{error:?}");
}

#[test]
fn the_real_gradle_builds_a_new_function() {
    if !has("gradle", "--version") {
        return;
    }
    let folder = without_daemon(new_function("java"));
    let before = folder.files();
    let first = folder.build();
    assert!(first.rebuilt && first.packaged);
    assert_eq!(unpacked_names(&first.artifact), ["example/LambdaRequestHandler.class"]);
    assert_eq!(answer(unpack(&first.artifact).path(), &handler(&folder, "hello")), ANSWER);
    assert_eq!(folder.files(), before, "nothing is left where git would find it");
    let again = folder.build();
    assert!(!again.rebuilt && !again.packaged);
    let other = without_daemon(new_function("java"));
    assert_eq!(other.build().sha256, first.sha256, "the same archive, wherever and whenever it is built");

    let broken = "package example;\n\npublic class LambdaRequestHandler {\n    int answer() { return \"no\"; }\n}\n";
    let source = "src/main/java/example/LambdaRequestHandler.java";
    assert_broken(&folder, source, broken, "LambdaRequestHandler.java:4: error: incompatible types");
}

#[test]
fn the_real_gradle_packs_libraries_and_resources() {
    if !has("gradle", "--version") {
        return;
    }
    let folder = without_daemon(Folder::below("a build, of=Gradle ", &[]));
    add(&folder, "java", "hello", "hello");
    let build =
        folder.read("build.gradle").replace("dependencies {", "dependencies {\n    implementation files('lib.jar')");
    folder.write("build.gradle", &build);
    folder.write("src/main/resources/greeting.txt", "Hello");
    let mut jar = zip::ZipWriter::new(fs_err::File::create(folder.path().join("lib.jar")).unwrap());
    jar.start_file("common.txt", zip::write::SimpleFileOptions::default()).unwrap();
    jar.finish().unwrap();
    let names = unpacked_names(folder.build().artifact);
    assert_eq!(names, ["example/LambdaRequestHandler.class", "greeting.txt", "lib/lib.jar"]);
}

#[test]
fn a_new_function_compiles_and_answers_without_gradle() {
    if !has("javac", "--version") {
        return;
    }
    let folder = new_function("java");
    let classes = tempfile::tempdir().unwrap();
    let source = folder.path().join("src/main/java/example/LambdaRequestHandler.java");
    let _ = output(
        Command::new("javac").args(["-Xlint:all", "-Werror", "--release", "11", "-d"]).arg(classes.path()).arg(source),
    );
    assert_eq!(answer(classes.path(), &handler(&folder, "hello")), ANSWER);
}
