//! What can be typed: every command with its arguments, what it does, and an example.

/// What an argument names, so that it can be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// A command.
    Command,
    /// A file.
    File,
    /// An actor, by its name.
    Actor,
    /// A registered name.
    Name,
    /// A file or a registered name.
    Path,
    /// This word.
    Word(&'static str),
    /// Anything.
    Free,
}

/// One command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) name: &'static str,
    /// Its arguments as a reader sees them.
    pub(crate) usage: &'static str,
    pub(crate) arguments: &'static [Argument],
    /// What it does, in a few words.
    pub(crate) meaning: &'static str,
    /// A line to type.
    pub(crate) example: &'static str,
    /// What else is to be said, if anything.
    pub(crate) more: &'static str,
}

/// The longest name of a command.
pub(crate) const NAME_MAX: usize = 8;

/// The page of this command.
pub(crate) fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name == name)
}

/// All commands, in the order in which help tells them.
pub(crate) static PAGES: [Page; 31] = [
    Page {
        name: "help",
        usage: "[COMMAND]",
        arguments: &[Argument::Command],
        meaning: "what can be typed",
        example: "help call",
        more: "Up and Down recall lines, Tab completes, Ctrl+C gives up, Ctrl+U erases. \
               Quotes and backslashes keep spaces: \"my file.txt\", my\\ file.txt.",
    },
    Page {
        name: "list",
        usage: "",
        arguments: &[],
        meaning: "the actors with their ids",
        example: "list",
        more: "",
    },
    Page {
        name: "ps",
        usage: "",
        arguments: &[],
        meaning: "the actors at work",
        example: "ps",
        more: "",
    },
    Page {
        name: "ls",
        usage: "[-l] [PATH]",
        arguments: &[Argument::Path, Argument::Path],
        meaning: "what is in a directory",
        example: "ls /node",
        more: "Registered names below PATH are listed too; / is all of them. With -l: d is a \
               directory, rw what can be changed.",
    },
    Page {
        name: "cat",
        usage: "FILE",
        arguments: &[Argument::File],
        meaning: "the contents of a file",
        example: "cat \"my file.txt\"",
        more: "",
    },
    Page {
        name: "write",
        usage: "FILE [TEXT]",
        arguments: &[Argument::File],
        meaning: "makes or replaces a file",
        example: "write /tmp/note two words",
        more: "TEXT is the rest of the line; \\n, \\0 and \\xNN are bytes. The old file or the new one is there, \
               never a part.",
    },
    Page {
        name: "append",
        usage: "FILE [TEXT]",
        arguments: &[Argument::File],
        meaning: "adds a line to a file",
        example: "append /tmp/note more",
        more: "",
    },
    Page {
        name: "cp",
        usage: "FROM TO",
        arguments: &[Argument::File, Argument::File],
        meaning: "copies a file",
        example: "cp hello.txt /tmp/hello",
        more: "",
    },
    Page {
        name: "mv",
        usage: "FROM TO",
        arguments: &[Argument::File, Argument::File],
        meaning: "gives a file another path",
        example: "mv /tmp/a /tmp/b",
        more: "Within one mount. A file at TO is replaced.",
    },
    Page {
        name: "rm",
        usage: "PATH",
        arguments: &[Argument::File],
        meaning: "removes a file or empty directory",
        example: "rm /tmp/note",
        more: "",
    },
    Page {
        name: "mkdir",
        usage: "PATH",
        arguments: &[Argument::File],
        meaning: "makes a directory",
        example: "mkdir /tmp/d",
        more: "",
    },
    Page {
        name: "stat",
        usage: "PATH",
        arguments: &[Argument::File],
        meaning: "what is at a path",
        example: "stat /tmp/note",
        more: "",
    },
    Page {
        name: "truncate",
        usage: "FILE BYTES",
        arguments: &[Argument::File],
        meaning: "cuts a file off, or fills it up",
        example: "truncate /tmp/note 4",
        more: "",
    },
    Page {
        name: "df",
        usage: "",
        arguments: &[],
        meaning: "how much room there is",
        example: "df",
        more: "",
    },
    Page {
        name: "sync",
        usage: "",
        arguments: &[],
        meaning: "waits until all changes are safe",
        example: "sync",
        more: "",
    },
    Page {
        name: "watch",
        usage: "[PATH]",
        arguments: &[Argument::File],
        meaning: "shows changes until a key is pressed",
        example: "watch /tmp",
        more: "",
    },
    Page {
        name: "format",
        usage: "PATH",
        arguments: &[Argument::Word("/home")],
        meaning: "makes a mount new and empty",
        example: "format /home",
        more: "What is in it is lost. It is for flash that holds something else, or a damaged file system.",
    },
    Page {
        name: "self",
        usage: "",
        arguments: &[],
        meaning: "the id of this shell",
        example: "self",
        more: "",
    },
    Page {
        name: "whoami",
        usage: "",
        arguments: &[],
        meaning: "node, name and id of this shell",
        example: "whoami",
        more: "",
    },
    Page {
        name: "load",
        usage: "FILE [NAME]",
        arguments: &[Argument::File, Argument::Free],
        meaning: "makes an actor of a module",
        example: "load echo.wasm",
        more: "It is called NAME, else as its file: echo.wasm is echo, the next one echo_1. It \
               has 16 KiB beyond what it starts with, and is given what this shell may pass on of \
               these, in this order: this shell's address, its log, its clock, its names.",
    },
    Page {
        name: "reload",
        usage: "NAME-OR-ID FILE",
        arguments: &[Argument::Actor, Argument::File],
        meaning: "gives an actor new code",
        example: "reload echo echo2.wasm",
        more: "One that this shell loaded or was given. Id, names, mail and what it holds stay. If \
               the new code cannot run, the old runs on.",
    },
    Page {
        name: "send",
        usage: "NAME-OR-ID TYPE [PAYLOAD]",
        arguments: &[Argument::Actor],
        meaning: "sends a message",
        example: "send echo 200 hello",
        more: "TYPE is a number, also 0xc8. PAYLOAD is the rest of the line; \\n, \\0 and \\xNN \
               are bytes. What comes back is shown when it comes.",
    },
    Page {
        name: "call",
        usage: "NAME-OR-ID TYPE [PAYLOAD]",
        arguments: &[Argument::Actor],
        meaning: "sends, and waits for the reply",
        example: "call echo 200 \"a \\x00 byte\"",
        more: "It waits for 5 s, or until Ctrl+C. TYPE and PAYLOAD are as of send.",
    },
    Page {
        name: "stop",
        usage: "NAME-OR-ID",
        arguments: &[Argument::Actor],
        meaning: "ends an actor",
        example: "stop echo",
        more: "One that this shell loaded or was given; any other takes the right to write the \
               process table.",
    },
    Page {
        name: "register",
        usage: "NAME [NAME-OR-ID]",
        arguments: &[Argument::Free, Argument::Actor],
        meaning: "names this shell, or an actor",
        example: "register /node/local/sh",
        more: "",
    },
    Page {
        name: "lookup",
        usage: "NAME",
        arguments: &[Argument::Name],
        meaning: "who has a name",
        example: "lookup echo",
        more: "",
    },
    Page {
        name: "caps",
        usage: "[NAME-OR-ID | node]",
        arguments: &[Argument::Actor],
        meaning: "what an actor holds",
        example: "caps echo",
        more: "Without a name: what this shell holds. caps node: the features of the node, as \
               /node/IDENTITY/caps tells them.",
    },
    Page {
        name: "history",
        usage: "[clear]",
        arguments: &[Argument::Word("clear")],
        meaning: "the lines that were entered",
        example: "history clear",
        more: "",
    },
    Page {
        name: "echo",
        usage: "[TEXT]",
        arguments: &[],
        meaning: "the text",
        example: "echo hello",
        more: "",
    },
    Page {
        name: "clear",
        usage: "",
        arguments: &[],
        meaning: "an empty screen",
        example: "clear",
        more: "",
    },
    Page {
        name: "exit",
        usage: "",
        arguments: &[],
        meaning: "the end of this shell",
        example: "exit",
        more: "",
    },
];

/// The command that is at most two slips away, and not all of it.
pub(crate) fn nearest(word: &str) -> Option<&'static str> {
    let distances = PAGES.iter().map(|page| (distance(word, page.name), page.name));
    let (slips, name) = distances.min_by_key(|(slips, _)| *slips)?;
    (slips <= 2 && slips < name.len()).then_some(name)
}

/// How many characters must be added, removed, exchanged or swapped with their neighbour (optimal
/// string alignment) to make a name of a word. Longer words are nobody's slip.
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
    fn a_slip_is_recognised() {
        assert_eq!(nearest("sl"), Some("ls"));
        assert_eq!(nearest("hlep"), Some("help"));
        assert_eq!(nearest("clera"), Some("clear"));
        assert_eq!(nearest("caat"), Some("cat"));
        assert_eq!(nearest("relaod"), Some("reload"));
        assert_eq!(nearest("frobnicate"), None);
        assert_eq!(nearest("zz"), None);
    }

    #[test]
    fn every_page_says_something_and_is_found_by_its_name() {
        for entry in &PAGES {
            assert_eq!(page(entry.name), Some(entry));
            assert!(entry.name.len() <= NAME_MAX && !entry.meaning.is_empty(), "{}", entry.name);
            assert!(entry.example.starts_with(entry.name), "{}", entry.name);
        }
    }
}
