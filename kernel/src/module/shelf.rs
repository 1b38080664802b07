//! What is kept and what has to go: by age, then by how long it was not used, until count and bytes
//! hold. It decides about named things of a size and does not know what they are.

use alloc::string::String;
use alloc::vec::Vec;

use crate::module::config::CacheConfig;
use crate::time::Instant;

/// Named things within bounds.
#[derive(Clone, Debug)]
pub struct Shelf<T> {
    limits: CacheConfig,
    /// Least recently used first.
    items: Vec<Item<T>>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Item<T> {
    name: String,
    bytes: usize,
    used: Instant,
    thing: T,
}

/// What was taken from a shelf, with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evicted<T> {
    /// Its name.
    pub name: String,
    /// What it was.
    pub thing: T,
}

impl<T> Shelf<T> {
    /// An empty shelf.
    pub const fn new(limits: CacheConfig) -> Shelf<T> {
        Shelf { limits, items: Vec::new(), bytes: 0 }
    }

    /// Takes away everything that was last used longer ago than the bound.
    pub fn expire(&mut self, now: Instant) -> Vec<Evicted<T>> {
        let ttl = self.limits.ttl;
        let expired = |item: &mut Item<T>| ttl < now.since(item.used);
        let gone: Vec<_> = self.items.extract_if(.., expired).collect();
        self.bytes -= gone.iter().map(|item| item.bytes).sum::<usize>();
        gone.into_iter().map(Item::evicted).collect()
    }

    /// What has this name, which is thereby used. Call [`Shelf::expire`] first.
    pub fn get(&mut self, now: Instant, name: &str) -> Option<&mut T> {
        let index = self.items.iter().position(|item| item.name == name)?;
        let mut item = self.items.remove(index);
        // A clock that is set back does not make things older.
        item.used = item.used.max(now);
        self.items.push(item);
        self.items.last_mut().map(|item| &mut item.thing)
    }

    /// Puts something down in place of what had its name, and takes away what then is too much. What
    /// is larger than the whole shelf does not stay: it is all that is taken away.
    pub fn insert(&mut self, now: Instant, name: &str, bytes: usize, thing: T) -> Vec<Evicted<T>> {
        self.remove(name);
        let item = Item { name: String::from(name), bytes, used: now, thing };
        if self.limits.bytes_max < bytes || self.limits.modules_max == 0 {
            return alloc::vec![item.evicted()];
        }
        let mut evicted = self.expire(now);
        let mut count = 0;
        let (mut bytes_left, mut items_left) = (self.bytes, self.items.len());
        while self.limits.modules_max <= items_left || self.limits.bytes_max - bytes < bytes_left {
            bytes_left -= self.items[count].bytes;
            items_left -= 1;
            count += 1;
        }
        evicted.extend(self.items.drain(..count).map(Item::evicted));
        self.items.push(item);
        self.bytes = bytes_left + bytes;
        assert!(self.bytes <= self.limits.bytes_max && self.items.len() <= self.limits.modules_max);
        evicted
    }

    /// Takes something away.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let index = self.items.iter().position(|item| item.name == name)?;
        let item = self.items.remove(index);
        self.bytes -= item.bytes;
        Some(item.thing)
    }

    /// Takes everything away.
    pub fn clear(&mut self) -> Vec<Evicted<T>> {
        self.bytes = 0;
        self.items.drain(..).map(Item::evicted).collect()
    }

    /// Everything, least recently used first: name, bytes, when it was last used.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize, Instant, &T)> {
        self.items.iter().map(|item| (item.name.as_str(), item.bytes, item.used, &item.thing))
    }

    /// How many things there are.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl<T> Item<T> {
    fn evicted(self) -> Evicted<T> {
        Evicted { name: self.name, thing: self.thing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    fn shelf() -> Shelf<u8> {
        Shelf::new(CacheConfig { modules_max: 2, bytes_max: 10, ttl: Duration::from_secs(1) })
    }

    fn names(shelf: &Shelf<u8>) -> Vec<&str> {
        shelf.iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let (mut shelf, now) = (shelf(), Instant::ZERO);
        shelf.insert(now, "a", 1, 1);
        shelf.insert(now, "b", 1, 2);
        assert_eq!(shelf.get(now, "a"), Some(&mut 1));
        let evicted = shelf.insert(now, "c", 1, 3);
        assert_eq!(evicted, [Evicted { name: "b".into(), thing: 2 }]);
        assert_eq!(names(&shelf), ["a", "c"]);
    }

    #[test]
    fn what_is_larger_than_the_shelf_takes_nothing_away() {
        let (mut shelf, now) = (shelf(), Instant::ZERO);
        shelf.insert(now, "a", 9, 1);
        assert_eq!(shelf.insert(now, "b", 11, 2), [Evicted { name: "b".into(), thing: 2 }]);
        assert_eq!(names(&shelf), ["a"]);
        // But what had its name is gone: it is another thing now.
        shelf.insert(now, "a", 11, 3);
        assert_eq!((shelf.count(), shelf.bytes()), (0, 0));
    }

    #[test]
    fn a_clock_that_is_set_back_expires_nothing() {
        let mut shelf = shelf();
        let late = Instant::from_nanos(5_000_000_000);
        shelf.insert(late, "a", 1, 1);
        assert_eq!(shelf.get(Instant::ZERO, "a"), Some(&mut 1));
        assert!(shelf.expire(Instant::ZERO).is_empty());
        assert!(shelf.expire(late + Duration::from_secs(1)).is_empty());
        assert_eq!(shelf.expire(late + Duration::from_nanos(1_000_000_001)).len(), 1);
    }
}
