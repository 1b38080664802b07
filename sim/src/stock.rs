//! What every scenario can use without bringing it along: the actors of the first image, the
//! services of the kernel image, the fonts that fit the screens, and the keys of the keyboard.

use std::borrow::Cow;

use abi::message;
use devices::keyboard;
use image::program::Program;
use kernel::manifest::Region;

use crate::scenario::catalogue::Catalogue;
use crate::scenario::catalogue::Service;
use crate::scenario::catalogue::UnknownKey;
use crate::scenario::profile::ProfileName;

/// Priority of the services: a little above the actors of the image, who ask them.
const SERVICE_PRIORITY: u8 = 20;

/// What a service is that says nothing of itself.
const PLAIN: Program = Program {
    name: "",
    about: "",
    wasm: &[],
    priority: SERVICE_PRIORITY,
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

/// The services of the kernel image in the order of their names.
pub static SERVICES: &[Service] = &[
    Service {
        service: kernel::service::Service::Caps,
        program: Program {
            name: "caps",
            about: "tells which features the node has",
            names: &["/node/{identity}/caps"],
            grants: &[("processes", "read"), ("spawner", "read")],
            opcodes: &[
                (message::CAPS_REQUEST, "features"),
                (message::CAPS_REPLY, "features_reply"),
            ],
            ..PLAIN
        },
    },
    Service {
        service: kernel::service::Service::Ns,
        program: Program {
            name: "ns",
            about: "registers and finds names by message",
            names: &["ns", "/sys/ns", "/node/{identity}"],
            grants: &[("namespace", "read+write+grant")],
            opcodes: &[
                (message::NS_REGISTER, "register"),
                (message::NS_LOOKUP, "lookup"),
                (message::NS_LIST, "list"),
                (message::NS_MOUNT, "mount"),
                (message::NS_UNMOUNT, "unmount"),
                (message::NS_REPLY, "names_reply"),
            ],
            ..PLAIN
        },
    },
];

/// The image as a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Stock;

impl Catalogue for Stock {
    fn programs(&self) -> &[Program] {
        image::PROGRAMS
    }

    fn services(&self) -> &[Service] {
        SERVICES
    }

    fn regions(&self, profile: ProfileName) -> Vec<Region> {
        let font = image::font(profile.font()).expect("the image has the profiles' fonts");
        vec![Region { name: "font".to_owned(), bytes: Cow::Borrowed(font.psf) }]
    }

    fn check_chord(&self, chord: &str) -> Result<(), UnknownKey> {
        let known = || keyboard::names().map(str::to_owned).collect();
        keyboard::chord(chord).map(drop).map_err(|key| UnknownKey { key, known: known() })
    }
}
