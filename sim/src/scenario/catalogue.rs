//! What a scenario can name without bringing it along: programs, regions of the image, and keys.

use image::program::Program;
use kernel::manifest::Region;

use crate::scenario::profile::ProfileName;

/// A key that the keyboard does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The part of the chord that is unknown.
    pub key: String,
    /// What the keyboard has.
    pub known: Vec<String>,
}

/// A service of the kernel image: a program whose code is not a module.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its code.
    pub service: kernel::service::Service,
    /// What it comes with, apart from its code.
    pub program: Program,
}

/// What there is to choose from.
pub trait Catalogue {
    /// The programs of the image.
    fn programs(&self) -> &[Program];

    /// The services of the kernel image.
    fn services(&self) -> &[Service];

    /// The regions that every board of this profile brings along, such as its font.
    fn regions(&self, profile: ProfileName) -> Vec<Region>;

    /// Whether the keyboard can press this key or chord, such as `Enter` or `Ctrl+C`.
    fn check_chord(&self, chord: &str) -> Result<(), UnknownKey>;
}

#[cfg(test)]
pub(crate) mod sample {
    //! A small catalogue for tests.

    use std::borrow::Cow;

    use super::*;

    /// The smallest module.
    pub(crate) const WASM: &[u8] = b"\0asm\x01\0\0\0";

    const PLAIN: Program = Program {
        name: "",
        about: "",
        wasm: WASM,
        priority: 16,
        memory: 0,
        shared: 0,
        mailbox: None,
        supervisor: None,
        restart: None,
        shutdown: None,
        names: &[],
        grants: &[],
        opcodes: &[],
    };

    static PROGRAMS: [Program; 4] = [
        Program {
            name: "vfs",
            about: "serves files",
            priority: 18,
            memory: 48 << 10,
            grants: &[("ramdisk", "read"), ("log", "write")],
            opcodes: &[(1, "list"), (2, "read")],
            ..PLAIN
        },
        Program {
            name: "shell",
            about: "runs commands",
            memory: 32 << 10,
            grants: &[("vfs", "write"), ("log", "write"), ("clock", "read")],
            ..PLAIN
        },
        Program {
            name: "blinky",
            about: "blinks",
            priority: 10,
            memory: 8 << 10,
            grants: &[("gpio2", "write"), ("clock", "read")],
            ..PLAIN
        },
        Program {
            name: "store",
            about: "keeps what others tell it",
            memory: 8 << 10,
            mailbox: Some(64),
            supervisor: Some("services"),
            restart: Some("transient"),
            shutdown: Some("wait"),
            names: &["/node/store"],
            grants: &[("namespace(/node)", "read")],
            ..PLAIN
        },
    ];

    static SERVICES: [Service; 1] = [Service {
        service: kernel::service::Service::Ns,
        program: Program {
            name: "ns",
            about: "names by message",
            wasm: &[],
            grants: &[("namespace", "read+write+grant")],
            ..PLAIN
        },
    }];

    /// Four programs, a service, a font and a few keys.
    pub(crate) struct Sample;

    impl Catalogue for Sample {
        fn programs(&self) -> &[Program] {
            &PROGRAMS
        }

        fn services(&self) -> &[Service] {
            &SERVICES
        }

        fn regions(&self, _: ProfileName) -> Vec<Region> {
            vec![Region { name: "font".into(), bytes: Cow::Borrowed(b"font") }]
        }

        fn check_chord(&self, chord: &str) -> Result<(), UnknownKey> {
            let known = ["Enter", "Escape", "Ctrl", "C"];
            match chord.split('+').find(|key| !known.contains(key)) {
                Some(key) => {
                    Err(UnknownKey { key: key.into(), known: known.map(String::from).into() })
                }
                None => Ok(()),
            }
        }
    }
}
