//! What a supervisor decides when a child ends: a function of what it knows, without effects.

use crate::manifest::Backoff;
use crate::manifest::Restart;
use crate::manifest::Strategy;
use crate::manifest::SupervisorSpec;
use crate::supervisor::ExitClass;
use crate::time::Duration;

/// Why there is something to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The child ended by itself, or somebody else ended it.
    Exit(ExitClass),
    /// It was to be restarted and did not start.
    FailedStart,
}

/// What is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The child stays down.
    LeaveDown,
    /// The child is restarted, and with it the siblings that the strategy says.
    Restart(Strategy),
    /// That would be one restart too many: the supervisor ends its children and itself.
    GiveUp,
}

/// Decides about one child of a supervisor that has restarted children `restarts` times within its
/// period (OTP: `do_restart`, `add_restart`).
pub fn decide(spec: &SupervisorSpec, restart: Restart, cause: Cause, restarts: usize) -> Decision {
    if !is_restarted(restart, cause) {
        return Decision::LeaveDown;
    }
    if usize::from(spec.intensity) <= restarts {
        return Decision::GiveUp;
    }
    Decision::Restart(spec.strategy)
}

fn is_restarted(restart: Restart, cause: Cause) -> bool {
    match (restart, cause) {
        (Restart::Temporary, _) => false,
        (Restart::Permanent, _) | (Restart::Transient, Cause::FailedStart) => true,
        (Restart::Transient, Cause::Exit(class)) => class == ExitClass::Abnormal,
    }
}

/// How long the `count`th restart of one child within its supervisor's period waits. The first has
/// the number 1.
pub fn delay(backoff: Backoff, count: u32) -> Duration {
    if count < 2 || backoff.first.is_zero() {
        return Duration::ZERO;
    }
    let mut delay = backoff.first;
    for _ in 2..count {
        if backoff.last <= delay {
            break;
        }
        delay = delay.saturating_mul(2);
    }
    delay.min(backoff.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn spec(intensity: u16) -> SupervisorSpec {
        let backoff = Backoff { first: Duration::ZERO, last: Duration::ZERO };
        let period = Duration::from_secs(5);
        SupervisorSpec { strategy: Strategy::RestForOne, intensity, period, backoff }
    }

    #[test]
    fn permanent_always_transient_if_abnormal_temporary_never() {
        let restarts = |restart, class| {
            decide(&spec(1), restart, Cause::Exit(class), 0) != Decision::LeaveDown
        };
        let classes = [ExitClass::Normal, ExitClass::Shutdown, ExitClass::Abnormal];
        let table = classes.map(|class| {
            [Restart::Permanent, Restart::Transient, Restart::Temporary]
                .map(|restart| restarts(restart, class))
        });
        assert_eq!(table, [[true, false, false], [true, false, false], [true, true, false]]);
    }

    #[test]
    fn one_restart_more_than_the_intensity_is_too_many() {
        let after = |restarts| decide(&spec(3), Restart::Permanent, Cause::FailedStart, restarts);
        assert_eq!(after(2), Decision::Restart(Strategy::RestForOne));
        assert_eq!(after(3), Decision::GiveUp);
        let cause = Cause::Exit(ExitClass::Normal);
        assert_eq!(decide(&spec(0), Restart::Permanent, cause, 0), Decision::GiveUp);
    }

    #[test]
    fn delays_double_from_the_second_restart_up_to_the_last() {
        let milliseconds = |first, last| Backoff {
            first: Duration::from_millis(first),
            last: Duration::from_millis(last),
        };
        let delays =
            [0, 1, 2, 3, 4, 5, 1000].map(|count| delay(milliseconds(10, 50), count).as_millis());
        assert_eq!(delays, [0, 0, 10, 20, 40, 50, 50]);
        assert_eq!(delay(milliseconds(10, 5), 2), Duration::from_millis(5));
        assert_eq!(delay(milliseconds(0, 50), 9), Duration::ZERO);
        let longest = Backoff { first: Duration::from_nanos(1), last: Duration::MAX };
        assert_eq!(delay(longest, 1001), Duration::MAX);
    }
}
