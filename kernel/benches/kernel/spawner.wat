;; Makes a child of the module in its data, lets it run, gives its handle up, and so on for ever.
(module
  (import "env" "sys_spawn" (func $spawn (param i64 i32 i32 i32 i32) (result i64)))
  (import "env" "sys_cap_delete" (func $delete (param i64) (result i32)))
  (import "env" "sys_yield" (func $yield))
  (memory (export "memory") 1)
  (data (i32.const 0) "CHILD")
  (data (i32.const OPTIONS_AT) "OPTIONS")
  (func (export "_start")
    (local $child i64)
    (loop $next
      (local.set $child
        (call $spawn (i64.const 1) (i32.const 0) (i32.const CHILD_LEN)
          (i32.const OPTIONS_AT) (i32.const OPTIONS_LEN)))
      (call $yield)
      (br_if $next (i32.eqz (call $delete (local.get $child)))))))
