//! The session: events come in, commands are done, lines go out.

use alloc::format;
use alloc::string::String;
use core::ops::ControlFlow;
use sdk::Refusal;
use sdk::abi::exit::ExitKind;
use sdk::abi::exit::ExitNotice;

use crate::command::Command;
use crate::complete::Candidates;
use crate::complete::Request;
use crate::dialogue::Dialogue;
use crate::editor::Action;
use crate::editor::Editor;
use crate::key::Key;
use crate::mail::Event;
use crate::mail::Front;
use crate::manual::Argument;
use crate::manual::PAGES;
use crate::palette::Ink;

/// The file that is shown first.
const GREETING: &str = "hello.txt";

/// The command that names the features of the node instead of an actor.
const NODE: &str = "node";

impl Dialogue {
    /// Shows the first picture.
    pub(crate) fn greet(&mut self) -> Result<(), Refusal> {
        self.show_greeting(GREETING);
        if let Some(window) = &mut self.fronts.window {
            window.draw_ground()?;
        }
        self.draw_window()
    }

    /// Shows that lines are taken.
    pub(crate) fn invite(&mut self) -> Result<(), Refusal> {
        self.fronts.terminal.as_mut().map_or(Ok(()), |terminal| terminal.prompt())
    }

    /// Waits for an event and does what it means.
    pub(crate) fn step(&mut self) -> Result<ControlFlow<()>, Refusal> {
        let done = match self.mail.next_event()? {
            Event::Key(front, key) => self.press(front, key),
            Event::Message(line) => {
                self.fronts.tell(Ink::Plain, &line)?;
                self.draw_window().map(ControlFlow::Continue)
            }
            Event::Resize(size) => {
                if let Some(terminal) = &mut self.fronts.terminal {
                    terminal.columns = size.columns;
                }
                Ok(ControlFlow::Continue(()))
            }
            Event::Death(notice) => {
                if self.mail.has_lost_terminal(notice.id) {
                    self.fronts.terminal = None;
                    if self.fronts.window.is_none() {
                        return Err(Refusal::Dead);
                    }
                }
                self.mourn(&notice)?;
                self.draw_window().map(ControlFlow::Continue)
            }
            Event::Shutdown => return Ok(ControlFlow::Break(())),
        };
        match done {
            // The screen service is gone, and there is another way to be seen.
            Err(refusal) if self.fronts.terminal.is_some() && self.fronts.window.is_some() => {
                self.fronts.window = None;
                self.fronts.log(&format!("the screen cannot be used any more: {refusal}"))?;
                Ok(ControlFlow::Continue(()))
            }
            done => done,
        }
    }

    /// Says that an actor is no more that this shell knew.
    fn mourn(&mut self, notice: &ExitNotice) -> Result<(), Refusal> {
        let member = self.population.bury(notice.id);
        let name = member.map(|member| format!("{}, actor {}", member.name, notice.id));
        let name = name.unwrap_or_else(|| format!("actor {}", notice.id));
        let how = match (notice.kind, notice.code) {
            (ExitKind::Abnormal, -1) => String::from("abnormal, a fault"),
            (ExitKind::Abnormal, code) => format!("abnormal, exit {code}"),
            (kind, _) => String::from(kind.name()),
        };
        self.fronts.tell(Ink::Dim, &format!("[end] {name}: {how}"))
    }

    fn press(&mut self, front: Front, key: Key) -> Result<ControlFlow<()>, Refusal> {
        let fronts = &mut self.fronts;
        let action = match (front, &mut fronts.window, &mut fronts.terminal) {
            (Front::Window, Some(window), _) => window.press(key, &self.history)?,
            (Front::Terminal, _, Some(terminal)) => terminal.press(key, &self.history)?,
            _ => return Ok(ControlFlow::Continue(())),
        };
        self.fronts.speaking = front;
        match action {
            Action::Enter(line) => {
                self.remember(&line);
                if self.execute(&line)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                if front == Front::Terminal {
                    self.invite()?;
                }
                self.draw_window()?;
            }
            Action::Complete => self.complete()?,
            _ => (),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn execute(&mut self, line: &str) -> Result<ControlFlow<()>, Refusal> {
        let command = Command::parse(line);
        self.population.refresh();
        if self.fronts.speaking == Front::Window && command != Ok(Command::Nothing) {
            self.fronts.log(line.trim())?;
        }
        match command {
            Ok(Command::Nothing) => (),
            Ok(Command::Help(None)) => self.show_manual(),
            Ok(Command::Help(Some(page))) => self.show_page(page),
            Ok(Command::List) => self.list_ids(),
            Ok(Command::Processes) => self.list_processes(),
            Ok(Command::Files(path, is_long)) => self.list_files(path.as_deref(), is_long),
            Ok(Command::Change(path, change)) => self.change_file(&path, &change),
            Ok(Command::Status(path)) => self.show_status(&path),
            Ok(Command::Usage) => self.show_usage(),
            Ok(Command::Sync) => self.sync_files(),
            Ok(Command::Values(errand)) => self.run_errand(&errand),
            Ok(Command::Watch(path)) => return self.watch(&path),
            Ok(Command::Show(name)) => self.show_file(&name),
            Ok(Command::Identity) => self.show_identity(),
            Ok(Command::Whoami) => self.show_whoami(),
            Ok(Command::Load(path, name)) => self.load(&path, name.as_deref()),
            Ok(Command::Reload(word, path)) => self.reload(&word, &path),
            Ok(Command::Send(letter)) => self.send(&letter),
            Ok(Command::Call(letter)) => self.call(&letter),
            Ok(Command::Stop(word)) => self.stop(&word),
            Ok(Command::Register(name, word)) => self.register(&name, word.as_deref()),
            Ok(Command::Lookup(name)) => self.look_up(&name),
            Ok(Command::Held(word)) if word.as_deref() == Some(NODE) => self.show_features(),
            Ok(Command::Held(word)) => self.list_held(word.as_deref()),
            Ok(Command::History) => self.show_history(),
            Ok(Command::Forget) => {
                self.history.clear();
                self.keep_history();
            }
            Ok(Command::Echo(text)) => self.say_bytes(&text),
            Ok(Command::Clear) => self.fronts.clear()?,
            Ok(Command::Exit) => return Ok(ControlFlow::Break(())),
            Err(wrong) => self.print(Ink::Error, format_args!("{wrong}")),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn say_bytes(&mut self, text: &[u8]) {
        let mut printer = self.fronts.printer(Ink::Plain);
        printer.bytes(text);
        printer.text("\n");
        printer.finish();
    }

    /// Completes the word before the cursor, or lists what it can become.
    fn complete(&mut self) -> Result<(), Refusal> {
        let front = self.fronts.speaking;
        let Some(head) = self.editor(front).map(|editor| editor.head()) else { return Ok(()) };
        let Some(request) = Request::of(&head) else { return Ok(()) };
        let candidates = self.candidates(&request);
        if let Some(completion) = candidates.completion() {
            if let Some(editor) = self.editor(front) {
                editor.complete(request.start, &completion);
            }
        } else if candidates.is_empty() {
            return Ok(());
        } else {
            self.fronts.make_room()?;
            self.say(Ink::Dim, &candidates.listed());
        }
        match (front, &mut self.fronts.terminal) {
            (Front::Terminal, Some(terminal)) => terminal.draw(),
            _ => self.draw_window(),
        }
    }

    fn editor(&mut self, front: Front) -> Option<&mut Editor> {
        match front {
            Front::Window => self.fronts.window.as_mut().map(|window| &mut window.editor),
            Front::Terminal => self.fronts.terminal.as_mut().map(|terminal| &mut terminal.editor),
        }
    }

    fn candidates(&mut self, request: &Request) -> Candidates {
        let mut found = Candidates::new(&request.part);
        let argument = request.argument;
        if argument == Argument::Command {
            PAGES.iter().for_each(|page| found.offer(page.name));
        }
        if let Argument::Word(word) = argument {
            found.offer(word);
        }
        if matches!(argument, Argument::File | Argument::Path)
            && let Some(files) = &mut self.files
        {
            let (above, _) = request.part.rsplit_once('/').unwrap_or_default();
            let front = &request.part[..above.len() + usize::from(request.part.contains('/'))];
            // Paths of names begin with a slash, and so do those of files among them.
            let slash = if argument == Argument::Path && front.is_empty() { "/" } else { "" };
            // Whoever does not answer offers nothing.
            let _ = files.list(above, |entry| {
                let end = if entry.status.is_directory { "/" } else { "" };
                found.offer(&format!("{slash}{front}{}{end}", entry.name));
            });
        }
        if argument == Argument::Actor {
            self.population.records().for_each(|record| found.offer(record.name()));
            self.population.members.iter().for_each(|member| found.offer(&member.name));
        }
        if matches!(argument, Argument::Actor | Argument::Name | Argument::Path) {
            let wants_path = argument == Argument::Path;
            // Names that may not be listed are not offered.
            let _ = self.population.each_name("", |name, _| {
                if !wants_path || name.starts_with('/') {
                    found.offer(name);
                }
            });
        }
        found
    }

    /// Draws the window, if there is one.
    /// Shows what was said while a command goes on.
    pub(crate) fn show_now(&mut self) -> Result<(), Refusal> {
        self.draw_window()
    }

    fn draw_window(&mut self) -> Result<(), Refusal> {
        self.fronts.window.as_mut().map_or(Ok(()), |window| window.draw())
    }
}
