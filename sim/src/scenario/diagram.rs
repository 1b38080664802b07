//! Wokwi's `diagram.json`: which pin a part is wired to.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// The parts and wires of a diagram.
pub(crate) struct Diagram {
    kinds: BTreeMap<String, String>,
    wires: BTreeMap<String, BTreeSet<String>>,
}

/// What a part's pin is connected to on the chip's board.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    /// Digital pins by number.
    pub(crate) pins: BTreeSet<u8>,
    /// Whether it is connected to ground.
    pub(crate) is_ground: bool,
}

#[derive(Deserialize)]
struct RawDiagram {
    #[serde(default)]
    parts: Vec<RawDiagramPart>,
    /// Each is `["esp:2", "led1:A", "green", ["v10"]]`; the route does not matter here.
    #[serde(default)]
    connections: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct RawDiagramPart {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Diagram {
    /// Reads the text of a diagram; `None` if it is none.
    pub(crate) fn read(text: &str) -> Option<Diagram> {
        let raw: RawDiagram = serde_json::from_str(text).ok()?;
        let kinds = raw.parts.into_iter().map(|part| (part.id, part.kind)).collect();
        let mut wires: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for connection in &raw.connections {
            let [Value::String(one), Value::String(other), ..] = connection.as_slice() else {
                continue;
            };
            wires.entry(one.clone()).or_default().insert(other.clone());
            wires.entry(other.clone()).or_default().insert(one.clone());
        }
        Some(Diagram { kinds, wires })
    }

    /// Names and types of the parts.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kinds.iter().map(|(id, kind)| (id.as_str(), kind.as_str()))
    }

    /// What is reached from the pins of a part whose names begin so, also through resistors.
    pub(crate) fn reached(&self, id: &str, pin: &str) -> Reached {
        let mut open: Vec<&str> = self.ends(&format!("{id}:{pin}")).collect();
        let mut seen: BTreeSet<&str> = open.iter().copied().collect();
        let mut reached = Reached::default();
        while let Some(end) = open.pop() {
            let (part, pin) = end.split_once(':').unwrap_or((end, ""));
            let kind = self.kinds.get(part).map_or("", String::as_str);
            if is_chip(kind) {
                reached.is_ground |= pin.starts_with("GND");
                reached.pins.extend(pin_number(pin));
                // One pin of a chip says nothing of its others.
                continue;
            }
            let wired = self.wires.get(end).into_iter().flatten().map(String::as_str);
            let is_passed = kind == "wokwi-resistor";
            let own = if is_passed { format!("{part}:") } else { end.into() };
            let through: Vec<&str> = self.ends(&own).collect();
            for next in wired.chain(through) {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// The wired pins whose names begin so.
    fn ends(&self, start: &str) -> impl Iterator<Item = &str> {
        let range = self.wires.range(start.to_string()..).map(|(end, _)| end.as_str());
        range.take_while(move |end| end.starts_with(start))
    }
}

fn is_chip(kind: &str) -> bool {
    kind.starts_with("board-") || kind.contains("esp32") || kind.contains("devkit")
}

/// The number in `2`, `D2`, `IO2` or `GPIO2`.
fn pin_number(pin: &str) -> Option<u8> {
    let digits = ["GPIO", "IO", "D"].into_iter().find_map(|prefix| pin.strip_prefix(prefix));
    digits.unwrap_or(pin).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIAGRAM: &str = include_str!("sample/diagram.json");

    #[test]
    fn wires_are_followed_through_resistors_to_the_chip() {
        let diagram = Diagram::read(DIAGRAM).unwrap();
        assert_eq!(diagram.parts().count(), 4);
        let pins = |reached: Reached| Vec::from_iter(reached.pins);
        assert_eq!(pins(diagram.reached("btn1", "1.")), [4]);
        assert!(diagram.reached("btn1", "2.").is_ground);
        assert_eq!(pins(diagram.reached("led1", "A")), [5]);
        assert_eq!(diagram.reached("nobody", ""), Reached::default());
    }

    #[test]
    fn something_else_is_no_diagram() {
        assert!(Diagram::read("").is_none());
        assert!(Diagram::read("[1]").is_none());
        assert!(Diagram::read(r#"{ "connections": [[], [1, 2], ["a"]] }"#).is_some());
    }
}
