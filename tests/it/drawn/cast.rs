//! Drawn boards: who there is on one, what each is given, who watches whom.

use crate::drawn::draft::ActorDraft;
use crate::drawn::draft::BoardDraft;
use crate::fuzz::draw::Draw;
use crate::fuzz::guest::guest;
use crate::fuzz::import::Import;
use crate::fuzz::smith::smith;

const GUESTS: [&str; 4] = ["g0", "g1", "g2", "g3"];

/// What a spawned module knows: its maker, log, clock and names.
const HANDED_ON: [char; 4] = ['E', 'A', 'C', 'N'];

/// Everything that a shell can be given.
const SHELL: [(&str, &str); 10] = [
    ("vfs", "write"),
    ("ui_server", "write"),
    ("serial", "read+write"),
    ("processes", "read+write"),
    ("log", "write+grant"),
    ("clock", "read+grant"),
    ("namespace", "read+write+grant"),
    ("spawner", "write"),
    ("directory(vfs)", "read+write"),
    ("child(echo)", "write"),
];

/// A board and what is known of it.
pub(super) struct Population {
    /// What the scenario says of it.
    pub(super) board: BoardDraft,
    /// Modules that lie beside the scenario.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// Whether its processor is fast, so that time is dear.
    pub(super) is_fast: bool,
    /// Whether it has flash.
    pub(super) has_flash: bool,
    /// Whether drawn modules run on it, which may never rest.
    pub(super) has_guests: bool,
}

/// Draws the population of a board.
pub(super) fn population(draw: &mut Draw, known: &[Import], name: &'static str) -> Population {
    let is_fast = draw.one_in(2);
    let has_flash = draw.one_in(2);
    let profile = if is_fast { "pc" } else { "esp32c6" };
    let mut board = BoardDraft {
        name,
        parts: vec![format!("profile: {profile}")],
        supervisors: supervisors(draw),
        actors: Vec::new(),
    };
    if has_flash {
        board.parts.push("flash: { size: 64KiB }".to_owned());
    }
    let programs = draw.below(5);
    programs_of(draw, programs, is_fast, has_flash, &mut board);
    // Of an ESP32-C6's memory, the desktop and the file server leave little or nothing.
    let room = match (is_fast, programs) {
        (true, _) => 2 + draw.below(3),
        (false, 0 | 1) => 0,
        (false, 2) => 1,
        (false, _) => 2,
    };
    let mut files = Vec::new();
    if room != 0 {
        guests(draw, known, &GUESTS[..room], is_fast, &mut board, &mut files);
    }
    Population { board, files, is_fast, has_flash, has_guests: room != 0 }
}

fn programs_of(
    draw: &mut Draw,
    programs: usize,
    is_fast: bool,
    has_flash: bool,
    board: &mut BoardDraft,
) {
    let vfs = |actors: &mut Vec<ActorDraft>| {
        let mut grants = vec![
            ("ramdisk".to_owned(), "read+grant"),
            ("log".to_owned(), "write"),
            ("clock".to_owned(), "read"),
            ("processes".to_owned(), "read"),
        ];
        if has_flash {
            grants.push(("flash(home)".to_owned(), "read+write"));
        }
        actors.push(program("vfs", Some(grants)));
    };
    let ramdisk = "ramdisk: { hello.txt: \"Hello.\\n\", echo.wasm: { program: echo } }";
    let actors = &mut board.actors;
    match programs {
        0 => {
            vfs(actors);
            actors.push(program("ui_server", None));
            actors.push(program("echo", None));
            let grants = SHELL.iter().map(|(object, rights)| ((*object).to_owned(), *rights));
            actors.push(program("shell", Some(grants.collect())));
            if is_fast {
                actors.push(program(draw.pick(&["dial", "monitor", "chaos"]), None));
            }
        }
        1 => {
            vfs(actors);
            actors.push(program("echo", None));
            // Without a screen something else stands in the slot of its server.
            let bare = SHELL.iter().filter(|(object, _)| *object != "ui_server");
            let grants = bare.map(|(object, rights)| ((*object).to_owned(), *rights));
            actors.push(program("shell", Some(grants.collect())));
            if draw.one_in(2) {
                actors.push(program("churn", None));
                actors.push(program("kv", None));
            }
        }
        2 => {
            actors.push(program("tty", None));
            actors.push(program("scribe", None));
            actors.push(program("blinky", None));
        }
        3 => {
            actors.push(program("blinky", None));
            actors.push(program("echo", None));
        }
        _ => return,
    }
    if programs < 2 {
        board.parts.push(ramdisk.to_owned());
    }
}

fn program(name: &str, grants: Option<Vec<(String, &'static str)>>) -> ActorDraft {
    ActorDraft { name: name.to_owned(), fields: Vec::new(), grants }
}

/// Actors that run drawn modules, and the modules that these may spawn.
fn guests(
    draw: &mut Draw,
    known: &[Import],
    names: &[&str],
    is_fast: bool,
    board: &mut BoardDraft,
    files: &mut Vec<(String, Vec<u8>)>,
) {
    let seedling = guest(draw, known, &[], &HANDED_ON);
    let sprout = guest(draw, known, &seedling, &HANDED_ON);
    let code = format!("{}.code.wasm", board.name);
    board
        .parts
        .push(format!("regions: {{ code: {{ file: {code} }}, scratch: {{ bytes: 4096 }} }}"));
    files.push((code, sprout.clone()));
    for name in names {
        let objects = objects(draw, names, board, is_fast);
        let held: Vec<char> = objects.iter().map(|(_, _, letter)| *letter).collect();
        let child = if draw.one_in(3) { &sprout } else { &seedling };
        let wasm = match draw.one_in(4) {
            true => smith(draw, known).unwrap_or_else(|| seedling.clone()),
            false => guest(draw, known, child, &held),
        };
        let file = format!("{}.{name}.wasm", board.name);
        let memory = if is_fast { draw.pick(&[128, 192, 256]) } else { draw.pick(&[64, 128]) };
        let mut fields = vec![
            format!("wasm: {file}"),
            format!("memory: {memory}KiB"),
            format!("priority: {}", draw.pick(&[4, 8, 8, 16, 16, 24, 31])),
            format!("mailbox: {}", draw.pick(&[1, 2, 16, 64])),
            format!("shared: {}KiB", draw.pick(&[0, 4, 64])),
        ];
        if draw.one_in(3) {
            fields.push(format!("names: [ {name}, /node/{name} ]"));
        }
        if let Some((supervisor, _)) = board.supervisors.get(draw.below(4)) {
            let restart = draw.pick(&["permanent", "transient", "temporary"]);
            let shutdown = draw.pick(&["kill", "20us", "20ms", "wait"]);
            let said =
                [("supervisor", &**supervisor), ("restart", restart), ("shutdown", shutdown)];
            fields.extend(said.map(|(key, value)| format!("{key}: {value}")));
        }
        let grants = objects.into_iter().map(|(object, rights, _)| (object, rights)).collect();
        let grants = Some(grants);
        board.actors.push(ActorDraft { name: (*name).to_owned(), fields, grants });
        files.push((file, wasm));
    }
}

/// What a drawn module is given: object, rights, and the letter of what that is.
fn objects(
    draw: &mut Draw,
    guests: &[&str],
    board: &BoardDraft,
    is_fast: bool,
) -> Vec<(String, &'static str, char)> {
    let others: Vec<&str> = board.actors.iter().map(|actor| actor.name.as_str()).collect();
    let mut objects: Vec<(String, &'static str, char)> =
        vec![("log".to_owned(), "write+grant", 'A'), ("clock".to_owned(), "read+grant", 'C')];
    for _ in 0..3 + draw.below(12) {
        // Who comes later on the board can be named too.
        let other = match others.get(draw.below(2 * (others.len() + 1))) {
            Some(other) => other,
            None => draw.pick(guests),
        };
        let supervisor = board.supervisors.get(draw.below(4)).map(|(name, _)| name);
        let (object, rights, letter) = match draw.below(20) {
            0..=5 => (other.to_owned(), draw.pick(&["write", "write+grant"]), 'E'),
            6..=7 => (format!("child({other})"), draw.pick(&["write", "read+write+grant"]), 'K'),
            8 => (format!("directory({other})"), "read+write", 'D'),
            9..=10 => {
                let spawner =
                    supervisor.map_or_else(|| "spawner".into(), |s| format!("spawner({s})"));
                (spawner, draw.pick(&["write", "write+grant"]), 'S')
            }
            11..=12 => {
                (draw.pick(&["namespace", "namespace(/node)"]).into(), "read+write+grant", 'N')
            }
            13 => ("code".to_owned(), "read+grant", 'M'),
            14 => ("scratch".to_owned(), draw.pick(&["read", "read+write+grant"]), 'M'),
            15 => (draw.pick(&["gpio2", "gpio3", "gpio4"]).to_owned(), "read+write", 'P'),
            16 => (format!("interrupt({})", draw.below(3)), "read", 'I'),
            17 => ("processes".to_owned(), draw.pick(&["read", "read+write"]), 'L'),
            18 if is_fast => ("ports(0x60..0x70)".to_owned(), "read+write", 'O'),
            18 => ("framebuffer".to_owned(), "read+write+grant", 'W'),
            _ => {
                (draw.pick(&["entropy", "keyboard", "pointer", "serial"]).into(), "read+write", 'A')
            }
        };
        if objects.iter().all(|(there, _, _)| *there != object) {
            objects.push((object, rights, letter));
        }
    }
    objects
}

fn supervisors(draw: &mut Draw) -> Vec<(String, String)> {
    let mut supervisors: Vec<(String, String)> = Vec::new();
    for number in 0..draw.below(4) {
        let strategy = draw.pick(&["one-for-one", "one-for-all", "rest-for-one"]);
        let intensity = draw.pick(&[0, 1, 3]);
        let mut said = format!("strategy: {strategy}, intensity: {intensity}, period: 1s");
        if let Some((above, _)) = supervisors.get(draw.below(3)) {
            said.push_str(&format!(", under: {above}"));
        }
        if draw.one_in(3) {
            said.push_str(", backoff: { first: 10us, last: 1ms }");
        }
        supervisors.push((format!("s{number}"), said));
    }
    supervisors
}
