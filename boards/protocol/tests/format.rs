//! The format is what `format.txt` says, byte by byte. Whoever changes it raises
//! [`protocol::message::VERSION`]; this test then writes the file anew, to be reviewed and kept.
//!
//! The file has two parts. The first is every variant of every enum that is said or written down,
//! found by reading zeros behind its number: what it is called, what is in it and how many bytes
//! that takes. The second is one image and one of each message, with numbers that need all their
//! bytes.

use std::borrow::Cow;
use std::fmt::Debug;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use abi::flash::FlashInfo;
use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use abi::handle::Handle;
use abi::input::KeyEvent;
use abi::process::ProcessRecord;
use abi::process::ProcessState;
use abi::refusal::Refusal;
use abi::rights::Rights;
use kernel::Next;
use kernel::authority::Held;
use kernel::authority::Source;
use kernel::call::CallName;
use kernel::capability::Capability;
use kernel::capability::Object;
use kernel::event::Event;
use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::flash::Work;
use kernel::id::ActorId;
use kernel::manifest::ActorManifest;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::manifest::Region;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use kernel::service::Service;
use kernel::time::Duration;
use kernel::time::Instant;
use kernel::trace::Capacity;
use kernel::trace::Record;
use kernel::trace::What;
use protocol::frame::Received;
use protocol::frame::Receiver;
use protocol::frame::Sender;
use protocol::image;
use protocol::image::Content;
use protocol::image::Drive;
use protocol::message::BoardInfo;
use protocol::message::HeapInfo;
use protocol::message::Pace;
use protocol::message::Reply;
use protocol::message::Request;
use protocol::message::VERSION;
use serde::Deserialize;
use serde::Serialize;

/// Behind the number of a variant: enough for whatever is in it.
const ZEROS: usize = 256;

#[test]
fn the_format_changes_only_with_its_version() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("format.txt");
    let approved = fs::read_to_string(&file).unwrap_or_default();
    let current = format!("version {VERSION}\n{}{}", enums(), samples());
    if current == approved {
        return;
    }
    let differs = approved.lines().zip(current.lines()).find(|(a, b)| a != b);
    if approved.lines().next() == current.lines().next() {
        panic!(
            "the format has changed, but `protocol::message::VERSION` is still {VERSION}: raise \
             it, so that firmware and images of before are told from those of now\n{differs:#?}"
        );
    }
    fs::write(&file, current).expect("the sources can be written to");
    panic!("{} was written anew for version {VERSION}: review and keep it", file.display());
}

/// All enums.
fn enums() -> String {
    let mut text = String::new();
    variants::<Request>("Request", &mut text);
    variants::<Reply<'static>>("Reply", &mut text);
    variants::<Event>("Event", &mut text);
    variants::<What>("What", &mut text);
    variants::<Object>("Object", &mut text);
    variants::<ExitReason>("ExitReason", &mut text);
    variants::<Fault>("Fault", &mut text);
    variants::<CallName>("CallName", &mut text);
    variants::<Refusal>("Refusal", &mut text);
    variants::<Work>("Work", &mut text);
    variants::<Next>("Next", &mut text);
    variants::<ProcessState>("ProcessState", &mut text);
    variants::<PixelFormat>("PixelFormat", &mut text);
    variants::<Drive>("Drive", &mut text);
    variants::<EngineKind>("EngineKind", &mut text);
    variants::<Program>("Program", &mut text);
    variants::<Service>("Service", &mut text);
    variants::<GrantObject>("GrantObject", &mut text);
    variants::<Strategy>("Strategy", &mut text);
    variants::<Shutdown>("Shutdown", &mut text);
    variants::<Restart>("Restart", &mut text);
    text
}

/// Every variant of one, by its number.
fn variants<T: Deserialize<'static> + Debug>(name: &str, text: &mut String) {
    let _ = writeln!(text, "\n{name}");
    for number in 0..=u8::MAX {
        let mut bytes = vec![0; ZEROS];
        bytes[0] = number;
        let bytes: &'static [u8] = bytes.leak();
        let Ok((value, rest)) = postcard::take_from_bytes::<T>(bytes) else {
            assert!(number != 0, "{name} has a first variant that can be read from zeros");
            return;
        };
        let _ = writeln!(text, "{number:>3} {:>2} bytes {value:?}", ZEROS - rest.len());
    }
}

/// One image, and one of each message.
fn samples() -> String {
    let mut text = String::from("\nmessages\n");
    for request in requests() {
        line(&mut text, &request);
    }
    for reply in replies() {
        line(&mut text, &reply);
    }
    text += "\nimage\n";
    let image = image::write(&Content { drive: Drive::Host, manifest: manifest() });
    hex(&mut text, &image.expect("all its code can be written down"));
    text
}

/// A message and its bytes on the line, which are read as the same message.
fn line<T: Serialize + Debug>(text: &mut String, message: &T) {
    let mut sender = Sender::default();
    let frame = sender.frame(message).expect("it is short").to_vec();
    let mut receiver = Receiver::default();
    let whole = frame.iter().filter(|byte| {
        matches!(receiver.push(**byte), Some(Received::Message(bytes)) if
            postcard::to_allocvec(message).is_ok_and(|written| written == bytes))
    });
    assert_eq!(whole.count(), 1, "{message:?} is one message");
    let _ = writeln!(text, "{message:?}");
    hex(text, &frame);
}

fn hex(text: &mut String, bytes: &[u8]) {
    for row in bytes.chunks(32) {
        let row: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(text, "    {}", row.join(" "));
    }
}

const NOW: Instant = Instant::from_nanos(0x0123_4567_89ab_cdef);
const WHO: ActorId = ActorId::new(0x0123, 0x0123_4567);
const WHERE: Handle = Handle::new(0x89ab, 0xcd);

fn requests() -> Vec<Request> {
    let events = vec![
        Event::Serial(0xfe),
        Event::Key(KeyEvent { key: 0x1234, pressed: true, modifiers: 3, text: Some('ä') }),
        Event::Pin { pin: 9, high: true },
        Event::Entropy([0xa5; 32]),
        Event::Preempt { actor: WHO.word(), fuel: 0xfedc_ba98_7654_3210 },
    ];
    let pace = Pace { picos_per_fuel: 65_537, switch_nanos: 300 };
    vec![
        Request::Hello,
        Request::Boot { flash: 0x0040_0000 },
        Request::Poll { now: NOW, until: NOW, pace, room: 0x0001_0000, events },
        Request::Processes,
        Request::Authority,
        Request::ReadFlash { at: 0x0012_3000, len: 0x1000 },
        Request::EraseFlash { at: 0x0012_3000 },
        Request::ProgramFlash { at: 0x0012_3400, bytes: vec![0xff, 0, 0x7f] },
        Request::Heap,
    ]
}

fn replies() -> Vec<Reply<'static>> {
    let layout =
        FramebufferInfo { width: 1280, height: 800, stride: 5120, format: PixelFormat::Bgra8888 };
    let board = BoardInfo {
        version: VERSION,
        name: "desk".to_owned(),
        image: 0xdead_beef,
        screen: Some(layout),
        flash: Some(FlashInfo { size: 0x0010_0000, sector: 4096, page: 256, word: 4 }),
    };
    let sent = What::Send {
        to: WHO,
        opcode: 0xff00_0020,
        len: 300,
        capability: Some((Object::Log, Rights::READ | Rights::GRANT)),
    };
    let process = ProcessRecord {
        id: WHO.word(),
        fuel: 1 << 40,
        memory: 0x0001_0000,
        queued: 300,
        priority: 31,
        state: ProcessState::Sleeping,
        restarts: 70_000,
        name: [0x61; ProcessRecord::NAME_BYTES],
    };
    let capability = Capability { object: Object::Log, rights: Rights::ALL, badge: 1 << 63 };
    let from = Some(Source { actor: WHO, handle: WHERE });
    vec![
        Reply::Board(board),
        Reply::Record(Record { at: NOW, slice: 300, actor: Some(WHO), what: sent }, b"text"),
        Reply::Turn { at: NOW },
        Reply::Serial(b"said"),
        Reply::Pin { pin: 9, high: false },
        Reply::Draw { offset: 0x000f_a000, bytes: &[1, 0, 3] },
        Reply::Fill { offset: 0x000f_a000, pixel: &[1, 2, 3, 4], count: 70_000 },
        Reply::Flush,
        Reply::Read { at: 0x0012_3000, len: 256, checksum: 0xdead_beef },
        Reply::Erase { from: 0x0012_3000, to: 0x0012_4000 },
        Reply::Program { at: 0x0012_3400, bytes: &[0xff, 0, 0x7f] },
        Reply::Entropy,
        Reply::Process(process),
        Reply::Held(Held { actor: WHO, handle: WHERE, capability, from }),
        Reply::Flash(&[0; 3]),
        Reply::Polled { at: NOW, next: Next::At(NOW), fuel: 1 << 40, used: 20_000, lost: 300 },
        Reply::Done,
        Reply::Failed("why"),
        Reply::Heap(HeapInfo { bytes: 0x0006_f000, free: 0x0001_2345 }),
    ]
}

fn manifest() -> Manifest {
    let child = ChildSpec {
        restart: Restart::Permanent,
        shutdown: Shutdown::After(Duration::from_nanos(1 << 40)),
    };
    let backoff = Backoff { first: Duration::from_secs(1), last: Duration::from_secs(60) };
    let spec = SupervisorSpec {
        strategy: Strategy::RestForOne,
        intensity: 300,
        period: Duration::from_secs(5),
        backoff,
    };
    let supervisor = SupervisorManifest {
        name: "services".to_owned(),
        parent: Some("above".to_owned()),
        spec,
        child,
    };
    let grant = |object| Grant { object, rights: Rights::ALL };
    let actor = ActorManifest {
        name: "actor".to_owned(),
        program: Program::Wasm(Cow::Borrowed(b"\0asm\x01\0\0\0")),
        priority: 16,
        memory: 0x0001_0000,
        shared: 0x0002_0000,
        mailbox: 128,
        supervisor: Some("services".to_owned()),
        child,
        names: vec!["/node/{identity}".to_owned()],
        grants: vec![
            grant(GrantObject::Endpoint("other".to_owned())),
            grant(GrantObject::Pins(1 << 40)),
            grant(GrantObject::Flash(0x0010_0000, 0x0001_0000)),
        ],
    };
    let owned = Region { name: "owned".to_owned(), bytes: Cow::Owned(vec![1, 2, 3]) };
    Manifest {
        identity: "desk".to_owned(),
        places: 32,
        supervisors: vec![supervisor],
        actors: vec![actor],
        regions: vec![Region { name: "tar".to_owned(), bytes: Cow::Borrowed(b"a tar") }, owned],
        arena: 0x0004_0000,
        trace: Capacity { records: 512, bytes: 16_384 },
        engine: EngineKind::InPlace,
    }
}
