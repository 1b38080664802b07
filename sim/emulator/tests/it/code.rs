//! Code that changes, and where blocks end.

use emulator::virt::RAM;

use crate::assembler::FENCE_I;
use crate::assembler::addi;
use crate::assembler::bne;
use crate::assembler::jal;
use crate::assembler::sw;
use crate::bench::Bench;

#[test]
fn a_store_changes_the_next_instruction_of_the_same_block() {
    let mut bench = Bench::new(&[sw(6, 5, 4), addi(7, 0, 1), addi(8, 0, 1)]);
    bench.set(5, RAM);
    bench.set(6, addi(7, 0, 2));
    bench.run(3);
    assert_eq!((bench.x(7), bench.x(8)), (2, 1));
}

#[test]
fn a_loop_that_rewrites_itself_executes_what_it_wrote_last() {
    // x6 is the instruction `addi x7, x7, n`, and grows its constant with every round.
    let words = [
        addi(7, 7, 0),
        crate::assembler::add(6, 6, 9),
        sw(6, 5, 0),
        addi(10, 10, -1),
        bne(10, 0, -16),
    ];
    let mut bench = Bench::new(&words);
    bench.set(5, RAM);
    bench.set(6, addi(7, 7, 0));
    bench.set(9, 1 << 20);
    bench.set(10, 100);
    bench.run(500);
    assert_eq!(bench.x(7), (0..100).sum::<u32>());
    assert_eq!(bench.cpu.pc(), RAM + 20);
}

#[test]
fn a_linked_block_that_was_rewritten_is_decoded_anew_with_and_without_a_fence() {
    for fence in [FENCE_I, 0x13] {
        let mut bench = Bench::new(&[fence, jal(1, 0x1ffc)]);
        bench.put(RAM + 0x2000, &[addi(7, 7, 1), jal(0, -0x2004)]);
        bench.run(12);
        assert_eq!(bench.x(7), 3);
        bench.put(RAM + 0x2000, &[addi(7, 7, 100)]);
        bench.run(4);
        assert_eq!(bench.x(7), 103);
    }
}

#[test]
fn only_the_rewritten_half_of_an_instruction_across_pages_counts() {
    let mut bench = Bench::new(&[]);
    let at = RAM + 0xffe;
    bench.cpu.memory_mut().write(at, &addi(7, 0, 5).to_le_bytes());
    bench.cpu.set_pc(at);
    bench.run(1);
    bench.cpu.memory_mut().write(at + 2, &addi(7, 0, 6).to_le_bytes()[2..]);
    bench.cpu.set_pc(at);
    bench.run(1);
    assert_eq!(bench.x(7), 6);
}

#[test]
fn a_block_ends_at_the_end_of_memory_and_the_fault_comes_behind_it() {
    let end = RAM + crate::bench::SIZE;
    let mut bench = Bench::new(&[]);
    bench.put(end - 8, &[addi(7, 0, 1), addi(7, 7, 1)]);
    bench.cpu.set_pc(end - 8);
    bench.run(3);
    bench.assert_trapped(1, end, end);
    assert_eq!(bench.x(7), 2);
}

#[test]
fn data_beside_code_is_written_and_read_back() {
    // The page holds code, so that stores to it go the long way.
    let mut bench = Bench::new(&[sw(6, 5, 0x400), addi(6, 6, 1), bne(6, 10, -8)]);
    bench.set(5, RAM);
    bench.set(10, 50);
    bench.run(150);
    assert_eq!(bench.word(RAM + 0x400), 49);
}

#[test]
fn a_straight_line_longer_than_any_block_goes_on() {
    let mut words = vec![addi(7, 7, 1); 3000];
    words.push(jal(0, 0));
    let mut bench = Bench::new(&words);
    bench.run(3000);
    assert_eq!((bench.x(7), bench.cpu.pc()), (3000, RAM + 12_000));
}

#[test]
fn any_budget_ends_exactly() {
    let words = [addi(5, 5, 1), addi(6, 6, 1), addi(7, 7, 1), jal(0, -12)];
    let mut bench = Bench::new(&words);
    let mut total = 0;
    for budget in 1..60 {
        bench.run(budget);
        total += budget;
        assert_eq!((bench.cpu.clock(), bench.cpu.retired()), (total, total));
        assert_eq!(u64::from(bench.cpu.pc() - RAM), total % 4 * 4);
    }
}
