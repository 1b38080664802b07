//! Interrupts, I/O ports and the screen.

use abi::rights::Rights;
use kernel::event::Event;
use kernel::manifest::GrantObject;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::at_ms;
use crate::seed::bench::granted;
use crate::seed::bench::knowing;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::sys::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("interrupts_coalesce_until_somebody_waits", interrupts),
    ("a_driver_waits_for_its_own_line_alone", lines),
    ("who_loses_its_line_does_not_wait_for_ever", lost),
    ("ports_are_not_available_on_a_board_without_them", ports),
    ("the_screen_is_where_its_capability_is", screen),
];

/// Slot 3 is line 5.
fn interrupts() {
    const ROWS: &[Row] = &[
        ("three come while it sleeps", "sys_sleep 2 20000000", "0"),
        ("they are one answer", "sys_cap_irq_wait 3", "3"),
        ("at once", "sys_time 2", "20000000"),
        ("the next is waited for", "sys_irq_wait 3", "1"),
        ("until it comes", "sys_time 2", "30000000"),
        ("and is none that is kept", "sys_irq_wait 3", "1"),
        ("but another", "sys_time 2", "40000000"),
    ];
    let driver = script("driver", FUNCTIONS, ROWS);
    let driver = granted(driver, GrantObject::Interrupt(5), Rights::READ);
    let moments = [1, 2, 3, 30, 40];
    let events = moments.map(|millis| (at_ms(millis), Event::Interrupt(5)));
    let run = World { events: events.to_vec(), ..World::of(vec![driver]) }.run();
    check(&run, "driver", FUNCTIONS, ROWS);
}

/// Slot 3 of the owner is line 5, slot 4 the driver.
fn lost() {
    const OWNER: &[Row] = &[
        ("a line for the driver", "sys_cap_send 4 6 'x' 3", "0"),
        ("who waits", "sys_sleep 2 1000000", "0"),
        ("until it is taken back", "sys_cap_revoke 3", "0"),
    ];
    const DRIVER: &[Row] = &[
        ("a line", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("which it was given", "load64 1040 -> $line", "3"),
        ("never comes", "sys_irq_wait $line", "-2"),
        ("as is told at once", "sys_time 2", "1000000"),
    ];
    let owner = script("owner", FUNCTIONS, OWNER);
    let owner = granted(owner, GrantObject::Interrupt(5), Rights::READ | Rights::GRANT);
    let owner = knowing(owner, "driver");
    let run = World::of(vec![owner, script("driver", FUNCTIONS, DRIVER)]).run();
    check(&run, "owner", FUNCTIONS, OWNER);
    check(&run, "driver", FUNCTIONS, DRIVER);
}

/// Slot 3 is line 5, slot 4 is line 6 with no right, slot 5 is line 7.
fn lines() {
    const ROWS: &[Row] = &[
        ("a line that is not read", "sys_irq_wait 4", "-3"),
        ("no line", "sys_irq_wait 1", "-3"),
        ("nor this", "sys_irq_wait 2", "-4"),
        ("nothing", "sys_irq_wait 60", "-1"),
        ("line 5 comes", "sys_irq_wait 3", "1"),
        ("after lines 6 and 7 and one of nobody's", "sys_time 2", "4000000"),
        ("line 7 has come", "sys_irq_wait 5", "1"),
        ("before", "sys_time 2", "4000000"),
    ];
    let driver = script("driver", FUNCTIONS, ROWS);
    let driver = granted(driver, GrantObject::Interrupt(5), Rights::READ);
    let driver = granted(driver, GrantObject::Interrupt(6), Rights::NONE);
    let driver = granted(driver, GrantObject::Interrupt(7), Rights::READ);
    let events = [(1, 6), (2, 7), (3, 9), (4, 5)];
    let events = events.map(|(millis, line)| (at_ms(millis), Event::Interrupt(line)));
    let run = World { events: events.to_vec(), ..World::of(vec![driver]) }.run();
    check(&run, "driver", FUNCTIONS, ROWS);
}

/// Slot 3 is eight ports to read and write, slot 4 is one to read.
fn ports() {
    const ROWS: &[Row] = &[
        ("a byte is not there", "sys_cap_io_read 3 0 1", "-13"),
        ("nor a word at the end", "sys_io_read 3 4 4", "-13"),
        ("nor written", "sys_cap_io_write 3 0 1 255", "-13"),
        ("by no name", "sys_io_write 3 6 2 0xffff", "-13"),
        ("a word that sticks out", "sys_io_read 3 5 4", "-5"),
        ("a port behind the last", "sys_io_read 3 8 1", "-5"),
        ("one before the first", "sys_io_read 3 -1 1", "-5"),
        ("three bytes", "sys_io_read 3 0 3", "-5"),
        ("no bytes", "sys_io_write 3 0 0 1", "-5"),
        ("more than a word", "sys_io_write 3 0 4 0x100000000", "-5"),
        ("without the right", "sys_io_write 4 0 1 1", "-3"),
        ("no ports", "sys_io_read 2 0 1", "-4"),
        ("nothing", "sys_io_read 60 0 1", "-1"),
    ];
    let driver = script("driver", FUNCTIONS, ROWS);
    let driver = granted(driver, GrantObject::Ports(0x3f8, 8), Rights::READ | Rights::WRITE);
    let driver = granted(driver, GrantObject::Ports(0x60, 1), Rights::READ);
    check(&World::of(vec![driver]).run(), "driver", FUNCTIONS, ROWS);
}

fn screen() {
    const SEEING: &[Row] = &[
        ("its size in one word", "sys_fb_info", "137438953488"),
        ("its layout", "sys_fb_layout 3 1024 16", "0"),
        ("is as wide", "load32 1024", "32"),
        ("as high", "load32 1028", "16"),
        ("a pixel", "sys_cap_mem_write 3 4 'abcd'", "4"),
        ("the last", "sys_cap_mem_write 3 2044 'abcd'", "4"),
        ("and none behind it", "sys_cap_mem_write 3 2045 'abcd'", "-5"),
        ("nor before the first", "sys_cap_mem_write 3 -1 'abcd'", "-5"),
        ("it cannot be read", "sys_cap_mem_read 3 0 1024 4", "-3"),
        ("it is shown", "sys_fb_flush 3", "0"),
        ("the log is no screen", "sys_fb_flush 1", "-4"),
    ];
    const BLIND: &[Row] = &[
        ("there is no screen here", "sys_fb_info", "-1"),
        ("nor in its place", "sys_fb_flush 3", "-1"),
        ("though there is a board", "sys_self", POSITIVE),
    ];
    let seeing = script("seeing", FUNCTIONS, SEEING);
    let seeing = granted(seeing, GrantObject::Framebuffer, Rights::WRITE);
    let run = World::of(vec![seeing, script("blind", FUNCTIONS, BLIND)]).run();
    check(&run, "seeing", FUNCTIONS, SEEING);
    check(&run, "blind", FUNCTIONS, BLIND);
    assert_eq!((run.pixel(1, 0), run.pixel(31, 15)), (*b"abcd", *b"abcd"));
}
