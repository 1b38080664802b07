;; Gives the child in slot 1 the module in its data as its code, and so on for ever.
(module
  (import "env" "sys_reload" (func $reload (param i64 i32 i32) (result i32)))
  (import "env" "sys_yield" (func $yield))
  (memory (export "memory") 1)
  (data (i32.const 0) "CODE")
  (func (export "_start")
    (loop $next
      (call $yield)
      (br_if $next
        (i32.le_s (i32.const 0)
          (call $reload (i64.const 1) (i32.const 0) (i32.const CODE_LEN)))))))
