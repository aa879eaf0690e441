//! The words of a command line: those that may name a command, told apart from options and their values.

/// Options of every command that take a value.
const WITH_VALUE: [&str; 3] = ["--env", "--answers", "--answer"];
/// Options of every command without one.
const BARE: [&str; 11] =
    ["--locked", "--paranoid", "--json", "--quiet", "-q", "--debug", "--yes", "-y", "--headless", "--help", "-h"];

/// What may stand without any word.
pub const COMMON: [&str; 5] = ["--help", "--version", "--json", "--quiet", "--debug"];

/// The positions of the leading words. An option that only one command knows ends them, since its value is unknown here.
pub fn leading(arguments: &[String]) -> Vec<usize> {
    let mut words = Vec::new();
    let mut position = 0;
    while let Some(argument) = arguments.get(position) {
        if !argument.starts_with('-') || argument == "-" {
            words.push(position);
        } else if WITH_VALUE.contains(&argument.as_str()) {
            position += 1;
        } else if !is_common(argument) {
            break;
        }
        position += 1;
    }
    words
}

/// A word as it is typed in a shell, for commands that are shown to be pasted.
pub fn quoted(word: &str) -> String {
    let plain = |part: char| part.is_alphanumeric() || "/._-:@+,=%".contains(part);
    // A path of Windows has backslashes, and no shell there knows single quotes.
    if cfg!(windows) {
        return if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() };
    }
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Whether every command knows the option.
pub fn is_common(option: &str) -> bool {
    BARE.contains(&option) || WITH_VALUE.iter().any(|known| option.split('=').next() == Some(*known))
}

/// The arguments without those at the given positions.
pub fn without(arguments: &[String], positions: &[usize]) -> Vec<String> {
    arguments
        .iter()
        .enumerate()
        .filter(|(position, _)| !positions.contains(position))
        .map(|(_, argument)| argument.clone())
        .collect()
}

/// Whether help is asked for, before a `--`.
pub fn asks_help(arguments: &[String]) -> bool {
    arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--help" || argument == "-h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_pasted_is_the_same_word() {
        for word in ["/opt/plugins/queue", "/home/jo/my plugins/ü", "it's", "a\"b$c`d\\e", ""] {
            let shell = std::process::Command::new("sh").args(["-c", &format!("printf %s {}", quoted(word))]).output();
            assert_eq!(String::from_utf8(shell.unwrap().stdout).unwrap(), word);
        }
        assert_eq!(quoted("/opt/plugins/queue"), "/opt/plugins/queue");
    }

    fn line(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn words(text: &str) -> Vec<String> {
        let line = line(text);
        leading(&line).into_iter().map(|position| line[position].clone()).collect()
    }

    #[test]
    fn options_of_every_command_may_stand_anywhere() {
        assert_eq!(words("--json status"), ["status"]);
        assert_eq!(words("--env dev push storage photos --yes"), ["push", "storage", "photos"]);
        assert_eq!(words("add --answer a=b storage"), ["add", "storage"]);
        assert_eq!(words("--answers=file add storage"), ["add", "storage"]);
    }

    #[test]
    fn an_option_of_one_command_ends_the_words() {
        assert_eq!(words("status --explain photos"), ["status"]);
        assert_eq!(words("init --provider local"), ["init"]);
    }

    #[test]
    fn routed_words_are_taken_out() {
        let line = line("--json add storage --yes");
        assert_eq!(without(&line, &[1, 2]), ["--json", "--yes"]);
        assert!(asks_help(&["a".into(), "-h".into()]));
        assert!(!asks_help(&["--".into(), "-h".into()]));
    }
}
