//! What is wrong with a text that somebody wrote, shown as the compiler shows it.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;

/// A place in a text; both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A text and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path as the user gave it.
    pub path: PathBuf,
    /// Its contents.
    pub text: String,
}

impl Source {
    /// The place of this byte. A byte behind the end or inside a character counts as the nearest
    /// place before it.
    pub fn place(&self, byte: usize) -> Place {
        let before = &self.text[..self.text.floor_char_boundary(byte)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The byte at this place, or the end of its line or of the text if there is none.
    pub fn byte(&self, place: Place) -> usize {
        let line_start = match place.line.checked_sub(2) {
            None => 0,
            Some(newlines) => match self.text.match_indices('\n').nth(newlines) {
                Some((newline, _)) => newline + 1,
                None => return self.text.len(),
            },
        };
        let line = self.text[line_start..].split('\n').next().unwrap_or_default();
        let column = place.column.saturating_sub(1);
        let in_line = line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte);
        line_start + in_line
    }

    /// This range, moved to where characters begin and inside the text. An empty range becomes the
    /// word or character that begins there: the parser knows only where a map begins.
    fn visible(&self, bytes: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(bytes.start);
        let end = self.text.floor_char_boundary(bytes.end).max(start);
        if start < end {
            return start..end;
        }
        let rest = &self.text[start..];
        let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let next = rest.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        start..start + word.max(next)
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// Which bytes of the source are; `None` if the source itself is missing.
    pub bytes: Option<Range<usize>>,
    /// What is said beside them, such as what was expected.
    pub label: String,
    /// What to do.
    pub hint: Option<String>,
}

/// All mistakes found in one source, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    /// The source.
    pub source: Source,
    /// The mistakes in the order of their places.
    pub list: Vec<Diagnostic>,
}

/// How diagnostics look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Text alone, for files and pipes.
    Plain,
    /// With the terminal's colours.
    Coloured,
}

impl Diagnostics {
    /// Where a mistake is.
    pub fn place(&self, diagnostic: &Diagnostic) -> Option<Place> {
        diagnostic.bytes.as_ref().map(|bytes| self.source.place(bytes.start))
    }

    /// All mistakes, one below the other with an empty line between.
    pub fn render(&self, look: Look) -> String {
        let renderer = match look {
            Look::Plain => Renderer::plain(),
            Look::Coloured => Renderer::styled(),
        };
        let shown: Vec<String> =
            self.list.iter().map(|diagnostic| self.render_one(diagnostic, &renderer)).collect();
        shown.join("\n\n")
    }

    fn render_one(&self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
        let path = self.source.path.to_string_lossy();
        let mut group = Group::with_title(Level::ERROR.primary_title(&diagnostic.message));
        if let Some(bytes) = &diagnostic.bytes {
            let mut mark = AnnotationKind::Primary.span(self.source.visible(bytes));
            if !diagnostic.label.is_empty() {
                mark = mark.label(&diagnostic.label);
            }
            group = group.element(Snippet::source(&self.source.text).path(&*path).annotation(mark));
        }
        if let Some(hint) = &diagnostic.hint {
            group = group.element(Level::HELP.message(hint));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Look::Plain))
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { path: "a.yaml".into(), text: text.into() }
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let source = source("größe\nzwei");
        assert_eq!(source.place(0), Place { line: 1, column: 1 });
        assert_eq!(source.place(4), Place { line: 1, column: 4 });
        assert_eq!(source.place(8), Place { line: 2, column: 1 });
        assert_eq!(source.place(999), Place { line: 2, column: 5 });
        assert_eq!(source.byte(Place { line: 1, column: 4 }), 4);
        assert_eq!(source.byte(Place { line: 2, column: 2 }), 9);
        assert_eq!(source.byte(Place { line: 2, column: 99 }), 12);
        assert_eq!(source.byte(Place { line: 99, column: 1 }), 12);
    }

    #[test]
    fn a_mistake_is_shown_with_its_line_and_underlined() {
        let list = vec![Diagnostic {
            message: "unknown step `wiat`".into(),
            bytes: Some(10..14),
            label: "not a step".into(),
            hint: Some("did you mean `wait`?".into()),
        }];
        let shown = Diagnostics { source: source("steps:\n - wiat: x\n"), list }.to_string();
        assert_eq!(
            shown,
            "error: unknown step `wiat`\n \
             --> a.yaml:2:4\n  \
             |\n\
             2 |  - wiat: x\n  \
             |    ^^^^ not a step\n  \
             |\n  \
             = help: did you mean `wait`?"
        );
    }

    #[test]
    fn a_missing_source_has_no_snippet() {
        let list = vec![Diagnostic {
            message: "cannot read `a.yaml`".into(),
            bytes: None,
            label: String::new(),
            hint: Some("check the path".into()),
        }];
        let shown = Diagnostics { source: source(""), list }.to_string();
        assert_eq!(shown, "error: cannot read `a.yaml`\n |\n = help: check the path");
    }

    #[test]
    fn marks_outside_the_text_are_drawn_at_its_end() {
        let reversed = Range { start: 5, end: 3 };
        for bytes in [0..0, reversed, 99..120, 3..99, 1..2] {
            let list = vec![Diagnostic {
                message: "m".into(),
                bytes: Some(bytes),
                label: "l".into(),
                hint: None,
            }];
            let shown = Diagnostics { source: source("aß\nc"), list }.to_string();
            assert!(shown.contains("a.yaml"), "{shown}");
        }
    }
}
