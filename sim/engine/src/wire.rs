//! What an instance's task and its owner say to each other: one order in, one report out.

use core::future::poll_fn;
use core::task::Poll;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;

use kernel::engine::ExternalEntry;
use kernel::engine::ExternalExit;
use kernel::engine::Outside;

use crate::view::View;

/// What the task shall do next.
pub(crate) enum Order {
    Enter { outside: Box<dyn Outside>, fuel: u64, entry: ExternalEntry },
    Answer { outside: Box<dyn Outside>, fuel: u64, word: u64 },
    Refuel { outside: Box<dyn Outside>, fuel: u64 },
    Grow(u64),
    Global(String),
}

/// What it has done.
pub(crate) enum Report {
    Stopped { outside: Box<dyn Outside>, fuel: u64, exit: ExternalExit },
    Grown(bool),
    Global(Option<u32>),
}

/// Both ends of the wire are held by one thread; the lock is never waited for.
#[derive(Clone, Default)]
pub(crate) struct Wire(Arc<Mutex<Slots>>);

#[derive(Default)]
struct Slots {
    order: Option<Order>,
    report: Option<(Report, View)>,
}

impl Wire {
    /// Leaves an order for the task.
    pub(crate) fn order(&self, order: Order) {
        self.slots().order = Some(order);
    }

    /// Takes the task's report, if there is one, with where its memory lies now.
    pub(crate) fn take_report(&self) -> Option<(Report, View)> {
        self.slots().report.take()
    }

    /// Leaves a report and waits for the next order.
    pub(crate) async fn report(&self, report: Report, view: View) -> Order {
        self.slots().report = Some((report, view));
        self.next().await
    }

    /// Waits for an order.
    pub(crate) async fn next(&self) -> Order {
        poll_fn(|_| match self.slots().order.take() {
            Some(order) => Poll::Ready(order),
            None => Poll::Pending,
        })
        .await
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().expect("who holds it does not panic")
    }
}
