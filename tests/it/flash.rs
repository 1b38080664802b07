//! `orrery flash` and what it says to `espflash`: a script takes the program's place, writes down
//! what it is told, and answers for a chip whose flash is a file.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use protocol::image::Drive;
use sim::command::Ending;
use sim::command::build;
use sim::command::flash;
use sim::command::flash::Options;
use sim::command::flash_chip::Consent;
use sim::command::flash_chip::Tool;
use sim::firmware::BoardName;
use sim::partition;
use tempfile::TempDir;

use crate::scenario;

/// What stands in for the program. Beside it lie what it was told and what is in the chip's flash;
/// without the latter there is no chip.
const SCRIPT: &str = r#"#!/bin/sh
case "$1" in --version) echo "espflash 4.7.0"; exit ;; esac
verb=$1
echo "$@" >>"$0.told"
shift $(($# - 3))
case "$verb" in
read-flash)
    test -e "$0.flash" || { echo "no serial ports could be detected" >&2; exit 1; }
    tail -c +$(($1 + 1)) "$0.flash" | head -c $(($2)) >"$3" ;;
save-image) cp "$0.packed" "$3" ;;
esac
"#;

/// Where a description of an application lies in flash, and where in it the application's name.
const DESCRIPTION: usize = 0x1_0020;
const NAME: usize = 0x30;

/// Where the table of partitions lies.
const TABLE: usize = 0x8000;

type Case = fn(&Desk);

pub(crate) fn trials() -> Vec<Trial> {
    if !cfg!(unix) {
        let name = "flash::skipped_because_this_computer_has_no_shell";
        return vec![Trial::test(name, || Ok(())).with_ignored_flag(true)];
    }
    let cases: [(&str, Case); 8] = [
        ("a_chip_that_is_ours_or_empty_is_written_without_a_question", ours),
        ("somebody_elses_chip_is_not_written_without_a_terminal", no_terminal),
        ("somebody_elses_chip_is_written_when_a_person_agrees", asked),
        ("somebody_elses_chip_is_written_with_yes", given),
        ("without_a_chip_nothing_is_written", no_chip),
        ("a_file_is_packed_without_a_chip", packed),
        ("a_chip_that_would_not_start_is_not_packed", no_table),
        ("another_espflash_is_refused", other_version),
    ];
    let cases = cases.map(|(name, case)| Trial::test(format!("flash::{name}"), move || run(case)));
    cases.into_iter().chain([itself()]).collect()
}

/// What the program itself packs. It takes a long time to install, so the gate does without.
fn itself() -> Trial {
    let found = Command::new("espflash").arg("--version").output();
    if !found.is_ok_and(|output| output.status.success()) {
        let name = "flash::espflash_itself_packs_a_chip skipped: needs espflash";
        return Trial::test(name, || Ok(())).with_ignored_flag(true);
    }
    Trial::test("flash::espflash_itself_packs_a_chip", || {
        let desk = Desk::new();
        let file = desk.folder.path().join("chip.bin");
        let ending = desk.flash_by("espflash".into(), Consent::Missing, Some(file.clone()));
        assert_eq!(ending, Ending::Passed);
        desk.assert_packed(&file);
        Ok(())
    })
}

fn run(case: Case) -> Result<(), Failed> {
    case(&Desk::new());
    Ok(())
}

/// A computer with the program, and the chip that may be connected to it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().expect("there is room for a folder") };
        desk.install(SCRIPT);
        desk
    }

    fn install(&self, script: &str) {
        fs::write(self.program(), script).expect("there is room for a file");
        executable(&self.program());
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("espflash")
    }

    /// Connects a chip with an application of this name, or with none.
    fn connect(&self, name: Option<&str>) {
        let blank = || vec![u8::MAX; partition::FLASH_BYTES];
        let flash = name.map_or_else(blank, with_application);
        fs::write(self.folder.path().join("espflash.flash"), flash).expect("there is room");
    }

    fn flash(&self, consent: Consent, image: Option<PathBuf>) -> Ending {
        self.flash_by(self.program(), consent, image)
    }

    fn flash_by(&self, program: PathBuf, consent: Consent, image: Option<PathBuf>) -> Ending {
        let board = BoardName::Esp32c6;
        let build = build::Options {
            board,
            scenario: scenario::root().join(board.population()),
            drive: Drive::Board,
            builder: scenario::builder(),
            out: self.folder.path().join("out"),
        };
        let port = Some("/dev/ttyACM7".to_owned());
        let tool = Tool { program, port, consent };
        flash::run(&Options { build, image, tool })
    }

    /// A file is what a chip starts from, with the image that was built.
    fn assert_packed(&self, file: &Path) {
        let bytes = fs::read(file).expect("it was packed");
        let (at, _) = partition::place(partition::IMAGE);
        let image = self.folder.path().join("out/esp32c6/orrery.img");
        assert_eq!(bytes[at..], fs::read(image).expect("it was built"), "it lies in its partition");
        assert_eq!(bytes[TABLE..TABLE + 2], [0xaa, 0x50], "there is a table of partitions");
        assert_eq!(bytes[0], 0xe9, "there is a boot loader");
    }

    /// What the program was told, without the folder's name.
    fn told(&self) -> Vec<String> {
        let told = self.folder.path().join("espflash.told");
        let told = fs::read_to_string(told).unwrap_or_default();
        let folder = self.folder.path().join("out/esp32c6/").display().to_string();
        told.lines().map(|line| line.replace(&folder, "")).collect()
    }
}

/// A flash with our partitions and an application of this name.
fn with_application(name: &str) -> Vec<u8> {
    let mut flash = partition::flash(&[], &[]).expect("nothing fits");
    flash[0] = 0xe9;
    flash[DESCRIPTION..DESCRIPTION + 0x100].fill(0);
    flash[DESCRIPTION..DESCRIPTION + 4].copy_from_slice(&0xabcd_5432_u32.to_le_bytes());
    let at = DESCRIPTION + NAME;
    flash[at..at + name.len()].copy_from_slice(name.as_bytes());
    flash
}

#[cfg(unix)]
fn executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[cfg(not(unix))]
fn executable(_: &Path) {}

const READ: &str =
    "read-flash --chip esp32c6 --port /dev/ttyACM7 --non-interactive 0x8000 0x9000 found.bin";
const FLASH: &str = "flash --chip esp32c6 --port /dev/ttyACM7 --non-interactive \
     --partition-table-offset 0x8000 --partition-table partitions.csv esp32c6.elf";
const WRITE: &str =
    "write-bin --chip esp32c6 --port /dev/ttyACM7 --non-interactive 0x190000 orrery.img";

fn ours(desk: &Desk) {
    desk.connect(Some("board_esp32c6"));
    assert_eq!(desk.flash(Consent::Missing, None), Ending::Passed);
    assert_eq!(desk.told(), [READ, FLASH, WRITE]);
    desk.connect(None);
    assert_eq!(desk.flash(Consent::Missing, None), Ending::Passed);
    assert_eq!(desk.told()[3..], [READ, FLASH, WRITE]);
}

fn no_terminal(desk: &Desk) {
    desk.connect(Some("blink"));
    assert_eq!(desk.flash(Consent::Missing, None), Ending::Refused);
    assert_eq!(desk.told(), [READ]);
}

fn asked(desk: &Desk) {
    desk.connect(Some("blink"));
    let answers: [fn() -> Option<String>; 3] =
        [|| None, || Some(String::new()), || Some("no".to_owned())];
    for answer in answers {
        assert_eq!(desk.flash(Consent::Asked(answer), None), Ending::Refused);
    }
    assert!(desk.told().iter().all(|line| line.starts_with("read-flash")), "nothing is written");
    let yes = Consent::Asked(|| Some("y\n".to_owned()));
    assert_eq!(desk.flash(yes, None), Ending::Passed);
    // A person who is there can be asked by the program as well.
    let interactive = |line: &str| line.replace(" --non-interactive", "");
    assert_eq!(desk.told()[3..], [READ, FLASH, WRITE].map(interactive));
}

fn given(desk: &Desk) {
    desk.connect(Some("blink"));
    assert_eq!(desk.flash(Consent::Given, None), Ending::Passed);
    assert_eq!(desk.told(), [READ, FLASH, WRITE]);
}

fn no_chip(desk: &Desk) {
    assert_eq!(desk.flash(Consent::Given, None), Ending::Failed);
    assert_eq!(desk.told(), [READ]);
}

/// Has the program pack this much of a chip with our firmware.
fn pack(desk: &Desk, bytes: impl FnOnce(&mut [u8])) -> PathBuf {
    let mut packed = with_application("board_esp32c6");
    packed.truncate(0x2_0000);
    bytes(&mut packed);
    let file = desk.folder.path().join("espflash.packed");
    fs::write(file, packed).expect("there is room");
    desk.folder.path().join("chip.bin")
}

fn packed(desk: &Desk) {
    let file = pack(desk, |_| ());
    assert_eq!(desk.flash(Consent::Missing, Some(file.clone())), Ending::Passed);
    let told = desk.told();
    let save = "save-image --flash-size 4mb --merge --skip-padding --chip esp32c6 \
         --partition-table-offset 0x8000 --partition-table partitions.csv esp32c6.elf";
    assert!(told.len() == 1 && told[0].starts_with(save), "{told:?}");
    desk.assert_packed(&file);
    let again = desk.flash(Consent::Given, Some(file));
    assert_eq!(again, Ending::Refused, "a file is never overwritten");
}

fn no_table(desk: &Desk) {
    let file = pack(desk, |packed| packed[TABLE..TABLE + 0xc00].fill(u8::MAX));
    assert_eq!(desk.flash(Consent::Missing, Some(file)), Ending::Failed);
}

fn other_version(desk: &Desk) {
    desk.connect(None);
    desk.install(&SCRIPT.replace("4.7.0", "3.3.0"));
    assert_eq!(desk.flash(Consent::Given, None), Ending::Refused);
    assert_eq!(desk.told(), [""; 0]);
}
