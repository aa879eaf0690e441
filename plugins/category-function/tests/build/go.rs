//! Functions in Go: what the real compiler makes of a new one, and how that answers Lambda.

use std::process::Command;

use super::{
    compiled::{assert_broken, has, new_function, output},
    *,
};

#[test]
fn a_go_function_is_one_program_for_lambda() {
    if !has("go", "version") {
        return;
    }
    let folder = new_function("go");
    let first = folder.build();
    assert_eq!(unpacked_names(&first.artifact), ["bootstrap"]);
    assert!(!folder.build().rebuilt);
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    assert_eq!(lambda::answer(&first.artifact), r#"{"statusCode":200,"body":"\"Hello from Lambda!\""}"#);

    // The compiler notes the commit, unless it is told not to.
    let other = new_function("go");
    let git = |words: &[&str]| output(Command::new("git").args(words).current_dir(other.dir.path()));
    let _ = git(&["init", "--quiet"]);
    let _ = git(&["add", "."]);
    let _ = git(&["-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=first"]);
    assert_eq!(other.build().sha256, first.sha256, "the same program, wherever it is built");

    assert_broken(
        &folder,
        "src/main.go",
        "package main\n\nfunc main() {\n\tserve(1)\n}\n",
        "main.go:4:8: cannot use 1",
    );
}

#[test]
fn a_package_with_the_name_of_anothers_output_is_source() {
    if !has("go", "version") {
        return;
    }
    let folder = new_function("go");
    let main = folder.read("src/main.go").replace("\"encoding/json\"", "\"encoding/json\"\n\t\"hello/build\"");
    folder.write("src/main.go", &main.replace("Hello from Lambda!", "` + build.Greeting + `"));
    folder.write("src/build/build.go", "package build\n\nconst Greeting = \"Hello\"\n");
    let first = folder.build();
    folder.write("src/build/build.go", "package build\n\nconst Greeting = \"Good day\"\n");
    let second = folder.build();
    assert!(second.rebuilt && second.sha256 != first.sha256 && second.upload_name != first.upload_name);
}

/// Lambda's part, on a machine that can run what is made for it.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod lambda {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::{TcpListener, TcpStream},
        process::Command,
        time::{Duration, Instant},
    };

    /// What the program in a package answers to an event, over the interface that Lambda has for programs.
    pub fn answer(package: &str) -> String {
        let folder = crate::compiled::unpack(package);
        let lambda = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = lambda.local_addr().unwrap().to_string();
        let mut program =
            Command::new(folder.path().join("bootstrap")).env("AWS_LAMBDA_RUNTIME_API", address).spawn().unwrap();
        lambda.set_nonblocking(true).unwrap();
        let (mut asked, started) = (String::new(), Instant::now());
        while !asked.starts_with("POST ") {
            let Ok((mut stream, _)) = lambda.accept() else {
                assert!(started.elapsed().as_secs() < 30, "the program asks for nothing");
                std::thread::sleep(Duration::from_millis(10));
                continue;
            };
            stream.set_nonblocking(false).unwrap();
            asked = request(&stream);
            let next = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 7\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
            stream.write_all(next.as_bytes()).unwrap();
        }
        program.kill().unwrap();
        program.wait().unwrap();
        assert!(asked.starts_with("POST /2018-06-01/runtime/invocation/7/response "), "{asked}");
        asked.split("\r\n\r\n").nth(1).unwrap().to_owned()
    }

    fn request(stream: &TcpStream) -> String {
        let mut reader = BufReader::new(stream);
        let (mut text, mut length) = (String::new(), 0);
        while !text.ends_with("\r\n\r\n") {
            let from = text.len();
            assert!(reader.read_line(&mut text).unwrap() > 0, "{text}");
            if let Some(value) = text[from..].strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        text + &String::from_utf8(body).unwrap()
    }
}
