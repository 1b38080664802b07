//! RV32C: each instruction does what the one does that it stands for, in two bytes.

use emulator::virt::RAM;

use crate::bench::Bench;
use crate::bench::DATA;

/// Executes one with x2, x8 and x9 set to data, 7 and 3.
fn execute(half: u16) -> Bench {
    let mut bench = Bench::of_halves(&[half]);
    bench.put(DATA, &[0x1111, 0x2222, 0x3333]);
    bench.set(2, DATA);
    bench.set(8, 7);
    bench.set(9, 3);
    bench.set(10, DATA);
    bench.run(1);
    bench
}

#[track_caller]
fn assert_becomes(half: u16, register: usize, value: u32) {
    let bench = execute(half);
    assert_eq!((bench.x(register), bench.cpu.pc()), (value, RAM + 2));
    assert_eq!(bench.cpu.retired(), 1);
}

#[test]
fn c_addi4spn_adds_to_the_stack_pointer() {
    // nzuimm = 1020: all bits.
    assert_becomes(0x1fe0, 8, DATA + 1020);
    assert_becomes(0x0040, 8, DATA + 4);
}

#[test]
fn c_lw_and_c_sw_reach_from_near_registers() {
    // c.lw x9, 4(x10); c.lw x9, 64(x10) has the highest bit.
    assert_becomes(0x4000 | 1 << 6 | 2 << 7 | 1 << 2, 9, 0x2222);
    let bench = execute(0xc000 | 1 << 6 | 2 << 7 | 1 << 2);
    assert_eq!(bench.word(DATA + 4), 3);
    let bench = execute(0xc000 | 1 << 5 | 1 << 10 | 2 << 7 | 1 << 2);
    assert_eq!(bench.word(DATA + 64 + 8), 3);
}

#[test]
fn c_addi_adds_and_c_nop_does_not() {
    assert_becomes(0x0001 | 8 << 7 | 31 << 2, 8, 38);
    assert_becomes(0x1001 | 8 << 7 | 31 << 2, 8, 6);
    assert_becomes(0x0001, 0, 0);
}

#[test]
fn c_li_and_c_lui_load_constants() {
    assert_becomes(0x4001 | 8 << 7 | 5 << 2, 8, 5);
    assert_becomes(0x5001 | 8 << 7, 8, (-32_i32) as u32);
    assert_becomes(0x6001 | 8 << 7 | 1 << 2, 8, 0x1000);
    assert_becomes(0x7001 | 8 << 7, 8, 0xfffe_0000);
}

#[test]
fn c_addi16sp_moves_the_stack_pointer() {
    // +16, then the sign: -512.
    assert_becomes(0x6101 | 1 << 6, 2, DATA + 16);
    assert_becomes(0x7101, 2, DATA - 512);
    // +32, +64, +128, +256.
    assert_becomes(0x6101 | 1 << 2 | 1 << 5 | 3 << 3, 2, DATA + 32 + 64 + 128 + 256);
}

#[test]
fn c_srli_c_srai_and_c_andi_work_in_place() {
    assert_becomes(0x8001 | 1 << 2, 8, 3);
    assert_becomes(0x8401 | 1 << 2, 8, 3);
    assert_becomes(0x8801 | 5 << 2, 8, 5);
    assert_becomes(0x9801 | 30 << 2, 8, 6);
    let mut bench = Bench::of_halves(&[0x8401 | 31 << 2]);
    bench.set(8, 0x8000_0000);
    bench.run(1);
    assert_eq!(bench.x(8), u32::MAX);
}

#[test]
fn c_sub_c_xor_c_or_and_c_and_work_on_near_registers() {
    assert_becomes(0x8c01 | 1 << 2, 8, 4);
    assert_becomes(0x8c21 | 1 << 2, 8, 4);
    assert_becomes(0x8c41 | 1 << 2, 8, 7);
    assert_becomes(0x8c61 | 1 << 2, 8, 3);
}

#[test]
fn c_j_and_c_jal_jump_both_ways() {
    let bench = execute(0xa001 | 1 << 12);
    assert_eq!(bench.cpu.pc(), RAM - 2048);
    // Every bit of the offset but the sign.
    for (bit, offset) in [
        (11, 16),
        (9, 256),
        (10, 512),
        (8, 1024),
        (7, 64),
        (6, 128),
        (3, 2),
        (4, 4),
        (5, 8),
        (2, 32),
    ] {
        assert_eq!(execute(0xa001 | 1 << bit).cpu.pc(), RAM + offset);
    }
    let bench = execute(0x2001 | 1 << 3);
    assert_eq!((bench.cpu.pc(), bench.x(1)), (RAM + 2, RAM + 2));
}

#[test]
fn c_beqz_and_c_bnez_branch_both_ways() {
    assert_eq!(execute(0xe001 | 1 << 3).cpu.pc(), RAM + 2);
    assert_eq!(execute(0xe001 | 1 << 12).cpu.pc(), RAM - 256);
    for (bit, offset) in [(10, 8), (11, 16), (5, 64), (6, 128), (3, 2), (4, 4), (2, 32)] {
        assert_eq!(execute(0xe001 | 1 << bit).cpu.pc(), RAM + offset);
        // x8 is not 0.
        assert_eq!(execute(0xc001 | 1 << bit).cpu.pc(), RAM + 2);
        let mut bench = Bench::of_halves(&[0xc001 | 1 << bit]);
        bench.run(1);
        assert_eq!(bench.cpu.pc(), RAM + offset);
    }
}

#[test]
fn c_slli_shifts() {
    assert_becomes(0x0002 | 8 << 7 | 4 << 2, 8, 112);
}

#[test]
fn c_lwsp_and_c_swsp_reach_from_the_stack_pointer() {
    assert_becomes(0x4002 | 8 << 7 | 2 << 4, 8, 0x3333);
    let bench = execute(0xc002 | 1 << 9 | 8 << 2);
    assert_eq!(bench.word(DATA + 4), 7);
    // The highest bits of both offsets.
    let bench = execute(0xc002 | 3 << 7 | 8 << 2);
    assert_eq!(bench.word(DATA + 192), 7);
    let mut bench = Bench::of_halves(&[0x4002 | 8 << 7 | 1 << 12 | 3 << 2]);
    bench.put(DATA + 32 + 192, &[99]);
    bench.set(2, DATA);
    bench.run(1);
    assert_eq!(bench.x(8), 99);
}

#[test]
fn c_jr_and_c_jalr_go_where_a_register_says() {
    let bench = execute(0x8002 | 10 << 7);
    assert_eq!((bench.cpu.pc(), bench.x(1)), (DATA, 0));
    let bench = execute(0x9002 | 10 << 7);
    assert_eq!((bench.cpu.pc(), bench.x(1)), (DATA, RAM + 2));
}

#[test]
fn c_mv_copies_and_c_add_adds() {
    assert_becomes(0x8002 | 15 << 7 | 9 << 2, 15, 3);
    assert_becomes(0x9002 | 8 << 7 | 9 << 2, 8, 10);
}

#[test]
fn c_ebreak_is_a_breakpoint() {
    let mut bench = execute(0x9002);
    bench.assert_trapped(3, RAM, RAM);
}

#[test]
fn hints_change_nothing() {
    for half in [0x0005, 0x0401, 0x4005, 0x6005, 0x0006, 0x8006, 0x9006, 0x8001, 0x8401] {
        let bench = execute(half);
        assert_eq!((bench.cpu.pc(), bench.x(8), bench.x(0)), (RAM + 2, 7, 0));
    }
}

#[test]
fn reserved_encodings_are_illegal_and_shown_in_16_bits() {
    for half in [
        0x0000,
        0x0004,
        0x2000,
        0x6000,
        0x8000,
        0xa000,
        0xe000,
        0x6101,
        0x6001 | 8 << 7,
        0x9001,
        0x9401,
        0x9c01,
        0x9c21,
        0x9c41,
        0x9c61,
        0x1002 | 8 << 7,
        0x2002,
        0x4002,
        0x6002,
        0x8002,
        0xa002,
        0xe002,
    ] {
        let mut bench = execute(half);
        bench.assert_trapped(2, u32::from(half), RAM);
    }
}

#[test]
fn an_instruction_of_four_bytes_may_cross_pages() {
    let mut bench = Bench::new(&[]);
    let start = RAM + 0xffe;
    // addi x7, x0, 5
    bench.cpu.memory_mut().write(start, &0x0050_0393_u32.to_le_bytes());
    bench.cpu.set_pc(start);
    bench.run(1);
    assert_eq!((bench.x(7), bench.cpu.pc()), (5, RAM + 0x1002));
}
