//! What reads the text on a board's screen, and reads nothing twice.

use std::borrow::Cow;
use std::cell::OnceCell;
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
    /// The file of the font, if there is one.
    font: Option<Cow<'static, [u8]>>,
    /// Made when something is read for the first time. `None` knows no font, so it reads nothing.
    reader: OnceCell<Option<Rc<Reader>>>,
    /// The screen's version that was read last, and what it said.
    last: RefCell<Option<(u64, Rc<[Run]>)>>,
}

impl Eye {
    /// An eye for the font of a board.
    pub fn new(plan: &BoardPlan) -> Eye {
        let font = plan.regions.iter().find(|region| region.name == "font");
        let font = font.map(|region| region.bytes.clone());
        Eye { font, reader: OnceCell::new(), last: RefCell::default() }
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
        let runs = self.reader().map_or_else(Vec::new, |reader| reader.read(&screen.picture()));
        let runs: Rc<[Run]> = runs.into();
        *last = Some((version, Rc::clone(&runs)));
        runs
    }

    /// The cell of the font; one pixel if there is none.
    pub fn cell(&self) -> (usize, usize) {
        self.reader().map_or((1, 1), Reader::cell)
    }

    fn reader(&self) -> Option<&Reader> {
        let made = self.reader.get_or_init(|| {
            let font = Font::parse(self.font.as_ref()?).ok()?;
            Some(Rc::new(Reader::new(&font)))
        });
        made.as_deref()
    }
}
