//! Laws of the mailbox, against a model of one list.

use std::collections::VecDeque;

use abi::handle::Handle;
use kernel::id::ActorId;
use kernel::limits::MAILBOX_BYTES;
use kernel::limits::MAILBOX_MESSAGES;
use kernel::limits::PAYLOAD_MAX;
use kernel::mailbox::Envelope;
use kernel::mailbox::Mailbox;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::law::law;

const SENDERS: usize = 4;

#[derive(Clone, Debug)]
enum Step {
    /// A message of this length from this sender; 0 is the kernel.
    Send(usize, usize),
    Take,
}

/// A message as it went in.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    envelope: Envelope,
    payload: Vec<u8>,
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "mailbox::messages_come_out_once_as_they_went_in_and_in_order",
            steps(),
            agrees_with_the_model,
        ),
        law("mailbox::each_sender_is_heard_in_its_order", steps(), order_is_kept),
        law(
            "mailbox::full_is_said_exactly_when_messages_or_bytes_are_used_up",
            vec((0..SENDERS, lengths()), 0..2 * MAILBOX_MESSAGES),
            full_is_exact,
        ),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..SENDERS, lengths()).prop_map(|(sender, len)| Step::Send(sender, len)),
        2 => Just(Step::Take),
    ];
    vec(step, 0..120)
}

/// Short ones fill the mailbox by count, long ones by bytes; both limits can be met exactly.
fn lengths() -> impl Strategy<Value = usize> {
    let exact = MAILBOX_BYTES / MAILBOX_MESSAGES;
    prop_oneof![0..8usize, exact - 1..exact + 2, 0..=PAYLOAD_MAX, Just(PAYLOAD_MAX)]
}

/// The `number`th message of a sender. No two have all of envelope and payload in common.
fn message(sender: usize, number: u32, len: usize) -> Sent {
    let id = (sender != 0).then(|| ActorId::new(sender as u16, 1));
    let capability = number.is_multiple_of(3).then(|| Handle::new(number, sender as u32));
    let badge = u64::from(number) << 32 | sender as u64;
    let envelope = Envelope { sender: id, badge, opcode: number, capability };
    let seed = number as usize * SENDERS + sender;
    Sent { envelope, payload: (0..len).map(|index| (seed + index * 7) as u8).collect() }
}

fn take(mailbox: &mut Mailbox) -> Option<Sent> {
    mailbox.pop(|envelope, head, tail| Sent { envelope, payload: [head, tail].concat() })
}

fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut mailbox = Mailbox::new(MAILBOX_MESSAGES);
    let mut model = VecDeque::new();
    let (mut arrived, mut taken) = (0, 0);
    for step in steps {
        match step {
            Step::Send(sender, len) if mailbox.make_room(len) => {
                let sent = message(sender, arrived as u32, len);
                mailbox.push(sent.envelope, &sent.payload);
                model.push_back(sent);
                arrived += 1;
            }
            Step::Send(..) => (),
            Step::Take => {
                let front = mailbox.front().map(|(envelope, len)| (*envelope, len));
                let expected = model.pop_front();
                prop_assert_eq!(
                    front,
                    expected.as_ref().map(|sent| (sent.envelope, sent.payload.len()))
                );
                taken += u64::from(expected.is_some());
                prop_assert_eq!(take(&mut mailbox), expected);
            }
        }
        prop_assert_eq!(mailbox.len(), model.len());
        prop_assert_eq!(mailbox.is_empty(), model.is_empty());
        prop_assert_eq!(mailbox.arrived(), arrived);
        prop_assert_eq!(mailbox.taken(), taken);
    }
    while let Some(sent) = model.pop_front() {
        prop_assert_eq!(take(&mut mailbox), Some(sent));
    }
    prop_assert_eq!(take(&mut mailbox), None);
    Ok(())
}

/// Each sender numbers what was accepted of it; the receiver must hear 0, 1, 2 … of each.
fn order_is_kept(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut mailbox = Mailbox::new(MAILBOX_MESSAGES);
    let mut sent = [0; SENDERS];
    let mut heard = [0; SENDERS];
    let mut hear = |mailbox: &mut Mailbox| {
        let Some(Sent { envelope, .. }) = take(mailbox) else { return Ok(false) };
        let sender = envelope.sender.map_or(0, ActorId::index);
        prop_assert_eq!(envelope.opcode, heard[sender], "sender {}", sender);
        heard[sender] += 1;
        Ok(true)
    };
    for step in steps {
        match step {
            Step::Send(sender, len) if mailbox.make_room(len) => {
                let next = message(sender, sent[sender], len);
                mailbox.push(next.envelope, &next.payload);
                sent[sender] += 1;
            }
            Step::Send(..) => (),
            Step::Take => {
                hear(&mut mailbox)?;
            }
        }
    }
    while hear(&mut mailbox)? {}
    prop_assert_eq!(sent, heard);
    Ok(())
}

fn full_is_exact(messages: Vec<(usize, usize)>) -> Result<(), TestCaseError> {
    let mut mailbox = Mailbox::new(MAILBOX_MESSAGES);
    let (mut count, mut bytes) = (0, 0);
    for (number, (sender, len)) in messages.into_iter().enumerate() {
        for other in [0, 1, len, PAYLOAD_MAX] {
            let fits = count < MAILBOX_MESSAGES && bytes + other <= MAILBOX_BYTES;
            prop_assert_eq!(mailbox.make_room(other), fits);
        }
        if !mailbox.make_room(len) {
            continue;
        }
        let sent = message(sender, number as u32, len);
        mailbox.push(sent.envelope, &sent.payload);
        count += 1;
        bytes += len;
    }
    // Taking the oldest makes room for exactly its bytes, and one message.
    while let Some((_, len)) = mailbox.front() {
        take(&mut mailbox);
        count -= 1;
        bytes -= len;
        let room = (MAILBOX_BYTES - bytes).min(PAYLOAD_MAX);
        prop_assert!(mailbox.make_room(room));
        prop_assert_eq!(mailbox.make_room(room + 1), bytes + room < MAILBOX_BYTES);
    }
    prop_assert_eq!((count, bytes), (0, 0));
    Ok(())
}
