//! What lies in a drawn actor's memory: places for messages, texts, requests, and modules to spawn.

use abi::file;
use abi::handle::Handle;
use abi::rights::Rights;
use abi::spawn::Restart;
use abi::spawn::SpawnGrant;
use abi::spawn::SpawnOptions;

use crate::fuzz::draw::Draw;

/// Bytes of one page.
pub(super) const PAGE: usize = 1 << 16;

/// Where messages and answers are laid.
pub(super) const INBOX: u32 = 64;

/// Bytes of the inbox: enough for the longest message.
pub(super) const INBOX_LEN: u32 = 1100;

/// Where a module is read to or lies from the beginning.
pub(super) const MODULE: u32 = 8192;

/// The smallest memory that has a place for all of this.
pub(super) const MEMORY: usize = PAGE;

/// Names, paths, keys and lines.
const TEXTS: [&str; 17] = [
    "g0",
    "/g1",
    "/node/g2",
    "a",
    "b",
    "/a",
    "/node/a",
    "/node/b",
    "/node/a/b",
    "/node",
    "/",
    "../x",
    "tmp/x",
    "line\nline\n\n",
    "warning: \u{1b}[2J",
    "é",
    "long/long/long/long/long/long/long/long/long/long/long/long/long/long",
];

/// A drawn memory and the ranges in it that mean something.
pub(super) struct Layout {
    /// What is written where before the actor starts.
    pub(super) data: Vec<(u32, Vec<u8>)>,
    /// Pointer and length of names, paths and lines.
    pub(super) texts: Vec<(i32, i32)>,
    /// Pointer and length of where messages come from and go to.
    pub(super) buffers: Vec<(i32, i32)>,
    /// Options of spawns, each with its grants.
    pub(super) options: Vec<(i32, i32)>,
    /// Bytes of the module at [`MODULE`].
    pub(super) module_len: i32,
}

impl Layout {
    /// A memory with this module in it, of an actor that is given so many capabilities.
    pub(super) fn new(draw: &mut Draw, module: &[u8], held: usize) -> Layout {
        let mut layout = Layout {
            data: Vec::new(),
            texts: Vec::new(),
            buffers: vec![
                (INBOX as i32, INBOX_LEN as i32),
                (0, 64),
                (0, 64),
                (0, 4),
                (20_000, 3000),
            ],
            options: Vec::new(),
            module_len: i32::try_from(module.len()).unwrap_or(0),
        };
        let mut at = 1200;
        for text in TEXTS {
            let range = layout.put(&mut at, text.as_bytes());
            layout.texts.push(range);
        }
        at = 2048;
        for _ in 0..6 {
            let answer = answer(draw);
            let range = layout.put(&mut at, &answer);
            layout.buffers.push(range);
        }
        at = 4096;
        for _ in 0..6 {
            let options = options(draw, held);
            let range = layout.put(&mut at, &options);
            layout.options.push(range);
        }
        at = MODULE;
        let room = MEMORY - MODULE as usize;
        layout.put(&mut at, &module[..module.len().min(room)]);
        layout
    }

    fn put(&mut self, at: &mut u32, bytes: &[u8]) -> (i32, i32) {
        // All of it lies in one page.
        let range = (*at as i32, bytes.len() as i32);
        self.data.push((*at, bytes.to_vec()));
        *at += bytes.len() as u32;
        range
    }
}

/// What a file server might say: a status, and perhaps bytes.
fn answer(draw: &mut Draw) -> Vec<u8> {
    let lengths = [0, 1, 4, 1020, -1, -17, i32::MIN, i32::MAX];
    let mut answer = draw.pick(&lengths).to_le_bytes().to_vec();
    let more = draw.pick(&[0, 0, 4, 96, file::READ_MAX - 200]);
    answer.extend(draw.bytes(more));
    answer
}

/// Mostly an actor that is not started again: else nobody ever ends.
const RESTARTS: [Restart; 5] = [
    Restart::Permanent,
    Restart::Transient,
    Restart::Temporary,
    Restart::Temporary,
    Restart::Temporary,
];

/// Options that mostly make sense.
fn options(draw: &mut Draw, held: usize) -> Vec<u8> {
    let is_strange = draw.one_in(4);
    let mut name = [0; SpawnOptions::NAME_BYTES];
    let len = if is_strange { draw.pick(&[0, SpawnOptions::NAME_BYTES]) } else { 4 };
    name[..len].fill(b'a' + draw.below(26) as u8);
    let mut options = SpawnOptions {
        priority: draw.pick(&[0, 4, 4]),
        restart: draw.pick(&RESTARTS),
        mailbox: draw.pick(&[0, 0, 1, 16]),
        memory: draw.pick(&[2 << 16, 2 << 16, 3 << 16]),
        shutdown_ms: draw.pick(&[0, 1, 50, SpawnOptions::SHUTDOWN_WAIT]),
        is_linked: draw.one_in(3),
        is_beyond: draw.one_in(3),
        name,
    };
    if is_strange {
        options.priority = draw.pick(&[4, 16, 31, 32]);
        options.mailbox = draw.pick(&[2, u16::MAX]);
        options.memory = draw.pick(&[1 << 16, 0, u32::MAX]);
    }
    let mut bytes = options.encode().to_vec();
    if is_strange {
        // A restart and a flag that there may not be.
        bytes[1] = draw.pick(&[1, 3]);
        bytes[12] = draw.pick(&[0, 2]);
    }
    for _ in 0..draw.pick(&[0, 1, 2, 4]) {
        let generation = u32::from(draw.one_in(20));
        let handle = Handle::new(generation, draw.below(held + 3) as u32);
        let rights = Rights::from_bits(draw.pick(&[0, 2, 3, 7])).unwrap_or(Rights::NONE);
        bytes.extend(SpawnGrant { handle, rights }.encode());
    }
    bytes
}
