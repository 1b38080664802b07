//! A pin history in the format of logic analysers (Value Change Dump, IEEE 1364 chapter 18).

use std::io;

use vcd::TimescaleUnit;
use vcd::Value;
use vcd::Writer;

use crate::gpio::Change;

/// The changes of a board's pins, in nanoseconds. Only pins that ever change are listed.
pub fn write(board: &str, changes: &[Change]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.timescale(1, TimescaleUnit::NS)?;
    writer.add_module(board)?;
    let mut pins: Vec<u8> = changes.iter().map(|change| change.pin).collect();
    pins.sort_unstable();
    pins.dedup();
    let mut wires = Vec::new();
    for pin in &pins {
        wires.push(writer.add_wire(1, &format!("gpio{pin}"))?);
    }
    writer.upscope()?;
    writer.enddefinitions()?;
    writer.begin(vcd::SimulationCommand::Dumpvars)?;
    for wire in &wires {
        writer.change_scalar(*wire, Value::V0)?;
    }
    writer.end()?;
    for change in changes {
        let Ok(index) = pins.binary_search(&change.pin) else { continue };
        writer.timestamp(u64::try_from(change.at.as_nanos()).unwrap_or(u64::MAX))?;
        writer.change_scalar(wires[index], if change.high { Value::V1 } else { Value::V0 })?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn changes_stand_at_their_nanosecond() {
        let change = Change { at: Duration::from_micros(5), pin: 2, high: true, by_board: true };
        let text = String::from_utf8(write("pc", &[change]).unwrap()).unwrap();
        assert!(text.contains("$timescale 1 ns $end"), "{text}");
        assert!(text.contains("gpio2"), "{text}");
        assert!(text.contains("#5000\n1"), "{text}");
    }
}
