//! What can be typed.

/// A command, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command<'a> {
    /// An empty line.
    Nothing,
    /// Says what can be typed.
    Help,
    /// Lists the files.
    List,
    /// Shows a file.
    Show(&'a str),
    /// Lists the actors.
    Actors,
    /// Says it again.
    Echo(&'a str),
    /// Empties the screen.
    Clear,
    /// Ends the shell.
    Exit,
    /// What is missing.
    Incomplete(&'static str),
    /// No command, and the one that may have been meant.
    Unknown(&'a str, Option<&'static str>),
}

/// The commands with what they do.
pub(crate) const COMMANDS: [(&str, &str); 7] = [
    ("help", "what can be typed"),
    ("ls", "the files"),
    ("cat FILE", "the contents of a file"),
    ("ps", "the actors"),
    ("echo TEXT", "the text"),
    ("clear", "an empty screen"),
    ("exit", "the end of this shell"),
];

impl<'a> Command<'a> {
    pub(crate) fn parse(line: &'a str) -> Command<'a> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match (word, rest.trim_start()) {
            ("", _) => Command::Nothing,
            ("help", _) => Command::Help,
            ("ls", _) => Command::List,
            ("cat", "") => Command::Incomplete("cat needs the name of a file: cat hello.txt"),
            ("cat", name) => Command::Show(name),
            ("ps", _) => Command::Actors,
            ("echo", text) => Command::Echo(text),
            ("clear", _) => Command::Clear,
            ("exit", _) => Command::Exit,
            (word, _) => Command::Unknown(word, nearest(word)),
        }
    }
}

/// The command that is at most two slips away, and not all of it.
fn nearest(word: &str) -> Option<&'static str> {
    let names = COMMANDS.iter().filter_map(|(usage, _)| usage.split(' ').next());
    let distances = names.map(|name| (distance(word, name), name));
    let (slips, name) = distances.min_by_key(|(slips, _)| *slips)?;
    (slips <= 2 && slips < name.len()).then_some(name)
}

/// The longest name there is; longer words are nobody's slip.
const NAME_MAX: usize = 8;

/// How many characters must be added, removed, exchanged or swapped with their neighbour (optimal
/// string alignment) to make a name of a word.
fn distance(word: &str, name: &str) -> usize {
    let word = word.as_bytes();
    let name = name.as_bytes();
    if NAME_MAX < word.len() || NAME_MAX < name.len() {
        return usize::MAX;
    }
    let mut costs = [[0; NAME_MAX + 1]; NAME_MAX + 1];
    for row in 0..=word.len() {
        for column in 0..=name.len() {
            if row == 0 || column == 0 {
                costs[row][column] = row + column;
                continue;
            }
            let slip = usize::from(word[row - 1] != name[column - 1]);
            let mut cost = (costs[row - 1][column - 1] + slip)
                .min(costs[row - 1][column] + 1)
                .min(costs[row][column - 1] + 1);
            let is_swapped = 1 < row
                && 1 < column
                && word[row - 1] == name[column - 2]
                && word[row - 2] == name[column - 1];
            if is_swapped {
                cost = cost.min(costs[row - 2][column - 2] + 1);
            }
            costs[row][column] = cost;
        }
    }
    costs[word.len()][name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood() {
        assert_eq!(Command::parse("  "), Command::Nothing);
        assert_eq!(Command::parse(" cat  a b.txt "), Command::Show("a b.txt"));
        assert_eq!(Command::parse("echo  two  words"), Command::Echo("two  words"));
        assert!(matches!(Command::parse("cat "), Command::Incomplete(_)));
        for (usage, _) in COMMANDS {
            assert!(!matches!(Command::parse(usage), Command::Unknown(..)), "{usage}");
        }
    }

    #[test]
    fn a_slip_is_recognised() {
        assert_eq!(nearest("sl"), Some("ls"));
        assert_eq!(nearest("hlep"), Some("help"));
        assert_eq!(nearest("clera"), Some("clear"));
        assert_eq!(nearest("caat"), Some("cat"));
        assert_eq!(nearest("frobnicate"), None);
        assert_eq!(nearest("zz"), None);
    }
}
