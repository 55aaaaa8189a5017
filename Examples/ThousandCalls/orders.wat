;; What an order of some items costs, by a price that the host has to fetch:
;;
;;     package example:shop@1.0.0;
;;
;;     interface prices {
;;       fetch: async func(item: u32) -> u32;
;;     }
;;
;;     world orders {
;;       import prices;
;;       export total: async func(item: u32, count: u32) -> u64;
;;     }
;;
;; `total` does what compilers make of an asynchronous function: it asks for the price, and if there is none yet it gives
;; its stack back, and is called again (`resume`) when there is. So any number of calls wait at the same time, and each
;; of them costs no more than its 16 bytes here.
(component
  (import "example:shop/prices@1.0.0" (instance $prices
    (export "fetch" (func async (param "item" u32) (result u32)))))

  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $fetch (canon lower (func $prices "fetch") async
    (memory (core memory $memory "memory"))))
  (core func $return (canon task.return (result u64)))
  (core func $set-new (canon waitable-set.new))
  (core func $set-drop (canon waitable-set.drop))
  (core func $join (canon waitable.join))
  (core func $subtask-drop (canon subtask.drop))
  (core func $context-get (canon context.get i32 0))
  (core func $context-set (canon context.set i32 0))

  (core module $program
    (import "host" "memory" (memory 1))
    (import "host" "fetch" (func $fetch (param $item i32) (param $result i32) (result i32)))
    (import "host" "return" (func $return (param i64)))
    (import "host" "set-new" (func $set-new (result i32)))
    (import "host" "set-drop" (func $set-drop (param $set i32)))
    (import "host" "join" (func $join (param $waitable i32) (param $set i32)))
    (import "host" "subtask-drop" (func $subtask-drop (param i32)))
    (import "host" "context-get" (func $context-get (result i32)))
    (import "host" "context-set" (func $context-set (param i32)))

    ;; An order: its price, once it is there, how many items, what it waits with. Those that are done are used again,
    ;; and hold the next such one in their first word.
    (global $end (mut i32) (i32.const 16))
    (global $done (mut i32) (i32.const 0))
    (func $new-order (param $count i32) (result i32)
      (local $order i32)
      (local.set $order (global.get $done))
      (if (local.get $order)
        (then (global.set $done (i32.load (local.get $order))))
        (else
          (local.set $order (global.get $end))
          (global.set $end (i32.add (global.get $end) (i32.const 16)))
          (if (i32.gt_u (global.get $end) (i32.mul (memory.size) (i32.const 65536)))
            (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))))))
      (i32.store offset=4 (local.get $order) (local.get $count))
      (local.get $order))

    (func $finish (param $order i32)
      (call $return (i64.mul
        (i64.load32_u (local.get $order)) (i64.load32_u offset=4 (local.get $order))))
      (i32.store (local.get $order) (global.get $done))
      (global.set $done (local.get $order)))

    ;; Returns what comes next: 0 for nothing, 2 for waiting with the set whose number is in the upper bits.
    (func (export "total") (param $item i32) (param $count i32) (result i32)
      (local $order i32) (local $call i32) (local $set i32)
      (local.set $order (call $new-order (local.get $count)))
      (local.set $call (call $fetch (local.get $item) (local.get $order)))
      (if (i32.eq (local.get $call) (i32.const 2 (; RETURNED ;)))
        (then (call $finish (local.get $order)) (return (i32.const 0 (; EXIT ;)))))
      (local.set $set (call $set-new))
      (call $join (i32.shr_u (local.get $call) (i32.const 4)) (local.get $set))
      (i32.store offset=8 (local.get $order) (local.get $set))
      (call $context-set (local.get $order))
      (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (local.get $set) (i32.const 4))))

    (func (export "resume") (param $event i32) (param $subtask i32) (param $state i32) (result i32)
      (call $subtask-drop (local.get $subtask))
      (call $set-drop (i32.load offset=8 (call $context-get)))
      (call $finish (call $context-get))
      (i32.const 0 (; EXIT ;))))
  (core instance $program (instantiate $program (with "host" (instance
    (export "memory" (memory $memory "memory")) (export "fetch" (func $fetch))
    (export "return" (func $return)) (export "set-new" (func $set-new))
    (export "set-drop" (func $set-drop)) (export "join" (func $join))
    (export "subtask-drop" (func $subtask-drop)) (export "context-get" (func $context-get))
    (export "context-set" (func $context-set))))))

  (func (export "total") async (param "item" u32) (param "count" u32) (result u64)
    (canon lift (core func $program "total") async (callback (core func $program "resume")))))
