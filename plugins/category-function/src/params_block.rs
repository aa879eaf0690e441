//! The comment at the top of a JavaScript source file that lists the environment variables.

const OPEN: &str = "/* Amplify Params - DO NOT EDIT";
const CLOSE: &str = "Amplify Params - DO NOT EDIT */";

/// `source` with the comment for `names` at its top; an earlier comment is replaced where it stands.
pub fn with_block(source: &str, names: &[String]) -> String {
    let newline = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut block = String::from(OPEN);
    for name in sorted {
        block.push_str(newline);
        block.push('\t');
        block.push_str(name);
    }
    block.push_str(newline);
    block.push_str(CLOSE);
    match find(source) {
        Some((start, end)) => format!("{}{block}{}", &source[..start], &source[end..]),
        None => format!("{block}{newline}{newline}{source}"),
    }
}

/// `source` without the comment.
pub fn without_block(source: &str) -> String {
    match find(source) {
        Some((start, end)) => format!("{}{}", &source[..start], source[end..].trim_start_matches(['\r', '\n'])),
        None => source.to_owned(),
    }
}

fn find(source: &str) -> Option<(usize, usize)> {
    let start = source.find(OPEN)?;
    let end = source[start..].find("*/")? + start + 2;
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_added_replaced_and_removed() {
        let source = "exports.handler = async () => {};\n";
        let first = with_block(source, &["REGION".into(), "ENV".into()]);
        assert_eq!(
            first,
            "/* Amplify Params - DO NOT EDIT\n\tENV\n\tREGION\nAmplify Params - DO NOT EDIT */\n\nexports.handler = async () => {};\n"
        );
        let second = with_block(&first, &["ENV".into()]);
        assert_eq!(
            second,
            "/* Amplify Params - DO NOT EDIT\n\tENV\nAmplify Params - DO NOT EDIT */\n\nexports.handler = async () => {};\n"
        );
        assert_eq!(without_block(&second), source);
        assert_eq!(without_block(source), source);
    }

    #[test]
    fn the_files_line_ends_and_what_stands_above_are_kept() {
        let source =
            "// mine\r\n/* Amplify Params - DO NOT EDIT\r\n\tENV\r\nAmplify Params - DO NOT EDIT */\r\ncode\r\n";
        let block = with_block(source, &["ENV".into(), "X".into()]);
        assert_eq!(
            block,
            "// mine\r\n/* Amplify Params - DO NOT EDIT\r\n\tENV\r\n\tX\r\nAmplify Params - DO NOT EDIT */\r\ncode\r\n"
        );
    }
}
