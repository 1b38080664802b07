//! One thing that this computer has or lacks, and how it comes here.

use std::process::Command;

/// One thing.
pub(super) struct Check {
    /// What it is called.
    pub(super) name: String,
    /// What it is for.
    pub(super) purpose: &'static str,
    /// Whether nothing works without it.
    pub(super) is_needed: bool,
    /// How it comes here.
    pub(super) remedy: Remedy,
    /// Looks whether it is there.
    pub(super) look: Box<dyn Fn() -> bool>,
}

/// How a thing comes to this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// By a command that changes nothing but the person's own toolchain.
    Command(Vec<String>),
    /// By the distribution: the name of Debian's package.
    Package(&'static str),
    /// By what only a person can do.
    Person(String),
}

impl Remedy {
    /// A command, as it is typed.
    pub(super) fn command(text: &str) -> Remedy {
        Remedy::Command(text.split(' ').map(str::to_owned).collect())
    }

    /// What to type, or to do.
    fn text(&self) -> String {
        match self {
            Remedy::Command(words) => format!("type: {}", words.join(" ")),
            Remedy::Package(name) => format!("type: sudo apt install {name}"),
            Remedy::Person(text) => text.clone(),
        }
    }
}

/// Looks for everything and tells, a line for each thing and one more for what is missing. With
/// `install`, commands that help are run. Whether all that is needed is there.
pub(super) fn tell(checks: &[Check], install: bool) -> bool {
    let mut has_all = true;
    for check in checks {
        let mut is_there = (check.look)();
        if !is_there
            && install
            && let Remedy::Command(words) = &check.remedy
        {
            println!("install {}: {}", check.name, words.join(" "));
            // Whether it has helped shows in the next look.
            let _ = Command::new(&words[0]).args(&words[1..]).status();
            is_there = (check.look)();
        }
        println!("{} {}", word(is_there, check.is_needed), check.name);
        if !is_there {
            println!("        {}; {}", check.purpose, check.remedy.text());
        }
        has_all &= is_there || !check.is_needed;
    }
    has_all
}

const fn word(is_there: bool, is_needed: bool) -> &'static str {
    match (is_there, is_needed) {
        (true, _) => "ok     ",
        (false, true) => "MISSING",
        (false, false) => "absent ",
    }
}

/// Whether the compiler has this target.
pub(super) fn has_target(target: &str) -> bool {
    let arguments = ["--print", "target-libdir", "--target", target];
    let Ok(output) = Command::new("rustc").args(arguments).output() else { return false };
    let folder = String::from_utf8_lossy(&output.stdout);
    output.status.success() && std::path::Path::new(folder.trim()).is_dir()
}

/// What a program says, if it is there.
pub(super) fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| String::new(), |out| String::from_utf8_lossy(&out.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn check(file: &Path, is_needed: bool, remedy: Remedy) -> Check {
        let file = file.to_path_buf();
        let name = "a file".to_owned();
        Check {
            name,
            purpose: "it is looked for",
            is_needed,
            remedy,
            look: Box::new(move || file.exists()),
        }
    }

    #[test]
    fn only_what_is_needed_and_missing_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let (here, gone) = (folder.path(), folder.path().join("gone"));
        let package = Remedy::Package("file");
        assert!(tell(&[check(here, true, package.clone())], false));
        assert!(tell(
            &[check(here, true, package.clone()), check(&gone, false, package.clone())],
            true
        ));
        assert!(!tell(&[check(&gone, true, package.clone()), check(here, true, package)], true));
    }

    #[test]
    fn commands_are_run_only_when_that_is_wanted_and_then_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("made");
        let touch = Remedy::Command(vec!["touch".to_owned(), file.display().to_string()]);
        assert!(!tell(&[check(&file, true, touch.clone())], false));
        assert!(!file.exists());
        assert!(tell(&[check(&file, true, touch.clone())], true));
        let other = folder.path().join("other");
        assert!(!tell(&[check(&other, true, touch)], true), "it did not help");
    }

    #[test]
    fn what_to_type_can_be_typed() {
        let command = Remedy::command("rustup target add riscv32imac-unknown-none-elf");
        assert_eq!(command.text(), "type: rustup target add riscv32imac-unknown-none-elf");
        assert_eq!(Remedy::Package("ovmf").text(), "type: sudo apt install ovmf");
    }
}
