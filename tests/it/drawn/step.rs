//! What happens in a drawn scenario.

use crate::drawn::cast::Population;
use crate::fuzz::draw::Draw;

/// What is typed at a terminal or into a window; a shell knows these.
const LINES: [&str; 18] = [
    "ls",
    "cat hello.txt",
    "ps",
    "load echo.wasm",
    "call echo 200 hello",
    "reload echo echo.wasm",
    "stop echo",
    "write /tmp/a one",
    "append /tmp/a two",
    "write /home/b three",
    "cp hello.txt /home/c",
    "rm /home/b",
    "mv /tmp/a /tmp/d",
    "cat /proc/stat",
    "front",
    "raw",
    "die",
    "help",
];

/// Draws what happens.
pub(super) fn steps(draw: &mut Draw, boards: &[Population]) -> Vec<String> {
    // A fast processor that does not rest does a great deal in a short time.
    let is_busy = boards.iter().any(|board| board.is_fast && board.has_guests);
    let mut steps = Vec::new();
    for _ in 0..4 + draw.below(14) {
        let board = &boards[draw.below(boards.len())];
        let step = step(draw, board, is_busy);
        let name = board.board.name;
        steps.extend(step.into_iter().map(|step| format!("board: {name}, {step}")));
        let times: &[&str] = match is_busy {
            true => &["10us", "50us", "300us", "1ms"],
            false => &["50us", "1ms", "20ms", "100ms"],
        };
        steps.push(format!("delay: {}", draw.pick(times)));
    }
    steps
}

fn step(draw: &mut Draw, board: &Population, is_busy: bool) -> Vec<String> {
    let actors = &board.board.actors;
    match draw.below(16) {
        0..=3 => vec![format!("write-serial: \"{}\\r\"", draw.pick(&LINES))],
        4 => {
            let bytes: Vec<String> =
                (0..1 + draw.below(40)).map(|_| draw.below(256).to_string()).collect();
            vec![format!("write-serial: [{}]", bytes.join(", "))]
        }
        // Keys take a person's time.
        5 if !is_busy => {
            vec![format!("press: {}", draw.pick(&["Enter", "Ctrl+C", "a", "Tab"]))]
        }
        6 if !is_busy => vec![format!("type: \"{}\\n\"", draw.pick(&["ls", "ps", "help"]))],
        7..=8 => {
            let pin = draw.pick(&["gpio2", "gpio3", "gpio4"]);
            vec![format!("set-pin: {{ pin: {pin}, level: {} }}", draw.pick(&["high", "low"]))]
        }
        9..=10 => vec![format!("interrupt: {}", draw.below(3))],
        11 if !actors.is_empty() => {
            let actor = &actors[draw.below(actors.len())].name;
            let fuel = draw.pick(&[0, 100, 5_000, 20_000, 1_000_000]);
            vec![format!("preempt: {{ actor: {actor}, fuel: {fuel} }}")]
        }
        12 if board.has_flash => {
            let (at, bit) = (draw.below(1 << 16), draw.below(8));
            vec![format!("flip-bit: {{ at: {at}, bit: {bit} }}")]
        }
        13 if board.has_flash && draw.one_in(2) => {
            let operation = 1 + draw.below(6);
            let mode = draw.pick(&["not-started", "half-done", "torn"]);
            vec![format!("cut-power: {{ operation: {operation}, mode: {mode} }}")]
        }
        14 => vec!["cut-power: torn".to_owned(), "reboot: 100us".to_owned()],
        _ => {
            let (x, y) = (draw.below(320), draw.below(240));
            vec![format!("touch: {{ x: {x}, y: {y}, duration: 100us }}")]
        }
    }
}
