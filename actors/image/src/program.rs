//! An actor's code and the manifest it comes with.

/// One actor as it is shipped. A scenario or a board may give it other grants than these.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name, that of its folder.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// Its code.
    pub wasm: &'static [u8],
    /// 0 to 31, larger runs first.
    pub priority: u8,
    /// Bytes of linear memory it may have.
    pub memory: u32,
    /// Bytes of memory that it may make to share with others.
    pub shared: u32,
    /// Messages that its mailbox takes; `None` is as many as the kernel usually gives.
    pub mailbox: Option<u16>,
    /// The supervisor that it stands under.
    pub supervisor: Option<&'static str>,
    /// Whether its supervisor starts it again: `permanent`, `transient` or `temporary`.
    pub restart: Option<&'static str>,
    /// How its supervisor ends it: `kill`, `wait` or a duration such as `5s`.
    pub shutdown: Option<&'static str>,
    /// Names and paths under which it is registered.
    pub names: &'static [&'static str],
    /// What it is given in slot order: the object's name and the rights joined by `+`. A name is
    /// a device (`framebuffer`, `log`, `gpio2`, …), otherwise a region or an actor; an object of
    /// which there are several is named with which one behind it (`namespace(/node/local)`).
    pub grants: &'static [(&'static str, &'static str)],
    /// The names of the opcodes it serves, in the order of their numbers.
    pub opcodes: &'static [(u32, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// The program of this name.
pub fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_wasm_in_the_order_of_their_names() {
        assert!(PROGRAMS.is_sorted_by_key(|program| program.name));
        for program in PROGRAMS {
            assert_eq!(program.wasm[..8], *b"\0asm\x01\0\0\0", "{}", program.name);
            assert!(program.priority < 32, "{}", program.name);
        }
    }

    #[test]
    fn grants_keep_the_order_of_the_manifest() {
        let blinky = program("blinky").unwrap();
        let names: [&str; 3] = core::array::from_fn(|index| blinky.grants[index].0);
        assert_eq!(names, ["gpio2", "clock", "log"]);
    }
}
