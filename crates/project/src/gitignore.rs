//! The block of `.gitignore` that keeps generated and private files out of git.

const MARK: &str = "#amplify";

const LINES: [&str; 14] = [
    "amplify/\\#current-cloud-backend",
    "amplify/.config/local-*",
    "amplify/mock-data",
    "amplify/backend/amplify-meta.json",
    "amplify/backend/awscloudformation",
    "build/",
    "dist/",
    "node_modules/",
    "aws-exports.js",
    "awsconfiguration.json",
    "amplifyconfiguration.json",
    "amplify-build-config.json",
    "amplify-gradle-config.json",
    "amplifytools.xcconfig",
];

/// The file with the block at its end; an older block is replaced. A file that has the block already stays as it is.
/// Pass nothing if there is no file yet. There is no line break at the end, as the original has it.
pub fn with_block(existing: Option<&str>) -> String {
    let block = [&[MARK], LINES.as_slice()].concat().join("\n");
    let Some(existing) = existing else { return block };
    let lines: Vec<&str> = existing.lines().map(str::trim).collect();
    if lines.windows(LINES.len() + 1).any(|window| window[0] == MARK && window[1..] == LINES) {
        return existing.to_owned();
    }
    let mut in_block = false;
    let mut kept = Vec::new();
    for line in lines {
        if in_block {
            in_block = !line.is_empty();
        } else if line.starts_with(MARK) {
            in_block = true;
        } else {
            kept.push(line);
        }
    }
    format!("{}\n\n{block}", kept.join("\n").trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_the_block_alone() {
        let text = with_block(None);
        assert!(text.starts_with("#amplify\namplify/\\#current-cloud-backend\namplify/.config/local-*\n"));
        assert!(text.ends_with("\namplifytools.xcconfig"));
    }

    #[test]
    fn an_empty_file_gets_two_line_breaks_first() {
        assert_eq!(with_block(Some("")), format!("\n\n{}", with_block(None)));
    }

    #[test]
    fn an_older_block_is_replaced_and_the_rest_is_trimmed() {
        let text = with_block(Some("\n  target/ \n#amplify-old\namplify/mock-data\nbuild/\n\n*.log\n\n"));
        assert_eq!(text, format!("target/\n*.log\n\n{}", with_block(None)));
    }

    #[test]
    fn twice_is_the_same_as_once() {
        for existing in [None, Some(""), Some("a\r\n b"), Some("#amplify\nbuild/\n\nkeep  \n")] {
            let once = with_block(existing);
            assert_eq!(with_block(Some(&once)), once);
        }
    }
}
