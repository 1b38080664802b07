//! Who can reach what, and through whom: one line for each capability, and the question whether
//! one of them leads to some object.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write;
use std::rc::Rc;

use abi::rights::Rights;
use kernel::authority::Held;
use kernel::authority::Source;
use kernel::capability::Capability;
use kernel::capability::Object;
use kernel::manifest::GrantObject;

use crate::cast::Cast;

/// The columns of the lines.
pub const HEADING: &str = " board    actor        slot   object                           \
                           rights           badge  derived from";

/// Who could reach what at some moment, on every board. It becomes text when it is shown.
#[derive(Clone, Debug, Default)]
pub struct Authority(Vec<(Rc<Cast>, Vec<Held>)>);

impl Authority {
    /// Of boards in the order of the scenario.
    pub fn of(boards: impl Iterator<Item = (Rc<Cast>, Vec<Held>)>) -> Authority {
        Authority(boards.collect())
    }
}

impl fmt::Display for Authority {
    /// One line for each capability, below a heading.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADING}")?;
        self.0.iter().try_for_each(|(cast, held)| f.write_str(&rows(cast.board(), cast, held)))
    }
}

/// One line for each capability of a board.
pub fn rows(board: &str, cast: &Cast, held: &[Held]) -> String {
    rows_where(board, cast, held, |_| true)
}

/// The lines of one actor among them.
pub fn rows_of(board: &str, cast: &Cast, held: &[Held], actor: &str) -> String {
    rows_where(board, cast, held, |one| *cast.name(one.actor) == *actor)
}

fn rows_where(
    board: &str,
    cast: &Cast,
    held: &[Held],
    is_wanted: impl Fn(&Held) -> bool,
) -> String {
    let sources: BTreeMap<Source, Option<Source>> = held.iter().map(step).collect();
    let mut text = String::new();
    for capability in held.iter().filter(|one| is_wanted(one)) {
        let Held { actor, handle, capability: Capability { object, rights, badge }, .. } =
            capability;
        let badge = if *badge == 0 { "-".to_owned() } else { badge.to_string() };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            " {board:<8} {:<12} {:<6} {:<32} {:<16} {badge:<6} {}",
            cast.life(*actor),
            format!("{handle:?}"),
            cast.object(object),
            rights.to_string(),
            chain(cast, &sources, capability.from),
        );
    }
    text
}

/// A capability and what it was derived from.
fn step(held: &Held) -> (Source, Option<Source>) {
    (Source { actor: held.actor, handle: held.handle }, held.from)
}

/// All that a capability was derived from, the nearest first: `vfs.1 0:0 ← kernel`.
fn chain(cast: &Cast, sources: &BTreeMap<Source, Option<Source>>, from: Option<Source>) -> String {
    let mut text = String::new();
    let mut next = from;
    // Every source is held by somebody, and nothing is derived from itself.
    while let Some(source) = next {
        let _ = write!(text, "← {} {:?} ", cast.life(source.actor), source.handle);
        next = sources.get(&source).copied().flatten();
    }
    text.push_str("← kernel");
    text
}

/// Whether an actor holds a capability to this object or a part of it.
pub fn reaches(cast: &Cast, held: &[Held], actor: &str, wanted: &GrantObject) -> bool {
    let mut held = held.iter().filter(|held| *cast.name(held.actor) == *actor);
    held.any(|held| leads_to(cast, &held.capability, wanted))
}

/// Whether a capability, with whatever right, leads to this object or a part of it.
fn leads_to(cast: &Cast, capability: &Capability, wanted: &GrantObject) -> bool {
    if capability.rights == Rights::NONE {
        return false;
    }
    match (wanted, &capability.object) {
        (GrantObject::Endpoint(name), object) => {
            object.actor().is_some_and(|id| *cast.name(id) == **name)
        }
        (GrantObject::Child(name), Object::Child(id))
        | (GrantObject::Directory(name), Object::Directory(id)) => *cast.name(*id) == **name,
        (GrantObject::Region(name), Object::Memory(range)) => cast.region(range.region) == name,
        (GrantObject::Pins(wanted), Object::Pins(held)) => wanted & held != 0,
        (GrantObject::Framebuffer, Object::Framebuffer)
        | (GrantObject::Log, Object::Log)
        | (GrantObject::Clock, Object::Clock)
        | (GrantObject::Entropy, Object::Entropy)
        | (GrantObject::Keyboard, Object::Keyboard)
        | (GrantObject::Pointer, Object::Pointer)
        | (GrantObject::Serial, Object::Serial)
        | (GrantObject::Processes, Object::Processes) => true,
        (GrantObject::Namespace(wanted), Object::Namespace(number)) => {
            let held = cast.prefix(*number);
            is_below(wanted, held) || is_below(held, wanted)
        }
        (GrantObject::Spawner(wanted), Object::Spawner(number)) => {
            let held = (*number != 0).then(|| cast.supervisor(*number));
            wanted.as_deref() == held
        }
        (GrantObject::Interrupt(wanted), Object::Interrupt(held)) => wanted == held,
        (GrantObject::Ports(first, count), Object::Ports(held)) => {
            let end = u32::from(*first) + u32::from(*count);
            let held_end = u32::from(held.first) + u32::from(held.count);
            u32::from(*first) < held_end && u32::from(held.first) < end
        }
        (GrantObject::Flash(first, len), Object::Flash(held)) => {
            let end = u64::from(*first) + u64::from(*len);
            let held_end = u64::from(held.offset) + u64::from(held.len);
            u64::from(*first) < held_end && u64::from(held.offset) < end
        }
        _ => false,
    }
}

/// Whether a path is a prefix or lies below it. The empty prefix is everything.
fn is_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use abi::handle::Handle;
    use kernel::capability::PortRange;
    use kernel::id::ActorId;
    use kernel::time::Duration;

    use super::*;
    use crate::report::Report;
    use crate::runner::run;
    use crate::scenario::load::parse;
    use crate::stock::Stock;

    /// What comes of these steps in a world in which `chaos` traps.
    fn played(steps: &str) -> Report {
        let text = format!(
            "name: a\nversion: 1\nboard: pc\nramdisk: {{ a.txt: Hello }}\n\
             regions: {{ orders: t }}\nsupervisors: {{ services: {{}} }}\nactors:\n  \
             vfs:\n  ui_server:\n  shell:\n  \
             chaos: {{ grants: {{ log: write, vfs: write, ui_server: write, clock: read, \
             orders: read, gpio5: write }} }}\nsteps:\n{steps}"
        );
        let plans = parse("a.yaml".as_ref(), text, "".as_ref(), &Stock);
        let plan = plans.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).remove(0);
        run(&plan).unwrap()
    }

    /// What was seen instead; nothing if the steps came true.
    fn seen_instead(steps: &str) -> String {
        played(steps).failure.map_or_else(String::new, |failure| failure.seen)
    }

    #[test]
    fn a_table_follows_each_capability_up_to_the_kernel() {
        let report = played("  - wait-serial: \"shell: ready\"\n  - snapshot: authority\n");
        let boot = " pc       shell.1      2:0    endpoint ui_server.1             \
                    write            -      ← kernel\n";
        let passed = " pc       ui_server.1  8:0    endpoint shell.1                 \
                      write            2      ← shell.1 6:0 ← shell.1 0:0 ← kernel\n";
        let at_boot = report.authority_at_boot.to_string();
        assert!(at_boot.starts_with(HEADING), "{at_boot}");
        assert!(at_boot.contains(boot), "{at_boot}");
        assert!(!at_boot.contains(passed), "{at_boot}");
        let at_the_end = report.authority().to_string();
        assert!(at_the_end.contains(passed), "{at_the_end}");
    }

    #[test]
    fn an_actor_reaches_what_it_was_given_and_nothing_else() {
        let steps = "  - never: { actor: shell, reaches: gpio5 }\n  \
                     - never: { actor: shell, reaches: orders }\n  \
                     - never: { actor: shell, reaches: namespace }\n  \
                     - never: { actor: shell, reaches: child(vfs) }\n  \
                     - expect: { actor: shell, reaches: vfs }\n  \
                     - expect: { actor: chaos, reaches: gpio5 }\n  \
                     - expect: { actor: chaos, reaches: orders }\n  \
                     - wait: { actor: ui_server, reaches: shell }\n";
        assert_eq!(seen_instead(steps), "");
        let wrong = seen_instead("  - never: { actor: chaos, reaches: gpio5 }\n");
        assert!(wrong.starts_with("chaos holds:\n"), "{wrong}");
        assert!(wrong.contains(" gpio5 ") && !wrong.contains("shell.1 "), "{wrong}");
    }

    #[test]
    fn the_dead_reach_nothing_and_are_not_preempted() {
        let steps = "  - wait: { actor: chaos, exited: abnormal, within: 20s }\n  \
                     - expect: { actor: chaos, restarts: 0 }\n  \
                     - expect: { actor: chaos, generation: 1 }\n  \
                     - never: { actor: chaos, reaches: log }\n  \
                     - preempt: { actor: shell, fuel: 5 }\n  - interrupt: 5\n  - delay: 1ms\n";
        let report = played(steps);
        assert!(report.failure.is_none(), "{:?}", report.failure);
        assert!(report.trace().contains("input    preempt shell.1 at 5\n"));
        assert!(report.trace().contains("input    interrupt 5\n"));
        let again = "  - wait: { actor: chaos, exited: abnormal, within: 20s }\n  \
                     - expect: { actor: chaos, exited: abnormal }\n";
        assert_eq!(seen_instead(again), "the ends of chaos so far: abnormal");
        let late = "  - wait: { actor: chaos, state: dead, within: 20s }\n  \
                    - preempt: { actor: chaos, fuel: 5 }\n  - delay: 1s\n";
        let report = played(late);
        assert_eq!(report.steps, 1);
        assert_eq!(report.failure.map(|failure| failure.seen), Some("chaos is dead".into()));
    }

    #[test]
    fn a_part_leads_to_the_whole_and_another_object_does_not() {
        let text = "name: a\nversion: 1\nboard: pc\nsupervisors: { services: {} }\n\
                    actors: { echo: { grants: { namespace(/node): read } } }\nsteps: []\n";
        let plans = parse("a.yaml".as_ref(), text.into(), "".as_ref(), &Stock).unwrap();
        let plan = &plans[0].boards["pc"];
        let mut cast = Cast::new(plan, &plan.manifest("pc"), Duration::ZERO);
        let echo = ActorId::new(0, 1);
        cast.enter(echo, "echo");
        let name = || "echo".to_owned();
        let ports = Object::Ports(PortRange { first: 0x60, count: 5 });
        let cases = [
            (GrantObject::Endpoint(name()), Object::Child(echo), true),
            (GrantObject::Endpoint(name()), Object::Directory(echo), true),
            (GrantObject::Child(name()), Object::Child(echo), true),
            (GrantObject::Child(name()), Object::Endpoint(echo), false),
            (GrantObject::Directory(name()), Object::Directory(echo), true),
            (GrantObject::Pins(0b100), Object::Pins(0b110), true),
            (GrantObject::Pins(0b001), Object::Pins(0b110), false),
            (GrantObject::Namespace(String::new()), Object::Namespace(0), true),
            (GrantObject::Namespace("/node/x".into()), Object::Namespace(0), true),
            (GrantObject::Namespace("/nodes".into()), Object::Namespace(0), false),
            (GrantObject::Spawner(None), Object::Spawner(0), true),
            (GrantObject::Spawner(None), Object::Spawner(1), false),
            (GrantObject::Spawner(Some("services".into())), Object::Spawner(1), true),
            (GrantObject::Interrupt(5), Object::Interrupt(5), true),
            (GrantObject::Interrupt(5), Object::Interrupt(6), false),
            (GrantObject::Ports(0x64, 10), ports, true),
            (GrantObject::Ports(0x65, 10), ports, false),
            (GrantObject::Log, Object::Clock, false),
        ];
        for (wanted, object, leads) in cases {
            let capability = Capability { object, rights: Rights::GRANT, badge: 0 };
            assert_eq!(leads_to(&cast, &capability, &wanted), leads, "{wanted:?} {object:?}");
            let nothing = Capability { rights: Rights::NONE, ..capability };
            assert!(!leads_to(&cast, &nothing, &wanted), "{wanted:?} without any right");
        }
        let capability = Capability { object: Object::Log, rights: Rights::NONE, badge: 7 };
        let own = Source { actor: echo, handle: Handle::OWN_ENDPOINT };
        let held = Held { actor: echo, handle: Handle::new(2, 1), capability, from: Some(own) };
        let row = " left     echo.1       1:2    log                              \
                   none             7      ← echo.1 0:0 ← kernel\n";
        assert_eq!(rows_of("left", &cast, &[held], "echo"), row);
        assert_eq!(rows_of("left", &cast, &[held], "vfs"), "");
    }
}
