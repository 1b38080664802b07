;; Makes memory, locks, names, capabilities, messages and children, goes down deep, and so on until there
;; is nothing left to be had.
(module
  (import "env" "sys_mem_create" (func $memory (param i32) (result i64)))
  (import "env" "sp_mutex_create" (func $mutex (result i64)))
  (import "env" "sys_ns_register" (func $register (param i64 i32 i32 i64) (result i32)))
  (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
  (import "env" "sys_spawn" (func $spawn (param i64 i32 i32 i32 i32) (result i64)))
  (import "env" "sys_log" (func $log (param i32 i32)))
  (import "env" "sys_yield" (func $yield))
  (memory (export "memory") 2048 (pagesize 1))
  (data (i32.const 0) "CHILD")
  (data (i32.const 1024) "OPTIONS")
  (data (i32.const 1536) "name-0000")
  ;; As deep as this, with a few values on the stack at each step.
  (func $deep (param $left i32) (result i32)
    (if (i32.eqz (local.get $left)) (then (return (i32.const 0))))
    (i32.add (local.get $left) (call $deep (i32.sub (local.get $left) (i32.const 1)))))
  (func (export "_start") (local $round i32)
    (loop $again
      (drop (call $memory (i32.const 3000)))
      (drop (call $mutex))
      (i32.store (i32.const 1541) (i32.add (i32.const 0x30303030) (local.get $round)))
      (drop (call $register (i64.const 2) (i32.const 1536) (i32.const 9) (i64.const 0)))
      (drop (call $send
        (i64.const 0) (i32.const 1) (i32.const 0) (i32.const 500) (i64.const 0)))
      (drop (call $spawn
        (i64.const 1) (i32.const 0) (i32.const CHILD_LEN) (i32.const 1024) (i32.const OPTIONS_LEN)))
      (drop (call $deep (local.get $round)))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (call $yield)
      (br_if $again (i32.lt_u (local.get $round) (i32.const 60))))
    (call $log (i32.const 1536) (i32.const 9))))
