//! The tree of supervisors: who stands under whom, and how each decides. What is left out is as
//! OTP has it (Erlang/OTP documentation, module `supervisor`).

use std::time::Duration;

use kernel::limits::INTENSITY_MAX;
use kernel::limits::NAME_MAX;
use kernel::limits::SUPERVISORS_MAX;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use serde_saphyr::Spanned;

use crate::scenario::check_word::duration;
use crate::scenario::check_word::name;
use crate::scenario::check_word::number;
use crate::scenario::raw::RawBackoff;
use crate::scenario::raw::RawSupervisor;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Entries;
use crate::scenario::word::Word;
use crate::unit;

/// How a supervisor of which nothing is said decides.
const SPEC: SupervisorSpec = SupervisorSpec {
    strategy: Strategy::OneForOne,
    intensity: 1,
    period: Duration::from_secs(5),
    backoff: Backoff { first: Duration::ZERO, last: Duration::ZERO },
};

/// How the one above treats it.
const SUPERVISOR: ChildSpec = ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::Wait };

/// How a supervised actor is treated of which nothing is said.
pub(crate) const WORKER: ChildSpec =
    ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::After(Duration::from_secs(5)) };

const STRATEGIES: [(&str, Strategy); 3] = [
    ("one-for-one", Strategy::OneForOne),
    ("one-for-all", Strategy::OneForAll),
    ("rest-for-one", Strategy::RestForOne),
];

const RESTARTS: [(&str, Restart); 3] = [
    ("permanent", Restart::Permanent),
    ("transient", Restart::Transient),
    ("temporary", Restart::Temporary),
];

/// A supervisor and where it is written under whom it stands.
struct Entry<'a> {
    key: &'a Word,
    under: Option<&'a Word>,
    manifest: SupervisorManifest,
}

/// The supervisors of a board, parents before children, otherwise as they are written.
pub(crate) fn supervisors(
    report: &mut Report,
    raw: Option<&Spanned<Entries<Option<RawSupervisor>>>>,
) -> Vec<SupervisorManifest> {
    let Some(raw) = raw else { return Vec::new() };
    let written = &raw.value.0;
    // The root is one of them.
    let count_max = SUPERVISORS_MAX - 1;
    if let Some((key, _)) = written.get(count_max) {
        let mistake = Mistake::new("too many supervisors")
            .label(format!("one more than the {count_max} that a kernel takes"));
        report.refuse(key, mistake);
        return Vec::new();
    }
    let default = RawSupervisor::default();
    let names: Vec<&str> = written.iter().map(|(key, _)| key.value.as_str()).collect();
    let mut entries = Vec::new();
    for (key, raw) in written {
        name(report, key, "a supervisor", NAME_MAX);
        let raw = raw.as_ref().unwrap_or(&default);
        let under = raw.under.as_ref();
        let parent = under.and_then(|word| {
            let unknown = || Mistake::unknown("supervisor", &word.value, names.iter().copied());
            let found = names.contains(&word.value.as_str()).then(|| word.value.clone());
            report.accept(word, found.ok_or_else(unknown))
        });
        let spec = spec(report, raw);
        let child = child(report, SUPERVISOR, raw.restart.as_ref(), raw.shutdown.as_ref());
        let manifest = SupervisorManifest { name: key.value.clone(), parent, spec, child };
        entries.push(Entry { key, under, manifest });
    }
    sorted(report, entries)
}

fn spec(report: &mut Report, raw: &RawSupervisor) -> SupervisorSpec {
    let strategy = raw
        .strategy
        .as_ref()
        .and_then(|word| report.accept(word, named("strategy", &word.value, &STRATEGIES)));
    let intensity = raw.intensity.as_ref().and_then(|word| {
        let number = number(report, word, "number of restarts", u64::from(INTENSITY_MAX))?;
        u16::try_from(number).ok()
    });
    let period = raw.period.as_ref().and_then(|word| {
        let period = duration(report, word)?;
        let mistake = Mistake::new("`period` is no time at all")
            .label("restarts are counted within it")
            .hint("write for example `period: 5s`");
        report.accept(word, if period.is_zero() { Err(mistake) } else { Ok(period) })
    });
    let backoff = raw.backoff.as_ref().and_then(|raw| backoff(report, raw));
    SupervisorSpec {
        strategy: strategy.unwrap_or(SPEC.strategy),
        intensity: intensity.unwrap_or(SPEC.intensity),
        period: period.unwrap_or(SPEC.period),
        backoff: backoff.unwrap_or(SPEC.backoff),
    }
}

fn backoff(report: &mut Report, raw: &Spanned<RawBackoff>) -> Option<Backoff> {
    let first = duration(report, &raw.value.first);
    let last = duration(report, &raw.value.last);
    let (first, last) = (first?, last?);
    if last < first {
        let mistake = Mistake::new("`last` is shorter than `first`")
            .label("a back-off grows")
            .hint("write for example `backoff: { first: 10ms, last: 1s }`");
        report.refuse(&raw.value.last, mistake);
    }
    Some(Backoff { first, last })
}

/// How a supervisor treats a child, from what is said of it and otherwise `default`.
pub(crate) fn child(
    report: &mut Report,
    default: ChildSpec,
    restart_word: Option<&Word>,
    shutdown_word: Option<&Word>,
) -> ChildSpec {
    let restart = restart_word.and_then(|word| report.accept(word, restart(&word.value)));
    let shutdown = shutdown_word.and_then(|word| report.accept(word, shutdown(&word.value)));
    ChildSpec {
        restart: restart.unwrap_or(default.restart),
        shutdown: shutdown.unwrap_or(default.shutdown),
    }
}

/// Whether a child that has ended is started again.
pub(crate) fn restart(text: &str) -> Result<Restart, Mistake> {
    named("restart", text, &RESTARTS)
}

/// How a child is ended.
pub(crate) fn shutdown(text: &str) -> Result<Shutdown, Mistake> {
    match text {
        "kill" => Ok(Shutdown::Kill),
        "wait" => Ok(Shutdown::Wait),
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => unit::duration(text)
            .map(Shutdown::After)
            .map_err(|error| Mistake::unit("duration", text, error)),
        _ => Err(Mistake::unknown("shutdown", text, ["kill", "wait"])
            .label("expected `kill`, `wait` or how long to wait, such as `5s`")),
    }
}

fn named<T: Copy>(what: &str, text: &str, known: &[(&str, T)]) -> Result<T, Mistake> {
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| Mistake::unknown(what, text, known.iter().map(|(name, _)| *name)))
}

/// Puts parents before children. Whoever stands under itself is reported and left out.
fn sorted(report: &mut Report, mut left: Vec<Entry>) -> Vec<SupervisorManifest> {
    let mut sorted: Vec<SupervisorManifest> = Vec::new();
    let is_ready = |entry: &Entry, sorted: &[SupervisorManifest]| {
        let parent = entry.manifest.parent.as_ref();
        parent.is_none_or(|parent| sorted.iter().any(|above| above.name == *parent))
    };
    while let Some(index) = left.iter().position(|entry| is_ready(entry, &sorted)) {
        sorted.push(left.remove(index).manifest);
    }
    let circle = left.iter().find_map(|entry| Some((entry, circle(&left, entry)?)));
    if let Some((entry, circle)) = circle {
        let name = quoted(&entry.key.value);
        let mistake = Mistake::new(format!("supervisor {name} stands under itself"))
            .label(circle)
            .hint("one of them stands under another, or under none");
        report.refuse(entry.under.unwrap_or(entry.key), mistake);
    }
    sorted
}

/// The way from a supervisor up to itself, if there is one: `a under b under a`.
fn circle(entries: &[Entry], entry: &Entry) -> Option<String> {
    let start = &entry.manifest;
    let mut way = quoted(&start.name);
    let mut here = start;
    for _ in entries {
        let parent = here.parent.as_ref()?;
        here = &entries.iter().find(|entry| entry.manifest.name == *parent)?.manifest;
        way = format!("{way} under {}", quoted(&here.name));
        if here.name == start.name {
            return Some(way);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use kernel::manifest::GrantObject;

    use super::*;
    use crate::scenario::catalogue::sample::Sample;
    use crate::scenario::load::parse;
    use crate::scenario::plan::ActorPlan;
    use crate::scenario::plan::BoardPlan;

    fn board(contents: &str) -> BoardPlan {
        let text = format!("name: a\nversion: 1\nboard: pc\n{contents}steps: []\n");
        let plans = parse(Path::new("a.yaml"), text, Path::new(""), &Sample);
        let plan = plans.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).remove(0);
        plan.boards["pc"].clone()
    }

    fn after(millis: u64) -> Shutdown {
        Shutdown::After(Duration::from_millis(millis))
    }

    #[test]
    fn what_is_left_out_of_a_supervisor_is_as_otp_has_it() {
        let board = board("supervisors: { services: }\nactors: { vfs: }\n");
        let [services] = board.supervisors.as_slice() else { panic!("one supervisor") };
        assert_eq!(services.parent, None);
        assert_eq!(services.spec, SPEC);
        assert_eq!((SPEC.intensity, SPEC.period), (1, Duration::from_secs(5)));
        assert_eq!(services.child, SUPERVISOR);
    }

    #[test]
    fn a_supervisor_is_as_it_is_written() {
        let board = board(
            "supervisors:\n  top: { strategy: rest-for-one, intensity: 0, period: 1min,\n    \
             restart: temporary, shutdown: kill, backoff: { first: 10ms, last: 1s } }\n",
        );
        let millis = Duration::from_millis;
        let expected = SupervisorManifest {
            name: "top".into(),
            parent: None,
            spec: SupervisorSpec {
                strategy: Strategy::RestForOne,
                intensity: 0,
                period: millis(60_000),
                backoff: Backoff { first: millis(10), last: millis(1000) },
            },
            child: ChildSpec { restart: Restart::Temporary, shutdown: Shutdown::Kill },
        };
        assert_eq!(format!("{:?}", board.supervisors), format!("{:?}", [expected]));
    }

    #[test]
    fn parents_come_before_children_and_otherwise_the_order_stays() {
        let board = board(
            "supervisors: { c: { under: b }, x: {}, b: { under: a }, d: { under: a }, a: {} }\n",
        );
        let names: Vec<&str> = board.supervisors.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["x", "a", "b", "c", "d"]);
        assert_eq!(board.supervisors[3].parent.as_deref(), Some("b"));
    }

    #[test]
    fn a_supervised_actor_is_permanent_and_another_temporary() {
        let board = board(
            "supervisors: { services: {} }\nactors:\n  vfs: { supervisor: services }\n  \
             shell:\n  blinky: { restart: transient }\n  \
             other: { program: vfs, supervisor: services, restart: temporary, shutdown: 100ms }\n",
        );
        let children: Vec<ChildSpec> =
            board.actors.iter().map(|actor| actor.manifest.child).collect();
        let child = |restart, shutdown| ChildSpec { restart, shutdown };
        let expected = [
            child(Restart::Permanent, after(5000)),
            child(Restart::Temporary, Shutdown::Kill),
            child(Restart::Transient, after(5000)),
            child(Restart::Temporary, after(100)),
        ];
        assert_eq!(children, expected);
        let above: Vec<Option<&str>> =
            board.actors.iter().map(|actor| actor.manifest.supervisor.as_deref()).collect();
        assert_eq!(above, [Some("services"), None, None, Some("services")]);
    }

    #[test]
    fn an_actor_has_what_its_programs_manifest_says_unless_the_scenario_says_otherwise() {
        let board = board(
            "supervisors: { services: {}, others: {} }\nactors:\n  store:\n  \
             mine: { program: store, mailbox: 0x20, supervisor: others, restart: permanent,\n    \
             shutdown: 1s, names: [mine, /mine], grants: { child(store): read } }\n  vfs:\n",
        );
        let [store, mine, vfs] = board.actors.as_slice() else { panic!("three actors") };
        let of = |actor: &ActorPlan| {
            let manifest = &actor.manifest;
            (manifest.mailbox, manifest.child, manifest.supervisor.clone(), manifest.names.clone())
        };
        let child = |restart, shutdown| ChildSpec { restart, shutdown };
        let transient = child(Restart::Transient, Shutdown::Wait);
        let services = Some("services".to_owned());
        assert_eq!(of(store), (64, transient, services, vec!["/node/store".into()]));
        let permanent = child(Restart::Permanent, after(1000));
        let names = vec!["mine".into(), "/mine".into()];
        assert_eq!(of(mine), (32, permanent, Some("others".into()), names));
        assert_eq!(of(vfs), (16, ChildSpec::TEMPORARY, None, Vec::new()));
        let objects = [store, mine].map(|actor| actor.manifest.grants[0].object.clone());
        let (prefix, child) =
            (GrantObject::Namespace("/node".into()), GrantObject::Child("store".into()));
        assert_eq!(objects, [prefix, child]);
    }
}
