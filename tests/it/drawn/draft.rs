//! A drawn scenario before it is a file: what it is made of, and what it is without some of it.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// What a scenario is called in its folder.
const FILE: &str = "scenario.yaml";

/// A scenario. Texts are YAML already.
#[derive(Clone)]
pub(super) struct Draft {
    /// The seed of the world.
    pub(super) seed: u64,
    /// The boards.
    pub(super) boards: Vec<BoardDraft>,
    /// From pin to pin.
    pub(super) wires: Vec<String>,
    /// What happens.
    pub(super) steps: Vec<String>,
    /// Files beside it: modules.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// One of its boards.
#[derive(Clone)]
pub(super) struct BoardDraft {
    /// Its name.
    pub(super) name: &'static str,
    /// What it has but actors and supervisors: `profile: pc` and so on.
    pub(super) parts: Vec<String>,
    /// Supervisors: name and what is said of them.
    pub(super) supervisors: Vec<(String, String)>,
    /// The actors.
    pub(super) actors: Vec<ActorDraft>,
}

/// One of its actors.
#[derive(Clone)]
pub(super) struct ActorDraft {
    /// Its name.
    pub(super) name: String,
    /// What is said of it: `priority: 8` and so on.
    pub(super) fields: Vec<String>,
    /// Object and rights; nothing is what its program has.
    pub(super) grants: Option<Vec<(String, &'static str)>>,
}

/// Something that a scenario could be without. Numbers are those of board, actor and so on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Board(usize),
    Step(usize),
    Actor(usize, usize),
    Supervisor(usize, usize),
    Wire(usize),
    /// What a board has.
    Has(usize, usize),
    Field(usize, usize, usize),
    Grant(usize, usize, usize),
}

impl Draft {
    /// Writes it and its modules into a folder; says where the scenario lies.
    pub(super) fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        for (name, bytes) in &self.files {
            fs::write(folder.join(name), bytes)?;
        }
        let file = folder.join(FILE);
        fs::write(&file, self.text())?;
        Ok(file)
    }

    /// It as a scenario.
    pub(super) fn text(&self) -> String {
        let mut text = format!("name: drawn\nversion: 1\nseed: {}\nboards:\n", self.seed);
        for board in &self.boards {
            board.tell(&mut text);
        }
        if !self.wires.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "wires: [ {} ]", self.wires.join(", "));
        }
        text.push_str("steps:\n");
        for step in &self.steps {
            let _ = writeln!(text, "  - {{ {step} }}");
        }
        text
    }

    /// Everything that it could be without, the largest first.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = (0..self.boards.len()).map(Part::Board).collect();
        // What happens last is often not needed at all.
        parts.extend((0..self.steps.len()).rev().map(Part::Step));
        for (at, board) in self.boards.iter().enumerate() {
            parts.extend((0..board.actors.len()).map(|actor| Part::Actor(at, actor)));
            parts.extend((0..board.supervisors.len()).map(|one| Part::Supervisor(at, one)));
        }
        parts.extend((0..self.wires.len()).map(Part::Wire));
        for (at, board) in self.boards.iter().enumerate() {
            parts.extend((0..board.parts.len()).map(|one| Part::Has(at, one)));
            for (number, actor) in board.actors.iter().enumerate() {
                let grants = actor.grants.as_ref().map_or(0, Vec::len);
                parts.extend((0..grants).map(|grant| Part::Grant(at, number, grant)));
                let fields = 0..actor.fields.len();
                parts.extend(fields.map(|field| Part::Field(at, number, field)));
            }
        }
        parts
    }

    /// It without one of its parts.
    pub(super) fn without(&self, part: Part) -> Draft {
        let mut rest = self.clone();
        let boards = &mut rest.boards;
        match part {
            Part::Board(board) => drop(boards.remove(board)),
            Part::Step(step) => drop(rest.steps.remove(step)),
            Part::Actor(board, actor) => drop(boards[board].actors.remove(actor)),
            Part::Supervisor(board, one) => drop(boards[board].supervisors.remove(one)),
            Part::Wire(wire) => drop(rest.wires.remove(wire)),
            Part::Has(board, one) => drop(boards[board].parts.remove(one)),
            Part::Field(board, actor, field) => {
                drop(boards[board].actors[actor].fields.remove(field));
            }
            Part::Grant(board, actor, grant) => {
                if let Some(grants) = &mut boards[board].actors[actor].grants {
                    grants.remove(grant);
                }
            }
        }
        rest
    }
}

impl BoardDraft {
    fn tell(&self, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}:", self.name);
        for part in &self.parts {
            let _ = writeln!(text, "    {part}");
        }
        if !self.supervisors.is_empty() {
            text.push_str("    supervisors:\n");
        }
        for (name, said) in &self.supervisors {
            let _ = writeln!(text, "      {name}: {{ {said} }}");
        }
        if !self.actors.is_empty() {
            text.push_str("    actors:\n");
        }
        for actor in &self.actors {
            let mut said = actor.fields.clone();
            if let Some(grants) = &actor.grants {
                let grants: Vec<String> =
                    grants.iter().map(|(object, rights)| format!("{object}: {rights}")).collect();
                said.push(format!("grants: {{ {} }}", grants.join(", ")));
            }
            let _ = writeln!(text, "      {}: {{ {} }}", actor.name, said.join(", "));
        }
    }
}
