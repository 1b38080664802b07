//! Every power cut that could have been: the board is brought back to each operation of its flash,
//! loses power there in each way, boots again, and must have its files as they were before or after
//! what was being done.
//!
//! Power takes everything from a board but its flash. So a cut is the flash as the run's journal
//! has it at that operation, with the operation cut short, and a fresh world that begins with it;
//! that is the same as playing the run again up to there, and much quicker. Nothing depends on how
//! many threads share the work.

mod matrix;
mod verdict;

pub use matrix::Matrix;
pub use verdict::Verdict;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use devices::flash::CutMode;
use devices::flash::Operation;
use devices::stream::Seed;
use kernel::time::Instant;

use crate::explore::matrix::Cell;
use crate::explore::verdict::Ends;
use crate::explore::verdict::judge;
use crate::journal::Journal;
use crate::runner::Runner;
use crate::runner::Turn;
use crate::scenario::plan::Action;
use crate::scenario::plan::Exploration;
use crate::scenario::plan::FlashCut;
use crate::scenario::plan::Plan;
use crate::storage;
use crate::storage::Tree;

/// Operations that a thread takes at once.
const SHARE: usize = 16;

/// What came of all cuts.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What was being done, how often it was cut, and what that left.
    pub matrix: Matrix,
    /// Cuts in all, the second ones among them.
    pub cuts: u64,
    /// Second cuts, in the worlds after the first ones.
    pub again: u64,
    /// Worlds that were to be cut again and wrote nothing.
    pub quiet: u64,
    /// The cuts that left something broken, in the order of the operations.
    pub broken: Vec<Broken>,
}

/// A cut that left something broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which one.
    pub cut: FlashCut,
    /// The operation of the world after it that was cut too.
    pub again: Option<u64>,
    /// What was being done.
    pub about: String,
    /// What is wrong.
    pub why: String,
    /// What happened from boot on.
    pub trace: Vec<String>,
}

/// One board's worth of what the threads share.
struct Ground<'a> {
    plan: &'a Plan,
    /// The index of the board.
    board: usize,
    exploration: &'a Exploration,
    journal: &'a Journal,
    /// The files before and after each request, in the partition that it writes to.
    ends: Vec<Ends>,
    /// Who uses the flash.
    servers: BTreeSet<String>,
}

/// What one world came to.
struct Fork {
    verdict: Verdict,
    /// What its flash was told.
    journal: Journal,
    trace: Vec<String>,
}

/// Plays all cuts of an exploration. `step` is its place in the plan.
pub fn explore(plan: &Plan, step: usize, journal: &Journal) -> Survey {
    let Action::Explore(exploration) = &plan.steps[step].action else {
        unreachable!("a journal is handed in by an exploration");
    };
    let board = plan.boards.get_index_of(&plan.steps[step].board);
    let board = board.expect("a checked plan's steps are about its boards");
    let requests = journal.requests.iter();
    let ground = Ground {
        plan,
        board,
        exploration,
        journal,
        ends: ends(plan, board, journal),
        servers: requests.map(|request| request.actor.clone()).collect(),
    };
    let cells = play_all(&ground);
    let mut survey = Survey {
        matrix: Matrix::new(journal, &exploration.modes),
        cuts: 0,
        again: 0,
        quiet: 0,
        broken: Vec::new(),
    };
    for cell in cells {
        survey.add(journal, cell);
    }
    survey
}

impl Survey {
    fn add(&mut self, journal: &Journal, cell: Cell) {
        self.cuts += 1;
        self.again += u64::from(cell.again.is_some());
        self.quiet += u64::from(cell.is_quiet);
        let request = journal.told[cell.told].request;
        self.matrix.add(request, cell.cut.mode, &cell.verdict);
        if let Verdict::Broken(why) = cell.verdict {
            let about = journal.requests[request].about.clone();
            let Cell { cut, again, trace, .. } = cell;
            self.broken.push(Broken { cut, again, about, why, trace });
        }
    }

    /// One line for a summary.
    pub fn line(&self) -> String {
        let Survey { cuts, again, quiet, broken, .. } = self;
        let operations = self.matrix.operations();
        let requests = self.matrix.requests();
        let second = match (again, quiet) {
            (0, 0) => String::new(),
            (again, quiet) => {
                format!(
                    " ({again} of them after another cut; {quiet} times nothing was written then)"
                )
            }
        };
        format!(
            "{cuts} in {operations} flash operations of {requests} requests{second}: {} BROKEN",
            broken.len()
        )
    }
}

/// The files before and after each request, in the partition that it writes to.
fn ends(plan: &Plan, board: usize, journal: &Journal) -> Vec<Ends> {
    let flash = plan.boards[board].flash.as_ref().expect("an exploration has flash");
    let mut last = vec![0; journal.requests.len()];
    for (place, told) in journal.told.iter().enumerate() {
        last[told.request] = place;
    }
    let mut image = journal.image.clone();
    let mut known = None;
    let mut ends: Vec<Ends> = Vec::new();
    for (place, told) in journal.told.iter().enumerate() {
        let at = told.operation.at;
        let ranges = flash.partitions.values();
        let range = ranges.copied().find(|(from, len)| *from <= at && at < from + len);
        let partition = range.unwrap_or_default();
        // Requests are numbered in the order of their first operations.
        if told.request == ends.len() {
            let before = read(&image, partition, &mut known);
            ends.push(Ends { partition, before, after: None });
        }
        apply(&mut image, &told.operation, &told.operation.new);
        known = None;
        if last[told.request] == place {
            ends[told.request].after = read(&image, partition, &mut known);
        }
    }
    ends
}

/// What was read of a partition, as long as nothing has changed since.
type Known = Option<((u32, u32), Option<Arc<Tree>>)>;

/// The files of a partition; what is known is not read again.
fn read(image: &[u8], (from, len): (u32, u32), known: &mut Known) -> Option<Arc<Tree>> {
    if let Some((partition, tree)) = known
        && *partition == (from, len)
    {
        return tree.clone();
    }
    let tree = storage::tree(&image[from as usize..][..len as usize]).ok().map(Arc::new);
    *known = Some(((from, len), tree.clone()));
    tree
}

fn apply(image: &mut [u8], operation: &Operation, bytes: &[u8]) {
    image[operation.at as usize..][..bytes.len()].copy_from_slice(bytes);
}

/// Plays all cuts on all processors, and puts them into their order.
fn play_all(ground: &Ground<'_>) -> Vec<Cell> {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let mut cells: Vec<Cell> = thread::scope(|scope| {
        let workers = (0..workers).map(|_| scope.spawn(|| play_shares(ground, &next)));
        let workers: Vec<_> = workers.collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.flat_map(|cells| cells.expect("a worker's panic is ours")).collect()
    });
    cells.sort_by_key(|cell| (cell.told, cell.cut.mode, cell.again));
    cells
}

/// Plays share after share until there are no more.
fn play_shares(ground: &Ground<'_>, next: &AtomicUsize) -> Vec<Cell> {
    let Ground { journal, exploration, .. } = ground;
    let mut cells = Vec::new();
    let mut image = journal.image.clone();
    let mut applied = 0;
    loop {
        let first = next.fetch_add(SHARE, Ordering::Relaxed);
        if journal.told.len() <= first {
            return cells;
        }
        let end = journal.told.len().min(first + SHARE);
        for told in &journal.told[applied..first] {
            apply(&mut image, &told.operation, &told.operation.new);
        }
        for (index, told) in journal.told[..end].iter().enumerate().skip(first) {
            let operation = &told.operation;
            for (which, mode) in exploration.modes.iter().enumerate() {
                let cut = FlashCut { operation: operation.number, mode: *mode };
                if exploration.only.is_some_and(|only| only != cut) {
                    continue;
                }
                let number = (index * exploration.modes.len() + which) as u64;
                cells.extend(play_cut(ground, index, cut, number, &image));
            }
            apply(&mut image, operation, &operation.new);
        }
        applied = end;
    }
}

/// Plays one cut, and, when it is its turn, a second one in the world after it. `image` is the flash
/// before the operation.
fn play_cut(
    ground: &Ground<'_>,
    told: usize,
    cut: FlashCut,
    number: u64,
    image: &[u8],
) -> Vec<Cell> {
    let Ground { journal, exploration, .. } = ground;
    let operation = &journal.told[told].operation;
    let ends = &ground.ends[journal.told[told].request];
    let first = play_fork(ground, &ground.cut(image, operation, cut.mode), ends);
    let cell = |fork: Fork, again, is_quiet| {
        let Fork { verdict, trace, .. } = fork;
        (Cell { told, cut, again, is_quiet, verdict, trace }, fork.journal)
    };
    let (first, after) = cell(first, None, false);
    let is_due = exploration.again != 0 && number.is_multiple_of(exploration.again);
    if !is_due || matches!(first.verdict, Verdict::Broken(_)) {
        return vec![first];
    }
    if after.told.is_empty() {
        return vec![Cell { is_quiet: true, ..first }];
    }
    // What comes after the cut is a run like the first, with one more thing that may be left: what
    // the first cut left.
    let place = (number / exploration.again) as usize % after.told.len();
    let (earlier, later) = after.told.split_at(place);
    let mut image = after.image.clone();
    for told in earlier {
        apply(&mut image, &told.operation, &told.operation.new);
    }
    let second = &later[0];
    let image = ground.cut(&image, &second.operation, cut.mode);
    let own = &self::ends(ground.plan, ground.board, &after)[second.request];
    let is_recovery = !after.requests[second.request].is_message;
    let fork = play_fork(ground, &image, if is_recovery { ends } else { own });
    vec![first, cell(fork, Some(second.operation.number), false).0]
}

/// Plays the world after a cut, which left this on the flash, and judges it.
fn play_fork(ground: &Ground<'_>, image: &[u8], ends: &Ends) -> Fork {
    let mut plan = ground.plan.clone();
    plan.steps.clone_from(&ground.exploration.then);
    let flash = plan.boards[ground.board].flash.as_mut().expect("an exploration has flash");
    flash.image = image.into();
    let mut runner = match Runner::without_power(&plan, ground.board) {
        Ok(runner) => runner,
        Err(error) => return Fork::broken(format!("the kernel refuses to boot: {error}")),
    };
    runner.world_mut().machine_mut(ground.board).begin_journal();
    let mut at_rest: Option<Result<Tree, String>> = None;
    let tree = |runner: &Runner<'_>| {
        let flash = runner.world().machines()[ground.board].flash();
        ends.tree(flash.expect("an exploration has flash").bytes())
    };
    while runner.turn(Instant::LAST) != Turn::Ended {
        if at_rest.is_none() && ground.serves(&runner) {
            at_rest = Some(tree(&runner));
        }
    }
    // Who is asked nothing afterwards is judged by what there is in the end.
    let at_rest = at_rest.unwrap_or_else(|| tree(&runner));
    let verdict = judge(ends, at_rest, runner.failure(), &plan);
    let trace = match &verdict {
        Verdict::Broken(_) => runner.world().trace().lines(),
        _ => Vec::new(),
    };
    let journal = runner.world_mut().machine_mut(ground.board).take_journal();
    Fork { verdict, journal: journal.unwrap_or_default(), trace }
}

impl Fork {
    fn broken(why: String) -> Fork {
        Fork { verdict: Verdict::Broken(why), journal: Journal::default(), trace: Vec::new() }
    }
}

impl Ground<'_> {
    /// The flash after a cut.
    fn cut(&self, image: &[u8], operation: &Operation, mode: CutMode) -> Vec<u8> {
        let name = self.plan.boards.get_index(self.board).expect("it has this board").0;
        let left = operation.after_cut(mode, Seed(self.plan.seed), name);
        let mut image = image.to_vec();
        apply(&mut image, operation, &left);
        image
    }

    /// Whether one of those who use the flash has received its first message.
    fn serves(&self, runner: &Runner<'_>) -> bool {
        let journal = runner.world().machines()[self.board].journal();
        journal
            .is_some_and(|journal| self.servers.iter().any(|server| journal.has_received(server)))
    }
}
