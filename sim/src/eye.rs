//! What reads the text on a board's screen, and reads nothing twice.

use std::cell::RefCell;
use std::rc::Rc;

use devices::font::Font;
use devices::reading::Reader;
use devices::reading::Run;
use devices::screen::Screen;

use crate::scenario::plan::BoardPlan;

/// A reader that remembers what it has read.
#[derive(Clone)]
pub struct Eye {
    /// `None` knows no font, so it reads nothing.
    reader: Option<Reader>,
    /// The screen's version that was read last, and what it said.
    last: RefCell<Option<(u64, Rc<[Run]>)>>,
}

impl Eye {
    /// An eye for the font of a board.
    pub fn new(plan: &BoardPlan) -> Eye {
        let font = plan.regions.iter().find(|region| region.name == "font");
        let font = font.and_then(|region| Font::parse(&region.bytes).ok());
        Eye { reader: font.map(|font| Reader::new(&font)), last: RefCell::default() }
    }

    /// The text on the board's screen.
    pub fn read(&self, screen: &Screen) -> Rc<[Run]> {
        let version = screen.version();
        let mut last = self.last.borrow_mut();
        if let Some((read, runs)) = &*last
            && *read == version
        {
            return Rc::clone(runs);
        }
        let reader = self.reader.as_ref();
        let runs = reader.map_or_else(Vec::new, |reader| reader.read(&screen.picture()));
        let runs: Rc<[Run]> = runs.into();
        *last = Some((version, Rc::clone(&runs)));
        runs
    }

    /// The cell of the font; one pixel if there is none.
    pub fn cell(&self) -> (usize, usize) {
        self.reader.as_ref().map_or((1, 1), Reader::cell)
    }
}
