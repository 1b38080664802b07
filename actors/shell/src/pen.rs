//! Drawing by the screen service.

use core::time::Duration;
use sdk::Refusal;
use sdk::clock::Clock;
use sdk::endpoint;
use sdk::endpoint::Endpoint;
use sdk::ui::Colour;
use sdk::ui::Rectangle;
use sdk::ui::Request;
use sdk::ui::TEXT_MAX;

use crate::layout::Layout;

/// How often a full mailbox is tried again before the service is given up.
const TRIES_MAX: u32 = 1000;

/// How long to wait for it each time, if there is a clock.
const PAUSE: Duration = Duration::from_millis(1);

/// A client of the screen service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    service: Endpoint,
    clock: Option<Clock>,
    layout: Layout,
}

impl Pen {
    pub(crate) fn new(service: Endpoint, clock: Option<Clock>, layout: Layout) -> Pen {
        Pen { service, clock, layout }
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&self, rectangle: Rectangle, colour: Colour) -> Result<(), Refusal> {
        self.ask(Request::Fill(rectangle, colour))
    }

    /// Writes text into cells of a row, in as many requests as it needs. Returns its characters.
    pub(crate) fn text(
        &self,
        row: u16,
        column: u16,
        ink: Colour,
        paper: Colour,
        text: &str,
    ) -> Result<u16, Refusal> {
        let mut count = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let (part, later) = rest.split_at(rest.floor_char_boundary(TEXT_MAX.min(rest.len())));
            let at = self.layout.cell(row, column.saturating_add(count));
            self.ask(Request::TextOn(at, ink, paper, part))?;
            count += part.chars().count() as u16;
            rest = later;
        }
        Ok(count)
    }

    /// Asks for something, and waits if the service has too much to do.
    pub(crate) fn ask(&self, request: Request<'_>) -> Result<(), Refusal> {
        for _ in 0..TRIES_MAX {
            match request.send(self.service) {
                Err(Refusal::Full) => match self.clock {
                    Some(clock) => clock.sleep(PAUSE)?,
                    None => endpoint::pass_turn(),
                },
                other => return other,
            }
        }
        Err(Refusal::Full)
    }
}
