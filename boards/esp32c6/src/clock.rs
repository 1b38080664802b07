//! Time, sleep, and the watchdog that restarts a board whose loop does not come round any more.

use embedded_hal::delay::DelayNs;
use esp_hal::Blocking;
use esp_hal::handler;
use esp_hal::interrupt::wait_for_interrupt;
use esp_hal::peripherals::SYSTIMER;
use esp_hal::rtc_cntl::Rwdt;
use esp_hal::rtc_cntl::RwdtStage;
use esp_hal::time::Duration;
use esp_hal::timer::OneShotTimer;
use esp_hal::timer::systimer::SystemTimer;
use kernel::time::Instant;

/// A slice takes milliseconds, and making an actor of a large module a second or two.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the watchdog is fed, asleep or awake.
const MEAL: Duration = Duration::from_secs(2);

/// The system timer and the watchdog.
pub(crate) struct Clock {
    alarm: OneShotTimer<'static, Blocking>,
    watchdog: Rwdt,
    fed: esp_hal::time::Instant,
}

/// The alarm is on only while the processor sleeps with its interrupts masked, and off again before
/// they are not; so nothing is left to do.
#[handler]
fn ring() {}

impl Clock {
    /// Starts both.
    pub(crate) fn new(timer: SYSTIMER<'static>, mut watchdog: Rwdt) -> Clock {
        let mut alarm = OneShotTimer::new(SystemTimer::new(timer).alarm0);
        alarm.set_interrupt_handler(ring);
        watchdog.set_timeout(RwdtStage::Stage0, PATIENCE);
        watchdog.enable();
        Clock { alarm, watchdog, fed: esp_hal::time::Instant::now() }
    }

    /// Time since power came on.
    pub(crate) fn now(&self) -> Instant {
        let since = esp_hal::time::Instant::now().duration_since_epoch();
        Instant::from_nanos(since.as_micros() * 1_000)
    }

    /// Feeds the watchdog, not more often than it is hungry.
    pub(crate) fn feed(&mut self) {
        if MEAL < self.fed.elapsed() {
            self.watchdog.feed();
            self.fed = esp_hal::time::Instant::now();
        }
    }

    /// Sleeps until an interrupt comes, at most until this instant and a meal of the watchdog;
    /// not at all if `is_awake` says so, which is asked while no interrupt can come between.
    pub(crate) fn sleep(&mut self, until: Option<Instant>, is_awake: impl FnOnce() -> bool) {
        let left = until.map_or(u64::MAX, |until| {
            until.nanos().saturating_sub(self.now().nanos()).div_ceil(1_000)
        });
        let pause = Duration::from_micros(left.min(MEAL.as_micros()));
        critical_section::with(|_| {
            if left == 0 || is_awake() {
                return;
            }
            // A pause of seconds fits into the timer's 52 bits.
            if self.alarm.schedule(pause).is_ok() {
                self.alarm.listen();
                // Masked interrupts end the sleep too; they are taken when the section ends.
                wait_for_interrupt();
            }
            self.alarm.unlisten();
            self.alarm.stop();
            self.alarm.clear_interrupt();
        });
        self.feed();
    }
}

impl DelayNs for Clock {
    fn delay_ns(&mut self, nanos: u32) {
        let end = self.now().saturating_add_nanos(u64::from(nanos));
        while self.now() < end {
            self.sleep(Some(end), || false);
        }
    }
}

impl Drop for Clock {
    /// Nobody feeds the watchdog any more: it would restart a board that has ended.
    fn drop(&mut self) {
        self.watchdog.disable();
    }
}
