//! The commands of the README work as written, in the order written.

use amplify_tests::{Sandbox, workspace};

/// Fenced blocks that follow a mark `<!-- MARK... -->`, with the rest of the mark.
fn marked(text: &str, mark: &str) -> Vec<(String, String)> {
    let opening = format!("<!-- {mark}");
    text.match_indices(&opening)
        .map(|(at, _)| {
            let rest = &text[at + opening.len()..];
            let (label, rest) = rest.split_once("-->").expect("the mark ends");
            let (_, rest) = rest.split_once("```").expect("a block follows");
            let (_, rest) = rest.split_once('\n').expect("the block opens");
            let (block, _) = rest.split_once("```").expect("the block ends");
            (label.trim_matches([':', ' ']).to_owned(), block.to_owned())
        })
        .collect()
}

#[test]
fn the_tour_works() {
    let readme = fs_err::read_to_string(workspace().join("README.md")).unwrap();
    let sandbox = Sandbox::new();
    sandbox.write("package.json", "{\"name\": \"app\", \"dependencies\": {\"react\": \"18\"}}\n");
    for (name, content) in marked(&readme, "file") {
        sandbox.write(&name, content);
    }
    let mut count = 0;
    for (_, block) in marked(&readme, "tour") {
        for line in block.lines() {
            let words = line.strip_prefix("$ amplify ").expect("a line of the tour is a command").split(' ');
            let _ = sandbox.amplify(words).success();
            count += 1;
        }
    }
    assert!(count >= 10, "the tour has {count} commands");
    assert!(!sandbox.exists("amplify"), "the tour ends with an empty folder");
}
