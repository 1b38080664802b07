;; Sends one message and then answers each one it receives, for ever.
(module
  (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
  (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
  (memory (export "memory") 1)
  (func $throw
    (drop (call $send (i64.const 1) (i32.const 1) (i32.const 0) (i32.const 16) (i64.const -1))))
  (func (export "_start")
    (call $throw)
    (loop
      (drop (call $recv (i64.const 0) (i32.const 64) (i32.const 128)))
      (call $throw)
      (br 0))))
