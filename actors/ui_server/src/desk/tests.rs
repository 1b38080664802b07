//! Whatever clients and people do, the screen looks as if all of it had just been painted.

use super::*;
use proptest::prelude::*;
use sdk::abi::graphics::FramebufferInfo;
use sdk::abi::graphics::PixelFormat;
use sdk::abi::input::PointerEvent;
use sdk::ui::Colour;
use sdk::ui::Point;
use sdk::ui::Rectangle;

use crate::band::Style;
use crate::pointer::Pointer;

const WIDTH: u32 = 200;
const HEIGHT: u32 = 120;

struct Screen(Vec<u8>);

impl Target for Screen {
    fn write(&mut self, offset: u32, pixels: &[u8]) -> Result<(), Refusal> {
        let offset = offset as usize;
        self.0[offset..offset + pixels.len()].copy_from_slice(pixels);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        Ok(())
    }
}

fn font() -> Font {
    Font::parse(include_bytes!("../../fonts/spleen-6x12.psf").to_vec()).unwrap()
}

fn band(format: PixelFormat) -> Band<Screen> {
    let stride = WIDTH * format.bytes() as u32;
    let layout = FramebufferInfo { width: WIDTH, height: HEIGHT, stride, format };
    Band::new(Screen(vec![0; layout.size()]), layout).unwrap()
}

fn desk() -> Desk {
    Desk::new(font(), Area::new(0, 0, WIDTH as i32, HEIGHT as i32)).unwrap()
}

fn key(client: u64) -> Key {
    Key { client, badge: 0 }
}

fn open(desk: &mut Desk, client: u64, cells: (u16, u16)) -> Result<Geometry, Refusal> {
    desk.open(key(client), Handle::new(0, client as u32), Some(cells), &format!("client {client}"))
}

/// Something that a client or a person does.
#[derive(Clone, Debug)]
enum Deed {
    Open(u64, (u16, u16)),
    OpenLarge(u64),
    Fill(u64, Rectangle, u32),
    Text(u64, Point, bool, String),
    Finish(u64),
    Point(PointerEvent),
    Die(u64),
    Status(String),
    Switch,
    Show,
}

fn deed() -> impl Strategy<Value = Deed> {
    let client = || 1..6u64;
    let place = || (0..260u16, 0..160u16).prop_map(|(x, y)| Point { x, y });
    let rectangle = (place(), 0..120u16, 0..90u16).prop_map(|(origin, width, height)| Rectangle {
        origin,
        width,
        height,
    });
    let pointer = (place(), 0..2u8).prop_map(|(Point { x, y }, buttons)| PointerEvent {
        x: x % 200,
        y: y % 120,
        buttons,
    });
    prop_oneof![
        2 => (client(), (0..40u16, 0..12u16)).prop_map(|(client, cells)| Deed::Open(client, cells)),
        1 => client().prop_map(Deed::OpenLarge),
        4 => (client(), rectangle, any::<u32>())
            .prop_map(|(client, rectangle, colour)| Deed::Fill(client, rectangle, colour)),
        4 => (client(), place(), any::<bool>(), "[ -~é\n]{0,40}")
            .prop_map(|(client, at, has_paper, text)| Deed::Text(client, at, has_paper, text)),
        3 => client().prop_map(Deed::Finish),
        5 => pointer.prop_map(Deed::Point),
        1 => client().prop_map(Deed::Die),
        1 => "[0-9]{0,9}".prop_map(Deed::Status),
        1 => Just(Deed::Switch),
        3 => Just(Deed::Show),
    ]
}

fn show(desk: &mut Desk, pointer: &mut Pointer, band: &mut Band<Screen>) {
    pointer.drag(desk);
    let arrow = pointer.arrow(desk);
    desk.repaint(band, arrow).unwrap();
}

fn act(desk: &mut Desk, pointer: &mut Pointer, band: &mut Band<Screen>, deed: Deed) {
    // Refusals are part of the play: the desk goes on.
    match deed {
        Deed::Open(client, cells) => {
            let _ = open(desk, client, cells);
        }
        Deed::OpenLarge(client) => {
            let _ = desk.open(key(client), Handle::new(0, 1), None, "a title that is far too long");
        }
        Deed::Fill(client, rectangle, colour) => {
            let _ = desk.list(key(client)).fill(rectangle, Colour(colour));
        }
        Deed::Text(client, at, has_paper, text) => {
            let style = Style { ink: Colour(0xabcdef), paper: has_paper.then_some(Colour(0x123)) };
            let _ = desk.list(key(client)).text(at, style, &text);
        }
        Deed::Finish(client) => desk.finish(key(client)),
        Deed::Point(event) => {
            pointer.happen(event, desk);
        }
        Deed::Die(client) => desk.remove(client),
        Deed::Status(text) => desk.set_status(text),
        Deed::Switch => desk.raise_lowest(),
        Deed::Show => show(desk, pointer, band),
    }
}

proptest! {
    #[test]
    fn what_is_repainted_is_all_that_differs(
        deeds in prop::collection::vec(deed(), 0..60), is_large in any::<bool>()
    ) {
        let format = if is_large { PixelFormat::Bgra8888 } else { PixelFormat::Rgb565 };
        let (mut desk, mut pointer, mut band) = (desk(), Pointer::new(), band(format));
        for deed in deeds {
            act(&mut desk, &mut pointer, &mut band, deed);
        }
        show(&mut desk, &mut pointer, &mut band);
        let shown = band.target.0.clone();
        band.target.0.fill(0x77);
        desk.spoil_area(desk.theme.screen());
        show(&mut desk, &mut pointer, &mut band);
        prop_assert!(shown == band.target.0);
    }

    #[test]
    fn a_client_changes_nothing_outside_of_its_picture(
        deeds in prop::collection::vec(deed(), 0..40)
    ) {
        let (mut desk, mut pointer) = (desk(), Pointer::new());
        let mut band = band(PixelFormat::Bgra8888);
        open(&mut desk, 1, (12, 4)).unwrap();
        show(&mut desk, &mut pointer, &mut band);
        let (before, client) = (band.target.0.clone(), desk.window(0).client);
        for deed in deeds {
            let deed = match deed {
                Deed::Fill(_, rectangle, colour) => Deed::Fill(1, rectangle, colour),
                Deed::Text(_, at, has_paper, text) => Deed::Text(1, at, has_paper, text),
                Deed::Finish(_) => Deed::Finish(1),
                _ => Deed::Show,
            };
            act(&mut desk, &mut pointer, &mut band, deed);
        }
        show(&mut desk, &mut pointer, &mut band);
        let rows = before.chunks(4).zip(band.target.0.chunks(4)).enumerate();
        for (index, (before, after)) in rows {
            let (x, y) = (index as i32 % WIDTH as i32, index as i32 / WIDTH as i32);
            prop_assert!(before == after || client.has(x, y), "{x} {y}");
        }
    }
}

fn event(x: i32, y: i32, buttons: u8) -> PointerEvent {
    PointerEvent { x: x as u16, y: y as u16, buttons }
}

#[test]
fn a_press_into_a_window_gives_it_the_focus_and_is_told_in_its_pixels() {
    let (mut desk, mut pointer) = (desk(), Pointer::new());
    open(&mut desk, 1, (10, 3)).unwrap();
    open(&mut desk, 2, (10, 3)).unwrap();
    assert_eq!(desk.focused().unwrap().key, key(2));
    let client = desk.window(0).client;
    let told = pointer.happen(event(client.left + 3, client.top + 2, 1), &mut desk);
    assert_eq!(told, Some(event(3, 2, 1)));
    assert_eq!(desk.focused().unwrap().key, key(1));
    let told = pointer.happen(event(0, 0, 1), &mut desk);
    assert_eq!(told, Some(event(0, 0, 1)), "while it is pressed it is told of its nearest pixel");
    pointer.happen(event(0, 0, 0), &mut desk);
    assert_eq!(pointer.happen(event(0, 0, 0), &mut desk), None, "and no longer than that");
}

#[test]
fn a_window_follows_the_pointer_that_holds_its_title_until_it_is_let_go() {
    let (mut desk, mut pointer) = (desk(), Pointer::new());
    open(&mut desk, 1, (10, 3)).unwrap();
    let frame = desk.window(0).frame(&desk.theme);
    let (x, y) = (frame.left + 5, frame.top + 5);
    assert_eq!(pointer.happen(event(x, y, 1), &mut desk), None, "the client is not told");
    pointer.happen(event(x + 20, y + 9, 1), &mut desk);
    pointer.happen(event(x + 30, y + 10, 1), &mut desk);
    pointer.drag(&mut desk);
    assert_eq!(desk.window(0).frame(&desk.theme), frame.moved(30, 10));
    pointer.happen(event(x + 40, y + 10, 0), &mut desk);
    pointer.happen(event(x, y, 0), &mut desk);
    pointer.drag(&mut desk);
    assert_eq!(desk.window(0).frame(&desk.theme), frame.moved(40, 10));
}

#[test]
fn no_window_leaves_the_desk() {
    let mut desk = desk();
    open(&mut desk, 1, (10, 3)).unwrap();
    let serial = desk.window(0).serial;
    for (left, top) in [(-9999, -9999), (9999, 9999), (-9999, 9999), (9999, -9999)] {
        desk.move_to(serial, left, top);
        let title = desk.window(0).title_bar(&desk.theme);
        let held = title.within(desk.theme.desk());
        assert!(20 <= held.width() && 12 <= held.height(), "{held:?}");
    }
}

#[test]
fn a_tab_raises_its_window() {
    let mut desk = desk();
    for client in 1..4 {
        open(&mut desk, client, (30, 6)).unwrap();
    }
    let bar = desk.theme.bar();
    assert_eq!(desk.part_at(bar.left + 1, bar.top + 1), Part::Tab(0));
    desk.raise(0);
    assert_eq!(desk.focused().unwrap().key, key(1));
    assert_eq!(desk.part_at(bar.left + 1, bar.top + 1), Part::Tab(2), "tabs keep their places");
    assert_eq!(desk.part_at(bar.right - 1, bar.top + 1), Part::Nothing);
}

#[test]
fn the_focus_goes_to_the_next_window_when_its_client_dies() {
    let mut desk = desk();
    for client in 1..4 {
        open(&mut desk, client, (10, 3)).unwrap();
    }
    desk.remove(3);
    assert_eq!(desk.focused().unwrap().key, key(2));
    desk.remove(1);
    desk.remove(2);
    desk.raise_lowest();
    assert!(desk.focused().is_none());
}

#[test]
fn no_client_takes_the_room_of_others() {
    let mut desk = desk();
    let hostile = |badge| Key { client: 1, badge };
    let opened = (0..100)
        .filter(|badge| desk.open(hostile(*badge), Handle::new(0, 1), None, "mine").is_ok());
    let opened = opened.count();
    assert!(0 < opened && opened < WINDOWS_MAX, "{opened}");
    assert!(open(&mut desk, 2, (10, 3)).is_ok());
}

#[test]
fn who_opens_again_gets_the_same_window() {
    let mut desk = desk();
    let first = open(&mut desk, 1, (10, 3)).unwrap();
    open(&mut desk, 2, (10, 3)).unwrap();
    assert_eq!(open(&mut desk, 1, (40, 9)), Ok(first));
    assert_eq!((desk.windows.len(), desk.focused().unwrap().key), (2, key(1)));
}
