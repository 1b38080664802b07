;; Does what the script at address 0 says, entry by entry: opcode, length, and so many bytes of
;; payload. Opcode 0 logs a line, 1 is the end; an offer is sent with memory, anything else is a call
;; whose answer must not be a refusal.
(module
  (import "env" "sys_log" (func $log (param i32 i32)))
  (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
  (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
  (import "env" "sys_cap_call"
    (func $call (param i64 i32 i32 i32 i32 i32 i64) (result i64)))
  (import "env" "sys_mem_create" (func $make (param i32) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "@script@")
  (func $ask (param $opcode i32) (param $from i32) (param $len i32)
    (if (i64.lt_s
          (call $call (i64.const 1) (local.get $opcode) (local.get $from) (local.get $len)
            (i32.const 64000) (i32.const 1056) (i64.const -1))
          (i64.const 0))
      (then (unreachable)))
    ;; The flags stand two bytes behind the header of the message; 32 is a refusal.
    (if (i32.and (i32.load16_u (i32.const 64034)) (i32.const 32)) (then (unreachable))))
  (func (export "_start")
    (local $at i32) (local $opcode i32) (local $len i32) (local $memory i64)
    (local.set $memory (call $make (i32.const 65536)))
    (loop $next
      (local.set $opcode (i32.load (local.get $at)))
      (local.set $len (i32.load offset=4 (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (if (i32.eq (local.get $opcode) (i32.const 1))
        (then
          (drop (call $recv (i64.const 0) (i32.const 64000) (i32.const 1056)))
          (unreachable)))
      (if (i32.eqz (local.get $opcode))
        (then (call $log (local.get $at) (local.get $len)))
        (else
          (if (i32.eq (local.get $opcode) (i32.const 0x4653010d))
            (then
              (if (call $send (i64.const 1) (local.get $opcode) (local.get $at)
                    (local.get $len) (local.get $memory))
                (then (unreachable))))
            (else (call $ask (local.get $opcode) (local.get $at) (local.get $len))))))
      (local.set $at (i32.add (local.get $at) (local.get $len)))
      (br $next))))
