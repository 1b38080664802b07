//! Lists that stay short.

use super::*;

const EXTENT: Extent = Extent { width: 80, height: 48, cell_width: 8, cell_height: 16 };
const INK: Colour = Colour(1);
const ON: Style = Style { ink: INK, paper: Some(Colour(2)) };
const OVER: Style = Style { ink: INK, paper: None };

fn list() -> DisplayList {
    DisplayList::new(EXTENT, Quota::of(EXTENT), Overflow::Refuse).unwrap()
}

fn fill(list: &mut DisplayList, x: u16, y: u16, width: u16, height: u16) {
    let rectangle = Rectangle { origin: Point { x, y }, width, height };
    list.fill(rectangle, INK).unwrap();
}

/// What is shown: where, and the text.
fn shown(list: &DisplayList) -> Vec<(u16, u16, String)> {
    let items = list.items[..list.shown].iter();
    items.map(|item| (item.left, item.right, list.words(item).to_owned())).collect()
}

#[test]
fn what_is_drawn_over_something_takes_it_out() {
    let mut list = list();
    fill(&mut list, 8, 0, 8, 16);
    list.text(Point { x: 8, y: 0 }, OVER, "a").unwrap();
    list.text(Point { x: 0, y: 0 }, ON, "abcd").unwrap();
    list.finish();
    assert_eq!(shown(&list), [(0, 32, "abcd".to_owned())]);
    fill(&mut list, 0, 0, 80, 48);
    list.finish();
    assert_eq!(shown(&list), [(0, 80, String::new())]);
}

#[test]
fn what_is_drawn_over_one_side_of_a_line_shortens_it() {
    let mut list = list();
    list.text(Point { x: 0, y: 0 }, ON, "äbcdef").unwrap();
    fill(&mut list, 36, 0, 44, 16);
    list.finish();
    assert_eq!(shown(&list)[0], (0, 40, "äbcde".to_owned()), "a character that is cut stays");
    list.text(Point { x: 0, y: 0 }, ON, "xy").unwrap();
    list.finish();
    assert_eq!(shown(&list)[0], (16, 40, "cde".to_owned()));
}

#[test]
fn a_line_that_is_typed_takes_no_more_room_the_longer_it_is_edited() {
    let mut list = list();
    fill(&mut list, 0, 0, 80, 48);
    for round in 0..500u16 {
        let len = round * 7 % 9;
        let text = &"abcdefghi"[..usize::from(len)];
        list.text(Point { x: 0, y: 16 }, ON, "> ").unwrap();
        list.text(Point { x: 16, y: 16 }, ON, text).unwrap();
        fill(&mut list, 16 + 8 * len, 16, 80, 16);
        list.text(Point { x: 16 + 8 * (len / 2), y: 16 }, ON, "_").unwrap();
        list.finish();
        assert!(list.items.len() <= 6, "{:?}", shown(&list));
    }
}

#[test]
fn a_frame_in_the_making_is_not_shown() {
    let mut list = list();
    fill(&mut list, 0, 0, 80, 48);
    list.finish();
    assert_eq!(list.take_damage().count(), 1);
    list.text(Point { x: 0, y: 0 }, ON, "later").unwrap();
    assert_eq!((shown(&list).len(), list.take_damage().count()), (1, 0));
    list.finish();
    assert_eq!(shown(&list).len(), 2);
    assert_eq!(list.take_damage().collect::<Vec<Area>>(), [Area::new(0, 0, 40, 16)]);
}

#[test]
fn a_full_list_refuses_and_what_is_over_all_makes_room() {
    let mut list = list();
    let quota = list.quota();
    let refused = (0..2000u16).find_map(|index| {
        let origin = Point { x: index % 40 * 2, y: index / 40 };
        list.fill(Rectangle { origin, width: 1, height: 1 }, INK).err().map(|no| (index, no))
    });
    assert_eq!(refused, Some((quota.items as u16, Refusal::NoRoom)));
    assert_eq!(list.items.capacity(), quota.items, "nothing more was taken");
    let all = Rectangle { origin: Point { x: 0, y: 0 }, width: 80, height: 48 };
    assert_eq!(list.fill(all, INK), Ok(()), "what covers everything needs no room beside it");
    list.finish();
    assert_eq!(shown(&list).len(), 1);
}

#[test]
fn the_ground_forgets_what_was_drawn_first() {
    let quota = Quota { items: 3, text: 8 };
    let mut list = DisplayList::new(EXTENT, quota, Overflow::Forget).unwrap();
    for (index, text) in ["abc", "def", "ghi", "jk"].iter().enumerate() {
        list.text(Point { x: 8, y: 10 * index as u16 }, OVER, text).unwrap();
    }
    list.finish();
    let texts: Vec<String> = shown(&list).into_iter().map(|(.., text)| text).collect();
    assert_eq!(texts, ["def", "ghi", "jk"]);
    assert_eq!(list.text(Point { x: 0, y: 0 }, OVER, "too long a line"), Err(Refusal::NoRoom));
}

#[test]
fn lines_are_cut_at_the_edges() {
    let mut list = list();
    list.text(Point { x: 60, y: 40 }, ON, "abcdef\nbelow").unwrap();
    list.text(Point { x: 80, y: 0 }, ON, "outside").unwrap();
    list.text(Point { x: u16::MAX, y: u16::MAX }, ON, "far\noutside").unwrap();
    list.finish();
    assert_eq!(shown(&list), [(60, 80, "abc".to_owned())]);
}
