//! The commands that reach others: messages, names, and the features of the node.

use alloc::format;
use alloc::string::String;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::message::CAPS_REPLY;
use sdk::abi::message::CAPS_REQUEST;
use sdk::endpoint::Endpoint;
use sdk::namespace;

use crate::address::take_back;
use crate::command::Letter;
use crate::dialogue::Dialogue;
use crate::mail::Mail;
use crate::mail::PATIENCE;
use crate::mail::Silence;
use crate::mail::address;
use crate::mail::line_of;
use crate::palette::Ink;
use crate::population::Target;

/// What to do about a message that was not sent.
fn advice(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Full => ": it has too much to do. Try again",
        Refusal::OutOfRange => ": types from 0xff000000 on are the kernel's own",
        Refusal::TooLong => ": a payload has at most 1024 bytes",
        Refusal::NoSlot => ": it or this shell holds all that it can",
        Refusal::NoRight => ": this shell may not send there",
        _ => "",
    }
}

impl Dialogue {
    /// Sends. What comes back is shown when it comes.
    pub(crate) fn send(&mut self, letter: &Letter) {
        let Some(target) = self.target("send", &letter.to) else { return };
        let sent = self.addresses.next().and_then(|address| {
            let Letter { opcode, payload, .. } = letter;
            target.endpoint.send_with(*opcode, payload, address, Rights::WRITE)
        });
        if let Err(refusal) = sent {
            let advice = advice(refusal);
            self.complain("send", &format_args!("{}: {refusal}{advice}", letter.to));
        }
    }

    /// Sends, and shows the reply.
    pub(crate) fn call(&mut self, letter: &Letter) {
        let Some(target) = self.target("call", &letter.to) else { return };
        let Letter { to, opcode, payload } = letter;
        let reply = self.ask(target, *opcode, payload, |mail, badge| {
            mail.reply(badge, target.id, |message| line_of("reply", message))
        });
        match reply {
            Ok(Ok(line)) => self.say(Ink::Plain, &line),
            Ok(Err(silence)) => self.complain("call", &format_args!("{to}: {}", why(silence))),
            Err(refusal) => {
                let advice = advice(refusal);
                self.complain("call", &format_args!("{to}: {refusal}{advice}"));
            }
        }
    }

    /// Sends with an address of its own and waits as the caller says; then the address is taken
    /// back.
    fn ask<R>(
        &mut self,
        target: Target,
        opcode: u32,
        payload: &[u8],
        wait: impl FnOnce(&mut Mail, u64) -> R,
    ) -> Result<R, Refusal> {
        let badge = self.mail.next_call();
        let address = address(badge)?;
        let sent = target.endpoint.send_with(opcode, payload, address, Rights::WRITE);
        let replied = sent.map(|()| wait(&mut self.mail, badge));
        take_back(address);
        replied
    }

    /// Somebody to send to, or it is said why there is nobody.
    pub(crate) fn target(&mut self, command: &str, word: &str) -> Option<Target> {
        let found = self.population.find(word);
        found.map_err(|nobody| self.complain(command, &nobody)).ok()
    }

    /// Gives a name to this shell, or to an actor that it has.
    pub(crate) fn register(&mut self, name: &str, word: Option<&str>) {
        let Some(names) = self.population.names else {
            return self.lack("register", "a namespace");
        };
        let endpoint = match word {
            None => Endpoint::OWN,
            Some(word) => match self.target("register", word) {
                Some(target) => target.endpoint,
                None => return,
            },
        };
        let hint = match names.register(name, endpoint) {
            Ok(()) => return self.print(Ink::Plain, format_args!("registered {name}")),
            Err(Refusal::Invalid) => "invalid: a name is a word or a path such as /node/local/echo",
            Err(Refusal::Exists) => "already exists: somebody has this name",
            Err(Refusal::NoRight) => "right not held: this shell may not give this name to it",
            Err(Refusal::NoRoom) => "no room left: the table of names is full",
            Err(refusal) => refusal.text(),
        };
        self.complain("register", &format_args!("{name}: {hint}"));
    }

    /// Says who has a name.
    pub(crate) fn look_up(&mut self, name: &str) {
        if self.population.names.is_none() {
            return self.lack("lookup", "a namespace");
        }
        match self.population.look_up(name) {
            Ok(Target { id: None, .. }) => {
                self.print(Ink::Plain, format_args!("{name} is registered"))
            }
            Ok(Target { id: Some(id), .. }) => self.say_name(name, id),
            Err(Refusal::NotFound) => {
                self.complain("lookup", &format_args!("not found: nobody has the name \"{name}\""));
            }
            Err(Refusal::NoRight) => {
                let why = "right not held: the name lies outside of what this shell was given";
                self.complain("lookup", &why);
            }
            Err(refusal) => self.complain("lookup", &refusal),
        }
    }

    /// Shows the features of the node, as its service tells them.
    pub(crate) fn show_features(&mut self) {
        if self.population.names.is_none() {
            return self.lack("caps", "a namespace");
        }
        let mut bytes = [0; 64];
        let node = namespace::node_name(&mut bytes).unwrap_or("local");
        let path = format!("/node/{node}/caps");
        let target = match self.population.look_up(&path) {
            Ok(target) => target,
            Err(refusal) => return self.complain("caps", &format_args!("{path}: {refusal}")),
        };
        let replied = self.ask(target, CAPS_REQUEST, &[], |mail, badge| {
            mail.reply(badge, None, |message| {
                let text = core::str::from_utf8(message.payload()).ok();
                text.filter(|_| message.opcode() == CAPS_REPLY).map(String::from)
            })
        });
        match replied {
            Ok(Ok(Some(text))) => self.say(Ink::Plain, text.trim_end()),
            Ok(Ok(None)) => self.complain("caps", &format_args!("{path} tells no features")),
            Ok(Err(silence)) => self.complain("caps", &why(silence)),
            Err(refusal) => self.complain("caps", &format_args!("{path}: {refusal}")),
        }
    }
}

/// Why there is no reply, in words.
fn why(silence: Silence) -> String {
    match silence {
        Silence::Late => format!("no reply within {} s", PATIENCE.as_secs()),
        Silence::Dead(notice) => format!("it has ended: {}", notice.kind.name()),
        Silence::Interrupted => String::from("given up"),
        Silence::Refused(refusal) => format!("{refusal}"),
    }
}
