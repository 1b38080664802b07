//! Attacks on others' patience and on what there is only so much of.

use core::time::Duration;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::capability;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::ui;
use sdk::vfs;

use crate::forge;
use crate::random::Random;
use crate::report::Report;

/// More than any mailbox or cspace has room for.
const MANY: u32 = 100;

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes asked for at once.
const GROWTH: u32 = 4096;

/// Sends garbage to both services and looks whether they are still there.
pub(crate) fn garbage(report: &mut Report, inbox: &mut Inbox, files: Endpoint, screen: Endpoint) {
    report.strain("garbage for the file service", || {
        let mut random = Random::default();
        let mut payload = [0; 64];
        for round in 0..MANY {
            random.fill(&mut payload);
            let garbage = &payload[..random.word() as usize % payload.len()];
            files.send(random.word() as u32 & 0xffff, garbage)?;
            // With something that the service must not keep.
            files.send_with(99 + round, garbage, Handle::OWN_ENDPOINT, Rights::WRITE)?;
        }
        ask(inbox, files)
    });
    report.strain("garbage for the screen service", || {
        let mut random = Random::default();
        let mut payload = [0; 64];
        for _ in 0..MANY {
            random.fill(&mut payload);
            // Too short for any request that has a payload.
            let opcode =
                [ui::TEXT, ui::FILL, ui::TEXT_ON, 99, 0, 0xffff][random.word() as usize % 6];
            screen.send(opcode, &payload[..random.word() as usize % 8])?;
            // No place on any screen, and no text.
            screen.send(ui::TEXT, &[0xff; 64])?;
            screen.send_with(77, &payload, Handle::OWN_ENDPOINT, Rights::WRITE)?;
        }
        screen.send(ui::FILL, &[0xff; 12]).map(|()| MANY)
    });
}

/// Fills mailboxes, slots and memory to the brim.
pub(crate) fn exhaust(report: &mut Report, inbox: &mut Inbox, files: Endpoint) {
    report.attack("flood of its own mailbox", || {
        (0..MANY).try_for_each(|_| Endpoint::OWN.send(1, b"flood"))
    });
    report.strain("draining it", || drain(inbox));
    report.strain("answers that it does not read", || {
        for _ in 0..MANY {
            vfs::ask_list(files, Handle::OWN_ENDPOINT, 0)?;
        }
        drain(inbox)?;
        ask(inbox, files)
    });
    let mut copies = [Handle::OWN_ENDPOINT; MANY as usize];
    let mut count = 0;
    report.attack("more capabilities than slots", || {
        for place in &mut copies {
            *place = capability::copy(Handle::OWN_ENDPOINT)?;
            count += 1;
        }
        Ok(())
    });
    report.strain("deleting them", || {
        copies[..count].iter().try_for_each(|copied| capability::delete(*copied))?;
        Ok(count as u32)
    });
    report.attack("more memory than is allowed", || {
        for _ in 0..u32::MAX / GROWTH {
            if !forge::grow(GROWTH) {
                return Err(Refusal::NotAvailable);
            }
        }
        Ok(())
    });
    sdk::log!("memory: {} bytes", forge::memory_size());
}

/// Asks for the files and waits for the answer; returns how many there are.
fn ask(inbox: &mut Inbox, files: Endpoint) -> Result<u32, Refusal> {
    vfs::ask_list(files, Handle::OWN_ENDPOINT, 0)?;
    loop {
        let message = inbox.receive_within(PATIENCE)?;
        if message.opcode() == vfs::LIST {
            let listing = vfs::Listing::decode(message.payload());
            return listing.map(|listing| listing.total).ok_or(Refusal::NotAvailable);
        }
    }
}

/// Receives whatever is there; returns how much that was.
fn drain(inbox: &mut Inbox) -> Result<u32, Refusal> {
    let mut count = 0;
    loop {
        match inbox.receive_within(Duration::ZERO) {
            Ok(_) => count += 1,
            Err(Refusal::Timeout) => return Ok(count),
            Err(refusal) => return Err(refusal),
        }
    }
}
