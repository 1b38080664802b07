//! What is said at a board's serial line, from power-on until its shell has answered some commands.
//! Only what it says is waited for, so every judge is asked the same.

/// It says so when it takes commands, and behind each answer.
const READY: &str = "shell: ready";
const PROMPT: &str = "> ";
/// What is typed, and a text of the answer that is not in what was typed.
const COMMANDS: [(&str, &str); 4] = [
    ("cat hello.txt", "Hello from the ramdisk."),
    ("ls /", "hello.txt"),
    ("list", "vfs"),
    ("help", "truncate"),
];
/// How often a board is listened to in vain before it has failed.
const SILENCES_MAX: usize = 600;

/// A board that is switched on.
pub(crate) trait Board {
    /// Lets it go on for a moment: what it says on its serial line meanwhile.
    fn hear(&mut self) -> Result<Vec<u8>, String>;

    /// Sends bytes to its serial line.
    fn send(&mut self, bytes: &[u8]) -> Result<(), String>;

    /// What it has cost so far.
    fn cost(&self) -> Cost;
}

/// What something took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Of this computer's time.
    pub(crate) seconds: f64,
    /// Instructions; 0 where nobody counts them.
    pub(crate) retired: u64,
}

impl Cost {
    fn since(self, before: Cost) -> Cost {
        let seconds = self.seconds - before.seconds;
        Cost { seconds, retired: self.retired - before.retired }
    }

    /// Millions of instructions a second.
    pub(crate) fn mips(self) -> f64 {
        self.retired as f64 / self.seconds / 1e6
    }
}

/// What was measured.
pub(crate) struct Figures {
    /// From power-on to the first byte of the serial line.
    pub(crate) first: Cost,
    /// From power-on until it takes commands.
    pub(crate) boot: Cost,
    /// From there to the last answer.
    pub(crate) answers: Cost,
}

/// What a board has said since it was last waited for.
struct Heard {
    bytes: Vec<u8>,
    first: Option<Cost>,
}

/// Waits until a board has booted, and uses its shell.
pub(crate) fn talk(board: &mut dyn Board) -> Result<Figures, String> {
    let mut heard = Heard { bytes: Vec::new(), first: None };
    heard.wait(board, READY)?;
    let boot = board.cost();
    for (command, answer) in COMMANDS {
        board.send(format!("{command}\r").as_bytes())?;
        heard.wait(board, command)?;
        heard.wait(board, answer)?;
        heard.wait(board, PROMPT)?;
    }
    let first = heard.first.ok_or("it says nothing")?;
    Ok(Figures { first, boot, answers: board.cost().since(boot) })
}

impl Heard {
    /// Waits until a board has said a text, behind all that was waited for before.
    fn wait(&mut self, board: &mut dyn Board, text: &str) -> Result<(), String> {
        let mut silences = 0;
        while silences < SILENCES_MAX {
            let found = self.bytes.windows(text.len()).position(|part| part == text.as_bytes());
            if let Some(at) = found {
                self.bytes.drain(..at + text.len());
                return Ok(());
            }
            let more = board.hear()?;
            if more.is_empty() {
                silences += 1;
                continue;
            }
            self.first.get_or_insert(board.cost());
            self.bytes.extend(more);
        }
        let said = String::from_utf8_lossy(&self.bytes);
        Err(format!("it does not say {text:?}, only {said:?}"))
    }
}
