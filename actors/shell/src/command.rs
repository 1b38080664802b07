//! From a line to a command.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::files::Change;
use crate::manual::Page;
use crate::manual::nearest;
use crate::manual::page;
use crate::word::Flaw;
use crate::word::Words;
use crate::word::shown;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Name or id of the receiver.
    pub(crate) to: String,
    pub(crate) opcode: u32,
    pub(crate) payload: Vec<u8>,
}

/// A command, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// An empty line.
    Nothing,
    /// Says what can be typed, or how one command is used.
    Help(Option<&'static Page>),
    /// Lists the actors with their ids.
    List,
    /// Lists the actors with what they do.
    Processes,
    /// Lists a directory, and names below its path; with rights.
    Files(Option<String>, bool),
    /// Shows a file.
    Show(String),
    /// Changes a file or directory.
    Change(String, Change),
    /// Says what is at a path.
    Status(String),
    /// Says how much room there is.
    Usage,
    /// Waits until all changes are safe.
    Sync,
    /// Shows changes.
    Watch(String),
    /// Says the own id.
    Identity,
    /// Says who and where this is.
    Whoami,
    /// Makes an actor of this file, perhaps under this name.
    Load(String, Option<String>),
    /// Gives this actor the code of this file.
    Reload(String, String),
    /// Sends.
    Send(Letter),
    /// Sends, and waits for the reply.
    Call(Letter),
    /// Ends an actor.
    Stop(String),
    /// Gives a name to this shell, or to this actor.
    Register(String, Option<String>),
    /// Says who has a name.
    Lookup(String),
    /// Lists what an actor holds.
    Held(Option<String>),
    /// Lists what was entered.
    History,
    /// Forgets what was entered.
    Forget,
    /// Says it again.
    Echo(Vec<u8>),
    /// Empties the screen.
    Clear,
    /// Ends the shell.
    Exit,
}

/// Why a line is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Its words cannot be told apart.
    Words(Flaw),
    /// There is no such command; the one that may have been meant.
    Command(String, Option<&'static str>),
    /// This argument is missing.
    Missing(&'static Page, &'static str),
    /// This argument is one too many.
    Surplus(&'static Page, Vec<u8>),
    /// This argument is not text.
    Bytes(&'static Page, Vec<u8>),
    /// This argument is not a number of 32 bits.
    Number(&'static Page, String),
}

impl From<Flaw> for Wrong {
    fn from(flaw: Flaw) -> Wrong {
        Wrong::Words(flaw)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = match self {
            Wrong::Words(flaw) => return write!(f, "{flaw}"),
            Wrong::Command(word, None) => {
                return write!(f, "{word}: no such command. Type help.");
            }
            Wrong::Command(word, Some(name)) => {
                return write!(f, "{word}: no such command. Did you mean {name}?");
            }
            Wrong::Missing(page, what) => {
                write!(f, "{}: {what} is missing", page.name)?;
                page
            }
            Wrong::Surplus(page, word) => {
                let word = shown(word);
                write!(f, "{}: {word} is too much; a name with spaces goes in quotes", page.name)?;
                page
            }
            Wrong::Bytes(page, word) => {
                write!(f, "{}: {} is not text", page.name, shown(word))?;
                page
            }
            Wrong::Number(page, word) => {
                let word = shown(word.as_bytes());
                write!(f, "{}: {word} is not a number such as 200 or 0xc8", page.name)?;
                page
            }
        };
        let gap = if page.usage.is_empty() { "" } else { " " };
        write!(f, "\nusage: {}{gap}{}", page.name, page.usage)
    }
}

/// What stands behind the name of a command.
struct Arguments<'a> {
    page: &'static Page,
    words: Words<'a>,
}

impl Arguments<'_> {
    fn required(&mut self, what: &'static str) -> Result<String, Wrong> {
        self.optional()?.ok_or(Wrong::Missing(self.page, what))
    }

    fn optional(&mut self) -> Result<Option<String>, Wrong> {
        let Some(word) = self.words.next_word()? else { return Ok(None) };
        let text = String::from_utf8(word);
        text.map(Some).map_err(|error| Wrong::Bytes(self.page, error.into_bytes()))
    }

    /// That there is no more.
    fn end(&mut self) -> Result<(), Wrong> {
        match self.words.next_word()? {
            Some(word) => Err(Wrong::Surplus(self.page, word)),
            None => Ok(()),
        }
    }

    fn letter(&mut self) -> Result<Letter, Wrong> {
        let to = self.required("NAME-OR-ID")?;
        let opcode = self.number("TYPE")?;
        Ok(Letter { to, opcode, payload: self.words.text()? })
    }

    fn number(&mut self, what: &'static str) -> Result<u32, Wrong> {
        let word = self.required(what)?;
        let digits = word.strip_prefix("0x");
        let read = digits.map_or(word.parse(), |digits| u32::from_str_radix(digits, 16));
        read.map_err(|_| Wrong::Number(self.page, word))
    }

    /// A file and a line that goes into it; without a text there is no line.
    fn text(&mut self, change: fn(Vec<u8>) -> Change) -> Result<Command, Wrong> {
        let path = self.required("FILE")?;
        let mut text = self.words.text()?;
        if !text.is_empty() {
            text.push(b'\n');
        }
        Ok(Command::Change(path, change(text)))
    }

    /// From where, and to where.
    fn pair(&mut self, change: fn(String) -> Change) -> Result<Command, Wrong> {
        let from = self.required("FROM")?;
        Ok(Command::Change(self.required("TO")?, change(from)))
    }

    fn command(&mut self) -> Result<Command, Wrong> {
        let command = match self.page.name {
            "help" => Command::Help(match self.optional()? {
                Some(word) => Some(page(&word).ok_or_else(|| unknown(word))?),
                None => None,
            }),
            "list" => Command::List,
            "ps" => Command::Processes,
            "ls" => match self.optional()?.as_deref() {
                Some("-l") => Command::Files(self.optional()?, true),
                path => Command::Files(path.map(String::from), false),
            },
            "cat" => Command::Show(self.required("FILE")?),
            "write" => return self.text(Change::Write),
            "append" => return self.text(Change::Append),
            "cp" => self.pair(Change::CopyOf)?,
            "mv" => self.pair(Change::MovedFrom)?,
            "rm" => Command::Change(self.required("PATH")?, Change::Remove),
            "mkdir" => Command::Change(self.required("PATH")?, Change::MakeDirectory),
            "truncate" => {
                let path = self.required("FILE")?;
                Command::Change(path, Change::Truncate(self.number("BYTES")?))
            }
            "format" => Command::Change(self.required("PATH")?, Change::Format),
            "stat" => Command::Status(self.required("PATH")?),
            "df" => Command::Usage,
            "sync" => Command::Sync,
            "watch" => Command::Watch(self.optional()?.unwrap_or_else(|| String::from("/"))),
            "self" => Command::Identity,
            "whoami" => Command::Whoami,
            "load" => Command::Load(self.required("FILE")?, self.optional()?),
            "reload" => Command::Reload(self.required("NAME-OR-ID")?, self.required("FILE")?),
            "send" => return self.letter().map(Command::Send),
            "call" => return self.letter().map(Command::Call),
            "stop" => Command::Stop(self.required("NAME-OR-ID")?),
            "register" => Command::Register(self.required("NAME")?, self.optional()?),
            "lookup" => Command::Lookup(self.required("NAME")?),
            "caps" => Command::Held(self.optional()?),
            "history" => match self.optional()?.as_deref() {
                None => Command::History,
                Some("clear") => Command::Forget,
                Some(word) => return Err(Wrong::Surplus(self.page, word.into())),
            },
            "echo" => return Ok(Command::Echo(self.words.text()?)),
            "clear" => Command::Clear,
            "exit" => Command::Exit,
            name => unreachable!("{name} has a page and no meaning"),
        };
        self.end()?;
        Ok(command)
    }
}

impl Command {
    pub(crate) fn parse(line: &str) -> Result<Command, Wrong> {
        let mut words = Words::new(line);
        let Some(word) = words.next_word()? else { return Ok(Command::Nothing) };
        let name = String::from_utf8_lossy(&word).into_owned();
        let page = page(&name).ok_or_else(|| unknown(name))?;
        Arguments { page, words }.command()
    }
}

fn unknown(word: String) -> Wrong {
    let near = nearest(&word);
    Wrong::Command(word, near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manual::PAGES;
    use proptest::prelude::*;

    fn said(line: &str) -> String {
        Command::parse(line).unwrap_err().to_string()
    }

    #[test]
    fn commands_that_change_files_are_understood() {
        let change = |path: &str, change| Ok(Command::Change(path.into(), change));
        let line = b"a  b\n".to_vec();
        assert_eq!(Command::parse("write /tmp/f a  b"), change("/tmp/f", Change::Write(line)));
        assert_eq!(Command::parse("append f"), change("f", Change::Append(vec![])));
        assert_eq!(Command::parse("cp a b"), change("b", Change::CopyOf("a".into())));
        assert_eq!(Command::parse("truncate f 0x10"), change("f", Change::Truncate(16)));
        assert_eq!(Command::parse("ls -l /tmp"), Ok(Command::Files(Some("/tmp".into()), true)));
        assert_eq!(said("mv a"), "mv: TO is missing\nusage: mv FROM TO");
    }

    #[test]
    fn commands_are_understood() {
        let show = |name: &str| Ok(Command::Show(name.into()));
        assert_eq!(Command::parse("  "), Ok(Command::Nothing));
        assert_eq!(Command::parse(" cat  'a b.txt' "), show("a b.txt"));
        assert_eq!(Command::parse("cat a\\ b.txt"), show("a b.txt"));
        assert_eq!(Command::parse("echo  two  words"), Ok(Command::Echo(b"two  words".into())));
        let letter = Letter { to: "echo".into(), opcode: 200, payload: b"a  b\n".into() };
        assert_eq!(Command::parse("send echo 0xc8 a  b\\n"), Ok(Command::Send(letter.clone())));
        assert_eq!(Command::parse("call echo 200 \"a  b\\x0a\""), Ok(Command::Call(letter)));
        assert_eq!(Command::parse("history clear"), Ok(Command::Forget));
    }

    #[test]
    fn every_example_is_a_command() {
        for page in &PAGES {
            assert!(Command::parse(page.example).is_ok(), "{}", page.example);
        }
    }

    #[test]
    fn a_wrong_line_is_told_what_is_wrong_and_how_it_is_right() {
        assert_eq!(said("cat"), "cat: FILE is missing\nusage: cat FILE");
        assert_eq!(
            said("cat a b"),
            "cat: \"b\" is too much; a name with spaces goes in quotes\nusage: cat FILE"
        );
        assert_eq!(
            said("send echo"),
            "send: TYPE is missing\nusage: send NAME-OR-ID TYPE [PAYLOAD]"
        );
        assert!(said("call echo 0x1ffffffff").starts_with("call: \"0x1ffffffff\" is not a number"));
        assert!(said("cat \\xff").starts_with("cat: hex ff is not text"));
        assert_eq!(said("cat \"a"), "the quote \" is not closed");
        assert_eq!(said("lss"), "lss: no such command. Did you mean ls?");
        assert_eq!(said("help cta"), "cta: no such command. Did you mean cat?");
        assert_eq!(said("frobnicate"), "frobnicate: no such command. Type help.");
    }

    proptest! {
        #[test]
        fn no_line_is_too_strange(name in "[a-z]{0,3}", rest: String, page in 0..PAGES.len()) {
            for name in [name.as_str(), PAGES[page].name] {
                if let Err(wrong) = Command::parse(&format!("{name} {rest}")) {
                    prop_assert!(!wrong.to_string().is_empty());
                }
            }
        }
    }
}
