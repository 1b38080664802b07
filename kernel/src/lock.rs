//! Mutexes and semaphores by number: who holds them, and who waits, first come first served.
//!
//! A mutex has at most one owner; a semaphore has permits that belong to nobody, so that one actor
//! can release what another acquired. What is given up goes directly to the first who waits: it
//! holds it before it runs, and nobody who comes later can be quicker. So whoever waits for a mutex
//! waits for its owner, and a semaphore for which somebody waits has no permit.
//!
//! When an actor dies, it leaves the queue in which it waits, and each mutex it held goes to the
//! next. Permits that it acquired stay acquired, as with POSIX semaphores. A number is used again
//! after [`Locks::destroy`]: by then no capability names it.
//!
//! Actors are named by their place; each waits for at most one lock. All queues are lists through
//! one array indexed by place, and the mutexes of one owner a list through the locks. So every
//! operation is O(1), apart from those who are visited, and only creating a lock allocates.

use abi::refusal::Refusal;
use alloc::vec::Vec;

use crate::limits::LOCKS_MAX;

/// Nobody.
const NONE: usize = usize::MAX;

// Every number of a lock fits the word that a capability has for it.
const _: () = assert!(LOCKS_MAX <= u16::MAX as usize);

/// What came of asking for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The asker has it.
    Taken,
    /// The asker stands in its queue now, and will be named when it is its turn.
    Waits,
}

/// The neighbours of a member of a list.
#[derive(Clone, Copy, Debug)]
struct Link {
    previous: usize,
    next: usize,
}

const LOOSE: Link = Link { previous: NONE, next: NONE };

/// A list through an array of links.
#[derive(Clone, Copy, Debug)]
struct List {
    first: usize,
    last: usize,
}

impl List {
    const EMPTY: List = List { first: NONE, last: NONE };

    fn push_back(&mut self, links: &mut [Link], member: usize) {
        links[member] = Link { previous: self.last, next: NONE };
        match links.get_mut(self.last) {
            Some(link) => link.next = member,
            None => self.first = member,
        }
        self.last = member;
    }

    fn remove(&mut self, links: &mut [Link], member: usize) {
        let Link { previous, next } = links[member];
        match links.get_mut(previous) {
            Some(link) => link.next = next,
            None => self.first = next,
        }
        match links.get_mut(next) {
            Some(link) => link.previous = previous,
            None => self.last = previous,
        }
        links[member] = LOOSE;
    }

    fn first(self) -> Option<usize> {
        (self.first != NONE).then_some(self.first)
    }

    fn members(self, links: &[Link]) -> impl Iterator<Item = usize> + '_ {
        core::iter::successors(self.first(), |member| {
            let next = links[*member].next;
            (next != NONE).then_some(next)
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Mutex { owner: Option<usize> },
    Semaphore { permits: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Lock {
    kind: Kind,
    /// Through the places.
    waiters: List,
}

/// Where an actor stands.
#[derive(Clone, Copy, Debug)]
struct Stand {
    /// The lock for which it waits.
    awaited: Option<u16>,
    /// The mutexes it holds, through the locks.
    held: List,
}

/// Every lock there is.
#[derive(Clone, Debug)]
pub struct Locks {
    locks: Vec<Option<Lock>>,
    /// Numbers that can be used again, the next one last.
    free: Vec<u16>,
    stands: Vec<Stand>,
    /// By place: its neighbours in the queue of the lock for which it waits.
    queue_links: Vec<Link>,
    /// By lock: its neighbours among the mutexes of its owner.
    held_links: Vec<Link>,
}

impl Locks {
    /// No locks yet, for actors at this many places.
    pub fn new(places: usize) -> Locks {
        Locks {
            locks: Vec::new(),
            free: Vec::new(),
            stands: alloc::vec![Stand { awaited: None, held: List::EMPTY }; places],
            queue_links: alloc::vec![LOOSE; places],
            held_links: Vec::new(),
        }
    }

    /// How many locks there are.
    pub fn count(&self) -> usize {
        self.locks.iter().flatten().count()
    }

    /// Makes a mutex that nobody holds. Refused with `NoRoom` at [`LOCKS_MAX`].
    pub fn create_mutex(&mut self) -> Result<u16, Refusal> {
        self.create(Kind::Mutex { owner: None })
    }

    /// Makes a semaphore with this many permits. Refused with `NoRoom` at [`LOCKS_MAX`].
    pub fn create_semaphore(&mut self, permits: u32) -> Result<u16, Refusal> {
        self.create(Kind::Semaphore { permits })
    }

    /// Removes a lock. Visits everybody who waited for it, in order: they do so no longer. The
    /// owner of a mutex just has it no more.
    pub fn destroy(&mut self, number: u16, mut visit: impl FnMut(usize)) -> Result<(), Refusal> {
        if let Kind::Mutex { owner: Some(owner) } = self.find(number)?.kind {
            self.stands[owner].held.remove(&mut self.held_links, usize::from(number));
        }
        while let Some(place) = self.take_waiter(number) {
            visit(place);
        }
        self.locks[usize::from(number)] = None;
        self.free.push(number);
        Ok(())
    }

    /// Takes a mutex, or waits for it. Refused with `Locked` if the actor holds it already, because
    /// it would wait for itself.
    pub fn lock(&mut self, number: u16, place: usize) -> Result<Outcome, Refusal> {
        match self.mutex(number)? {
            None => self.give(number, place),
            Some(owner) if owner == place => return Err(Refusal::Locked),
            Some(_) => return Ok(self.wait(number, place)),
        }
        Ok(Outcome::Taken)
    }

    /// Takes a mutex, or is refused with `Locked`.
    pub fn try_lock(&mut self, number: u16, place: usize) -> Result<(), Refusal> {
        if self.mutex(number)?.is_some() {
            return Err(Refusal::Locked);
        }
        self.give(number, place);
        Ok(())
    }

    /// Gives a mutex to the first who waits for it, who is named, or to nobody. Refused with
    /// `NoRight` if the actor does not hold it.
    pub fn unlock(&mut self, number: u16, place: usize) -> Result<Option<usize>, Refusal> {
        if self.mutex(number)? != Some(place) {
            return Err(Refusal::NoRight);
        }
        Ok(self.hand_over(number, place))
    }

    /// Takes a permit, or waits for one.
    pub fn acquire(&mut self, number: u16, place: usize) -> Result<Outcome, Refusal> {
        match self.try_acquire(number) {
            Ok(()) => Ok(Outcome::Taken),
            Err(Refusal::Locked) => Ok(self.wait(number, place)),
            Err(refusal) => Err(refusal),
        }
    }

    /// Takes a permit, or is refused with `Locked`.
    pub fn try_acquire(&mut self, number: u16) -> Result<(), Refusal> {
        let permits = self.permits_mut(number)?;
        *permits = permits.checked_sub(1).ok_or(Refusal::Locked)?;
        Ok(())
    }

    /// Gives a permit to the first who waits for one, who is named, or lays it down. Refused with
    /// `NoRoom` if there are `u32::MAX` already.
    pub fn release(&mut self, number: u16) -> Result<Option<usize>, Refusal> {
        let permits = *self.permits_mut(number)?;
        if let Some(heir) = self.take_waiter(number) {
            assert_eq!(permits, 0, "nobody waits while there is a permit");
            return Ok(Some(heir));
        }
        *self.permits_mut(number)? = permits.checked_add(1).ok_or(Refusal::NoRoom)?;
        Ok(None)
    }

    /// An actor died: it leaves the queue in which it waits, and each mutex it held, in the order
    /// in which it got them, goes to the next. Visits the mutex and who holds it now, if anybody
    /// waited.
    pub fn abandon(&mut self, place: usize, mut visit: impl FnMut(u16, usize)) {
        self.give_up(place);
        while let Some(index) = self.stands[place].held.first() {
            let number = index as u16;
            if let Some(heir) = self.hand_over(number, place) {
                visit(number, heir);
            }
        }
    }

    /// Leaves the queue in which an actor waits; says of which lock.
    pub fn give_up(&mut self, place: usize) -> Option<u16> {
        let number = self.stands[place].awaited.take()?;
        let lock = self.locks[usize::from(number)].as_mut().expect("one waits for what exists");
        lock.waiters.remove(&mut self.queue_links, place);
        Some(number)
    }

    /// Who holds a mutex.
    pub fn owner(&self, number: u16) -> Option<usize> {
        self.mutex(number).ok().flatten()
    }

    /// Who waits for a lock, the next one first.
    pub fn waiters(&self, number: u16) -> impl Iterator<Item = usize> + '_ {
        let waiters = self.find(number).map_or(List::EMPTY, |lock| lock.waiters);
        waiters.members(&self.queue_links)
    }

    /// The mutexes that an actor holds, in the order in which it got them.
    pub fn held_by(&self, place: usize) -> impl Iterator<Item = u16> + '_ {
        self.stands[place].held.members(&self.held_links).map(|index| index as u16)
    }

    /// The lock for which an actor waits.
    pub fn awaited_by(&self, place: usize) -> Option<u16> {
        self.stands[place].awaited
    }

    fn create(&mut self, kind: Kind) -> Result<u16, Refusal> {
        let lock = Some(Lock { kind, waiters: List::EMPTY });
        if let Some(number) = self.free.pop() {
            self.locks[usize::from(number)] = lock;
            return Ok(number);
        }
        if self.locks.len() == LOCKS_MAX {
            return Err(Refusal::NoRoom);
        }
        self.locks.push(lock);
        self.held_links.push(LOOSE);
        Ok((self.locks.len() - 1) as u16)
    }

    fn find(&self, number: u16) -> Result<&Lock, Refusal> {
        let lock = self.locks.get(usize::from(number)).and_then(Option::as_ref);
        lock.ok_or(Refusal::NotFound)
    }

    /// The owner of a mutex.
    fn mutex(&self, number: u16) -> Result<Option<usize>, Refusal> {
        match self.find(number)?.kind {
            Kind::Mutex { owner } => Ok(owner),
            Kind::Semaphore { .. } => Err(Refusal::WrongObject),
        }
    }

    fn permits_mut(&mut self, number: u16) -> Result<&mut u32, Refusal> {
        let lock = self.locks.get_mut(usize::from(number)).and_then(Option::as_mut);
        match &mut lock.ok_or(Refusal::NotFound)?.kind {
            Kind::Semaphore { permits } => Ok(permits),
            Kind::Mutex { .. } => Err(Refusal::WrongObject),
        }
    }

    /// Makes an actor the owner of a mutex that nobody holds.
    fn give(&mut self, number: u16, place: usize) {
        let stand = &mut self.stands[place];
        assert_eq!(stand.awaited, None, "who waits for a lock does not run");
        stand.held.push_back(&mut self.held_links, usize::from(number));
        self.set_owner(number, Some(place));
    }

    /// Gives a mutex from its owner to the next, who is named.
    fn hand_over(&mut self, number: u16, owner: usize) -> Option<usize> {
        self.stands[owner].held.remove(&mut self.held_links, usize::from(number));
        self.set_owner(number, None);
        let heir = self.take_waiter(number)?;
        self.give(number, heir);
        Some(heir)
    }

    fn set_owner(&mut self, number: u16, owner: Option<usize>) {
        let lock = self.locks[usize::from(number)].as_mut().expect("a lock that exists");
        lock.kind = Kind::Mutex { owner };
    }

    fn wait(&mut self, number: u16, place: usize) -> Outcome {
        let stand = &mut self.stands[place];
        assert_eq!(stand.awaited, None, "who waits for a lock does not run");
        stand.awaited = Some(number);
        let lock = self.locks[usize::from(number)].as_mut().expect("a lock that exists");
        lock.waiters.push_back(&mut self.queue_links, place);
        Outcome::Waits
    }

    /// Takes the first of those who wait out of the queue.
    fn take_waiter(&mut self, number: u16) -> Option<usize> {
        let place = self.find(number).ok()?.waiters.first()?;
        self.give_up(place);
        Some(place)
    }
}
