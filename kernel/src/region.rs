//! The memory that capabilities name: regions that the manifest brings, and regions that actors make
//! to pass large things on. Those go with the last capability to them.

use abi::refusal::Refusal;
use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::capability::MemoryRange;
use crate::cspace::Place;
use crate::headroom::is_left_beside;
use crate::limits::REGIONS_MAX;
use crate::manifest;

/// One region.
#[derive(Clone, Debug)]
struct Region {
    bytes: Cow<'static, [u8]>,
    made: Option<Made>,
}

/// A region that an actor made.
#[derive(Clone, Debug)]
struct Made {
    /// Above all capabilities to it.
    root: Place,
    /// The place of the actor that made it.
    maker: usize,
}

/// All regions by number.
#[derive(Clone, Debug)]
pub(crate) struct Regions {
    /// `None` has been given back.
    regions: Vec<Option<Region>>,
    /// How many the manifest brings: those stay.
    fixed: usize,
}

impl Regions {
    /// The regions of a manifest.
    pub(crate) fn new(regions: &[manifest::Region]) -> Regions {
        let regions = regions.iter();
        let regions = regions.map(|region| Region { bytes: region.bytes.clone(), made: None });
        let regions: Vec<Option<Region>> = regions.map(Some).collect();
        Regions { fixed: regions.len(), regions }
    }

    /// The bytes of a range.
    pub(crate) fn bytes(&self, range: MemoryRange) -> &[u8] {
        &self.region(range.region).bytes[range.span()]
    }

    /// The bytes of a range that belong to the image, and so are there for ever.
    pub(crate) fn lasting(&self, range: MemoryRange) -> Option<&'static [u8]> {
        match self.region(range.region).bytes {
            Cow::Borrowed(bytes) => Some(&bytes[range.span()]),
            Cow::Owned(_) => None,
        }
    }

    /// The bytes of a range, unless they belong to the image.
    pub(crate) fn bytes_mut(&mut self, range: MemoryRange) -> Option<&mut [u8]> {
        let region = self.regions[usize::from(range.region)].as_mut();
        match &mut region.expect("a capability keeps its region").bytes {
            Cow::Borrowed(_) => None,
            Cow::Owned(bytes) => Some(&mut bytes[range.span()]),
        }
    }

    /// Makes a region of zeros; its root comes with [`Regions::plant`].
    pub(crate) fn make(&mut self, len: u32) -> Result<MemoryRange, Refusal> {
        let free = self.regions[self.fixed..].iter().position(Option::is_none);
        let index = free.map_or(self.regions.len(), |free| self.fixed + free);
        if self.fixed + REGIONS_MAX <= index {
            return Err(Refusal::NoRoom);
        }
        // The manifest's are numbered by 16 bits, and these come behind them.
        let number = u16::try_from(index).map_err(|_| Refusal::NoRoom)?;
        if !is_left_beside(len as usize) {
            return Err(Refusal::NoRoom);
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len as usize).map_err(|_| Refusal::NoRoom)?;
        bytes.resize(len as usize, 0);
        let region = Some(Region { bytes: Cow::Owned(bytes), made: None });
        match self.regions.get_mut(index) {
            Some(place) => *place = region,
            None => self.regions.push(region),
        }
        Ok(MemoryRange { region: number, offset: 0, len })
    }

    /// Says who made a region and what is above all capabilities to it.
    pub(crate) fn plant(&mut self, number: u16, maker: usize, root: Place) {
        let region = self.regions[usize::from(number)].as_mut().expect("it was just made");
        region.made = Some(Made { root, maker });
    }

    /// What is above all capabilities to a region that an actor made.
    pub(crate) fn root(&self, number: u16) -> Option<Place> {
        let region = self.regions.get(usize::from(number))?.as_ref()?;
        region.made.as_ref().map(|made| made.root)
    }

    /// Gives a region back that an actor made: its bytes.
    pub(crate) fn free(&mut self, number: u16) -> usize {
        let region = self.regions[usize::from(number)].take();
        region.expect("a region is given back once").bytes.len()
    }

    /// Bytes that the actors of a place have made and that are still in use.
    pub(crate) fn made_by(&self, place: usize) -> usize {
        let made = self.regions[self.fixed..].iter().flatten();
        let of_place = |region: &&Region| region.made.as_ref().is_some_and(|by| by.maker == place);
        made.filter(of_place).map(|region| region.bytes.len()).sum()
    }

    /// How many regions actors have made, and their bytes.
    pub(crate) fn made(&self) -> (usize, usize) {
        let made = self.regions[self.fixed..].iter().flatten();
        made.fold((0, 0), |(count, bytes), region| (count + 1, bytes + region.bytes.len()))
    }

    fn region(&self, number: u16) -> &Region {
        self.regions[usize::from(number)].as_ref().expect("a capability keeps its region")
    }
}
