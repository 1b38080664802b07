//! The window's own process: shows the pictures it is given, tells what a person does.

use std::cell::RefCell;
use std::io;
use std::io::Read;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;

use abi::input::KeyEvent;
use abi::input::PointerEvent;
use abi::input::key;
use abi::input::modifier;
use devices::keyboard;
use kernel::event::Event;
use minifb::InputCallback;
use minifb::Key;
use minifb::MouseButton;
use minifb::MouseMode;
use minifb::Window;
use minifb::WindowOptions;

use crate::view::link::Said;

/// Frames a second. More often than a display shows them, so that short clicks are seen.
const RATE: usize = 120;

/// Screens smaller than this are shown twice as large.
const SMALL: usize = 480;

/// Shows a window until it is closed or the pictures end.
pub fn run(title: &str, width: usize, height: usize) {
    let scale = if width < SMALL { minifb::Scale::X2 } else { minifb::Scale::X1 };
    let options = WindowOptions { scale, ..WindowOptions::default() };
    match Window::new(title, width, height, options) {
        Ok(window) => show(window, width, height),
        Err(error) => say(&Said::Gone(Some(error.to_string()))),
    }
}

fn show(mut window: Window, width: usize, height: usize) {
    let keys: Rc<RefCell<Vec<Said>>> = Rc::default();
    window.set_input_callback(Box::new(Typing { keys: keys.clone(), ..Typing::default() }));
    window.set_target_fps(RATE);
    let picture = Arc::new(Mutex::new(Incoming { pixels: vec![0; width * height], ended: false }));
    let incoming = Arc::clone(&picture);
    thread::spawn(move || receive(&incoming, width * height));
    say(&Said::Ready);
    let mut before = None;
    while window.is_open() {
        let pixels = {
            let picture = picture.lock().expect("the reader does not panic");
            if picture.ended {
                break;
            }
            picture.pixels.clone()
        };
        if window.update_with_buffer(&pixels, width, height).is_err() {
            break;
        }
        for said in keys.borrow_mut().drain(..) {
            say(&said);
        }
        if let Some(pointer) = pointer(&window)
            && before.replace(pointer) != Some(pointer)
        {
            say(&Said::Input(Event::Pointer(pointer)));
        }
    }
    say(&Said::Gone(None));
}

struct Incoming {
    pixels: Vec<u32>,
    ended: bool,
}

fn receive(incoming: &Mutex<Incoming>, count: usize) {
    let mut bytes = vec![0; 4 * count];
    let mut input = io::stdin().lock();
    loop {
        let read = input.read_exact(&mut bytes);
        let mut incoming = incoming.lock().expect("the window does not panic");
        if read.is_err() {
            incoming.ended = true;
            return;
        }
        for (pixel, word) in incoming.pixels.iter_mut().zip(bytes.chunks_exact(4)) {
            *pixel = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        }
    }
}

fn say(said: &Said) {
    let mut output = io::stdout().lock();
    // A run that has gone hears nothing; the window sees it by the end of the pictures.
    let _ = writeln!(output, "{}", said.line());
    let _ = output.flush();
}

fn pointer(window: &Window) -> Option<PointerEvent> {
    let (x, y) = window.get_mouse_pos(MouseMode::Discard)?;
    let buttons = [(MouseButton::Left, 1), (MouseButton::Right, 2), (MouseButton::Middle, 4)];
    let down = buttons.iter().filter(|(button, _)| window.get_mouse_down(*button));
    // A float becomes the nearest number that a `u16` has.
    Some(PointerEvent { x: x as u16, y: y as u16, buttons: down.map(|(_, bit)| bit).sum() })
}

/// Keys as minifb tells them: a key's change first, then the character it typed, if any.
#[derive(Default)]
struct Typing {
    keys: Rc<RefCell<Vec<Said>>>,
    modifiers: u8,
    is_paused: bool,
}

impl InputCallback for Typing {
    fn add_char(&mut self, code: u32) {
        let Some(text) = char::from_u32(code).filter(|c| !c.is_control()) else { return };
        let mut keys = self.keys.borrow_mut();
        if let Some(Said::Input(Event::Key(last))) = keys.last_mut()
            && last.pressed
            && last.text.is_none()
        {
            last.text = Some(text);
        }
    }

    fn set_key_state(&mut self, key: Key, pressed: bool) {
        let bit = match key {
            Key::LeftShift | Key::RightShift => modifier::SHIFT,
            Key::LeftCtrl | Key::RightCtrl => modifier::CONTROL,
            Key::LeftAlt | Key::RightAlt => modifier::ALT,
            _ => 0,
        };
        if bit != 0 {
            self.modifiers = if pressed { self.modifiers | bit } else { self.modifiers & !bit };
            return;
        }
        let is_command = self.is_paused || self.modifiers & modifier::CONTROL != 0;
        match key {
            Key::Space if pressed && is_command => {
                self.is_paused = !self.is_paused;
                self.keys.borrow_mut().push(Said::Pause);
            }
            Key::Period if pressed && self.is_paused => self.keys.borrow_mut().push(Said::Step),
            _ if self.is_paused => (),
            _ => {
                let text = matches!(key, Key::Enter | Key::NumPadEnter).then_some('\n');
                let text = text.filter(|_| pressed);
                let (key, modifiers) = (usage(key), self.modifiers);
                let event = KeyEvent { key, pressed, modifiers, text };
                self.keys.borrow_mut().push(Said::Input(Event::Key(event)));
            }
        }
    }
}

/// The usage id of a key.
fn usage(pressed: Key) -> u16 {
    match pressed {
        Key::Enter | Key::NumPadEnter => key::ENTER,
        Key::Escape => key::ESCAPE,
        Key::Backspace => key::BACKSPACE,
        Key::Tab => key::TAB,
        Key::Space => key::SPACE,
        Key::Home => key::HOME,
        Key::End => key::END,
        Key::PageUp => key::PAGE_UP,
        Key::PageDown => key::PAGE_DOWN,
        Key::Delete => key::DELETE,
        Key::Left => key::LEFT,
        Key::Right => key::RIGHT,
        Key::Up => key::UP,
        Key::Down => key::DOWN,
        Key::Minus => keyboard::key_of('-'),
        Key::Equal => keyboard::key_of('='),
        Key::LeftBracket => keyboard::key_of('['),
        Key::RightBracket => keyboard::key_of(']'),
        Key::Backslash => keyboard::key_of('\\'),
        Key::Semicolon => keyboard::key_of(';'),
        Key::Apostrophe => keyboard::key_of('\''),
        Key::Backquote => keyboard::key_of('`'),
        Key::Comma => keyboard::key_of(','),
        Key::Period => keyboard::key_of('.'),
        Key::Slash => keyboard::key_of('/'),
        other => letter_or_digit(other),
    }
}

/// Letters and digits are called `A` and `Key1`.
fn letter_or_digit(pressed: Key) -> u16 {
    let name = format!("{pressed:?}");
    let mut characters = name.strip_prefix("Key").unwrap_or(&name).chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) => keyboard::key_of(c.to_ascii_lowercase()),
        _ => 0,
    }
}
