//! Looks for one condition in a world while it goes on.

use kernel::limits::SLOTS;

use crate::machine::Machine;
use crate::scenario::plan::Condition;
use crate::scenario::plan::FileFact;
use crate::scenario::plan::StoragePath;
use crate::storage;
use crate::storage::Item;
use crate::storage::Tree;
use crate::world::World;

/// Up to where the steps so far have read what the world says. A later step sees only what came
/// after the match of an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursors {
    serial: Vec<usize>,
    logs: usize,
    messages: usize,
    exits: usize,
}

impl Cursors {
    /// The start of everything.
    pub fn at_start(world: &World) -> Cursors {
        Cursors { serial: vec![0; world.board_count()], logs: 0, messages: 0, exits: 0 }
    }

    /// Moves behind what others have read.
    fn move_behind(&mut self, others: &Cursors) {
        for (own, other) in self.serial.iter_mut().zip(&others.serial) {
            *own = (*own).max(*other);
        }
        self.logs = self.logs.max(others.logs);
        self.messages = self.messages.max(others.messages);
        self.exits = self.exits.max(others.exits);
    }

    /// The end of everything so far.
    pub fn at_end(world: &World) -> Cursors {
        Cursors {
            serial: (0..world.board_count()).map(|board| world.serial(board).len()).collect(),
            logs: world.logs().len(),
            messages: world.messages().len(),
            exits: world.exits().len(),
        }
    }
}

/// One condition on one board.
#[derive(Clone, Debug)]
pub struct Watch {
    board: usize,
    condition: Condition,
    cursors: Cursors,
    /// The parts of a condition that is all of them, until they have been so.
    parts: Vec<Watch>,
    /// How many frames were finished at the last reading, and whether it showed the text.
    frame: Option<(u64, bool)>,
}

impl Watch {
    /// Looks at what comes after the cursors.
    pub fn new(board: usize, condition: Condition, cursors: Cursors) -> Watch {
        let parts = match &condition {
            Condition::All(parts) => {
                let parts = parts.iter();
                parts.map(|part| Watch::new(board, part.clone(), cursors.clone())).collect()
            }
            _ => Vec::new(),
        };
        Watch { board, condition, cursors, parts, frame: None }
    }

    /// Whether the condition holds now, or was met by something since the last look. The cursors
    /// move behind everything that was looked at.
    pub fn look(&mut self, world: &World) -> bool {
        match &self.condition {
            Condition::Serial { text } => {
                let cursor = &mut self.cursors.serial[self.board];
                find_text(world.serial(self.board), text.as_bytes(), cursor)
            }
            Condition::Log { actor, text } => {
                let board = self.board;
                find(world.logs(), &mut self.cursors.logs, |log| {
                    log.board == board
                        && is_asked(actor.as_deref(), &log.actor)
                        && log.text.contains(text)
                })
            }
            Condition::Message { from, to, opcode, text } => {
                let board = self.board;
                let (messages, cursor) = (world.messages(), &mut self.cursors.messages);
                let found = messages.since(*cursor).position(|message| {
                    message.board == board
                        && is_asked(from.as_deref(), message.from)
                        && is_asked(to.as_deref(), message.to)
                        && opcode.is_none_or(|opcode| opcode == message.opcode)
                        && text.as_ref().is_none_or(|text| holds_text(message.payload, text))
                });
                *cursor = found.map_or(messages.len(), |index| *cursor + index + 1);
                found.is_some()
            }
            Condition::Pin { pin, high } => world.pin(self.board, *pin) == *high,
            Condition::Actor { actor, state } => world.actor(self.board, actor) == *state,
            Condition::Restarts { actor, count } => self.machine(world).restarts(actor) == *count,
            Condition::Generation { actor, generation } => {
                self.machine(world).generation(actor) == *generation
            }
            Condition::Exited { actor, kind } => {
                let board = self.board;
                find(world.exits(), &mut self.cursors.exits, |exit| {
                    exit.board == board && *exit.actor == **actor && exit.kind == *kind
                })
            }
            Condition::Reaches { actor, object } => self.machine(world).reaches(actor, object),
            Condition::All(_) => {
                let cursors = &mut self.cursors;
                self.parts.retain_mut(|part| {
                    let is_so = part.look(world);
                    if is_so {
                        cursors.move_behind(&part.cursors);
                    }
                    !is_so
                });
                self.parts.is_empty()
            }
            Condition::Power { on } => self.machine(world).is_on() == *on,
            Condition::File { path, fact } => {
                self.files(world, path).is_ok_and(|tree| is_so(fact, tree.get(&path.path)))
            }
            Condition::Tree { path, paths } => {
                self.files(world, path).is_ok_and(|tree| below(&tree, &path.path) == *paths)
            }
            Condition::Frame { text } => {
                let frames = world.frames(self.board);
                if let Some((seen, shows)) = self.frame
                    && seen == frames
                {
                    return shows;
                }
                let shows = world.frame_shows(self.board, text);
                self.frame = Some((frames, shows));
                shows
            }
        }
    }

    /// What lies on a partition now.
    fn files(&self, world: &World, path: &StoragePath) -> Result<Tree, String> {
        self.machine(world).files(&path.partition)
    }

    fn machine<'w>(&self, world: &'w World) -> &'w Machine {
        &world.machines()[self.board]
    }

    /// Looks once more, also at a frame that is not finished.
    pub fn look_again(&mut self, world: &World) -> bool {
        self.frame = None;
        self.parts.iter_mut().for_each(|part| part.frame = None);
        self.look(world)
    }

    /// How far it has read.
    pub fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    /// What there was to see instead, for a reader who wonders.
    pub fn seen(&self, world: &World) -> String {
        match &self.condition {
            Condition::Serial { .. } => {
                let text = String::from_utf8_lossy(world.serial(self.board));
                format!("the serial line ends with:\n{}", last_lines(&text, 8))
            }
            Condition::Log { .. } => {
                let lines = world.logs().iter().filter(|log| log.board == self.board);
                let lines = lines.map(|log| format!("{}: {}", log.actor, log.text));
                let text = lines.collect::<Vec<_>>().join("\n");
                format!("the log ends with:\n{}", last_lines(&text, 8))
            }
            Condition::Message { .. } => {
                let messages = world.messages().since(0);
                let count = messages.filter(|message| message.board == self.board);
                format!("{} messages were sent, none of them such a one", count.count())
            }
            Condition::Pin { pin, .. } => {
                let level = if world.pin(self.board, *pin) { "high" } else { "low" };
                format!("gpio{pin} is {level}")
            }
            Condition::Actor { actor, .. } => {
                format!("{actor} is {}", world.actor(self.board, actor).name())
            }
            Condition::Restarts { actor, .. } => {
                format!("the restarts of {actor} so far: {}", self.machine(world).restarts(actor))
            }
            Condition::Generation { actor, .. } => {
                format!("{actor} is in life {}", self.machine(world).generation(actor))
            }
            Condition::Exited { actor, .. } => {
                let exits = world.exits().iter();
                let exits = exits.filter(|exit| exit.board == self.board && *exit.actor == **actor);
                let kinds: Vec<&str> = exits.map(|exit| exit.kind.name()).collect();
                let kinds = if kinds.is_empty() { "never".into() } else { kinds.join(", ") };
                format!("the ends of {actor} so far: {kinds}")
            }
            Condition::Reaches { actor, .. } => {
                let text = self.machine(world).authority_of(actor);
                format!("{actor} holds:\n{}", last_lines(&text, SLOTS))
            }
            Condition::All(_) => {
                let seen = self.parts.iter().map(|part| part.seen(world));
                seen.collect::<Vec<_>>().join("\n")
            }
            Condition::Power { .. } => {
                let power = if self.machine(world).is_on() { "on" } else { "off" };
                format!("power is {power}")
            }
            Condition::File { path, .. } | Condition::Tree { path, .. } => {
                match self.files(world, path) {
                    Ok(tree) => format!("/{} holds:\n{}", path.partition, shown(&tree)),
                    Err(why) => format!("/{} cannot be read: {why}", path.partition),
                }
            }
            Condition::Frame { .. } => {
                let read = world.frame_text(self.board);
                format!("the frame reads:\n{}", last_lines(&read, 24))
            }
        }
    }
}

/// Whether a fact is so of what is at a path.
fn is_so(fact: &FileFact, found: Option<&Item>) -> bool {
    match (fact, found) {
        (FileFact::Absent, found) => found.is_none(),
        (FileFact::Exists, found) => found.is_some(),
        (_, None | Some(Item::Directory)) => false,
        (FileFact::Is(text), Some(Item::File(bytes))) => bytes == text.as_bytes(),
        (FileFact::Holds(text), Some(Item::File(bytes))) => holds_text(bytes, text),
        (FileFact::Size(size), Some(Item::File(bytes))) => bytes.len() == *size,
    }
}

/// The paths below a directory; directories end with a slash.
fn below(tree: &Tree, directory: &str) -> Vec<String> {
    let inside = tree.iter().filter_map(|(path, item)| {
        let rest = match directory {
            "" => path.as_str(),
            _ => path.strip_prefix(directory)?.strip_prefix('/')?,
        };
        let slash = if *item == Item::Directory { "/" } else { "" };
        Some(format!("{rest}{slash}"))
    });
    inside.collect()
}

fn shown(tree: &Tree) -> String {
    last_lines(&storage::describe(tree), 24)
}

/// Looks through what came since the last look, up to the first that suits.
fn find<T>(all: &[T], cursor: &mut usize, suits: impl Fn(&T) -> bool) -> bool {
    let found = all[*cursor..].iter().position(suits);
    *cursor = found.map_or(all.len(), |index| *cursor + index + 1);
    found.is_some()
}

/// Looks for a text, which may have begun before the last look ended.
fn find_text(all: &[u8], text: &[u8], cursor: &mut usize) -> bool {
    let found = all[*cursor..].windows(text.len().max(1)).position(|window| window == text);
    match found {
        Some(index) => *cursor += index + text.len(),
        None => *cursor = (*cursor).max(all.len().saturating_sub(text.len())),
    }
    found.is_some()
}

fn is_asked(asked: Option<&str>, name: &str) -> bool {
    asked.is_none_or(|asked| asked == name)
}

fn holds_text(payload: &[u8], text: &str) -> bool {
    text.is_empty() || payload.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The end of a text, indented.
fn last_lines(text: &str, count: usize) -> String {
    if text.is_empty() {
        return "    (nothing)".to_owned();
    }
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(count);
    lines[from..].iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
