//! The numbers that kernel and actors share, with their names.

use abi::exit::ExitKind;
use abi::handle::Handle;
use abi::message;
use abi::message::Header;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use kernel::limits::PAYLOAD_MAX;

/// What a number is in wasm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Signed32,
    Unsigned32,
    Signed64,
}

/// Numbers of one kind.
pub(super) struct Group {
    /// What one of them is, in one word.
    pub(super) name: &'static str,
    /// What they are for.
    pub(super) about: &'static str,
    pub(super) number: Number,
    /// Name, number and what it says to a reader, if that is more than its name.
    pub(super) constants: Vec<(String, i64, &'static str)>,
}

/// The refusals' group, which languages also make errors of.
pub(super) const REFUSAL: &str = "Refusal";

/// Opcodes that the kernel sends or understands.
const OPCODES: [(&str, u32); 16] = [
    ("KEY_EVENT", message::KEY_EVENT),
    ("POINTER_EVENT", message::POINTER_EVENT),
    ("KERNEL_OPCODES", message::KERNEL_OPCODES),
    ("SERIAL_EVENT", message::SERIAL_EVENT),
    ("EXIT_NOTICE", message::EXIT_NOTICE),
    ("NS_REGISTER", message::NS_REGISTER),
    ("NS_LOOKUP", message::NS_LOOKUP),
    ("NS_LIST", message::NS_LIST),
    ("NS_MOUNT", message::NS_MOUNT),
    ("NS_UNMOUNT", message::NS_UNMOUNT),
    ("NS_REPLY", message::NS_REPLY),
    ("CAPS_REQUEST", message::CAPS_REQUEST),
    ("CAPS_REPLY", message::CAPS_REPLY),
    ("PIN_EVENT", message::PIN_EVENT),
    ("SHUTDOWN", message::SHUTDOWN),
    ("RELOAD", message::RELOAD),
];

/// Every group.
pub(super) fn groups() -> Vec<Group> {
    vec![
        Group {
            name: "Handle",
            about: "Handles that every actor knows.",
            number: Number::Signed64,
            constants: vec![
                ("OWN_ENDPOINT".to_owned(), signed(Handle::OWN_ENDPOINT.word()), "its mailbox"),
                ("NONE".to_owned(), signed(Handle::NONE_WORD), "no capability"),
            ],
        },
        Group {
            name: "Right",
            about: "What a capability lets its holder do.",
            number: Number::Unsigned32,
            constants: rights().map(|(name, right)| plain(name, right.bits())).to_vec(),
        },
        Group {
            name: REFUSAL,
            about: "Why the kernel said no.",
            number: Number::Signed32,
            constants: Refusal::ALL.iter().map(|refusal| of_refusal(*refusal)).collect(),
        },
        Group {
            name: "Opcode",
            about: "Messages of the kernel and its services.",
            number: Number::Unsigned32,
            constants: OPCODES.iter().map(|(name, opcode)| plain(name, *opcode)).collect(),
        },
        Group {
            name: "Object",
            about: "What a capability can name.",
            number: Number::Unsigned32,
            constants: (1..).map_while(ObjectKind::from_code).map(of_object).collect(),
        },
        Group {
            name: "Exit",
            about: "Why an actor ended.",
            number: Number::Unsigned32,
            constants: (0..)
                .map_while(ExitKind::from_code)
                .map(|kind| plain(kind.name(), kind as u32))
                .collect(),
        },
        Group {
            name: "Size",
            about: "Bytes of a message's header, and the most of its payload.",
            number: Number::Unsigned32,
            constants: vec![
                plain("HEADER", Header::BYTES as u32),
                plain("PAYLOAD_MAX", PAYLOAD_MAX as u32),
            ],
        },
    ]
}

fn rights() -> [(&'static str, Rights); 3] {
    [("READ", Rights::READ), ("WRITE", Rights::WRITE), ("GRANT", Rights::GRANT)]
}

fn signed(word: u64) -> i64 {
    word.cast_signed()
}

fn plain(name: &str, number: u32) -> (String, i64, &'static str) {
    (name.to_uppercase(), i64::from(number), "")
}

fn of_object(kind: ObjectKind) -> (String, i64, &'static str) {
    plain(kind.name(), kind as u32)
}

fn of_refusal(refusal: Refusal) -> (String, i64, &'static str) {
    (upper_snake(&format!("{refusal:?}")), refusal as i64, refusal.text())
}

/// `NoCapability` as `NO_CAPABILITY`.
fn upper_snake(name: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in name.char_indices() {
        if index != 0 && letter.is_uppercase() {
            snake.push('_');
        }
        snake.extend(letter.to_uppercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_opcode_of_the_abi_has_its_constant() {
        let source = include_str!("../../../kernel/abi/src/message.rs");
        let declared = source.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("pub const ")?.split_once(':')?;
            rest.starts_with(" u32 ").then_some(name)
        });
        let mut declared: Vec<&str> = declared.collect();
        let mut known = OPCODES.map(|(name, _)| name);
        declared.sort_unstable();
        known.sort_unstable();
        assert_eq!(known[..], declared);
    }

    #[test]
    fn every_right_has_its_constant() {
        let all = rights().into_iter().fold(Rights::NONE, |all, (_, right)| all | right);
        assert_eq!(all, Rights::ALL);
    }

    #[test]
    fn words_of_a_name_are_parted() {
        assert_eq!(upper_snake("BufferTooSmall"), "BUFFER_TOO_SMALL");
    }
}
