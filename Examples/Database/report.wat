;; Finds the best sale in a database that the host lends:
;;
;;     package example:reports@1.0.0;
;;
;;     interface database {
;;       record sale { city: string, amount: s64 }
;;       resource connection {
;;         query: func(sql: string) -> result<rows, string>;
;;       }
;;       resource rows {
;;         next: func() -> option<sale>;
;;       }
;;     }
;;
;;     world report {
;;       import database;
;;       export best-sale: func(database: borrow<connection>) -> result<sale, string>;
;;       export again: func() -> result<sale, string>;
;;     }
(component
  (import "example:reports/database@1.0.0" (instance $database
    (type $sale' (record (field "city" string) (field "amount" s64)))
    (export "sale" (type $sale (eq $sale')))
    (export "connection" (type $connection (sub resource)))
    (export "rows" (type $rows (sub resource)))
    (export "[method]connection.query" (func
      (param "self" (borrow $connection)) (param "sql" string)
      (result (result (own $rows) (error string)))))
    (export "[method]rows.next" (func
      (param "self" (borrow $rows)) (result (option $sale))))))
  (alias export $database "sale" (type $sale))
  (alias export $database "connection" (type $connection))
  (alias export $database "rows" (type $rows))

  (core module $memory
    (memory (export "memory") 1)
    (global $free (export "free") (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
      (result i32)
      (global.get $free)
      (global.set $free (i32.add (global.get $free) (local.get $size)))
      (if (i32.gt_u (global.get $free) (i32.const 65536)) (then unreachable))))
  (core instance $memory (instantiate $memory))

  (core func $query (canon lower (func $database "[method]connection.query")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $next (canon lower (func $database "[method]rows.next")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $drop-connection (canon resource.drop $connection))
  (core func $drop-rows (canon resource.drop $rows))

  (core module $program
    (import "host" "memory" (memory 1))
    (import "host" "free" (global $free (mut i32)))
    (import "host" "query" (func $query (param $connection i32) (param i32 i32) (param $result i32)))
    (import "host" "next" (func $next (param $rows i32) (param $result i32)))
    (import "host" "drop-connection" (func $drop-connection (param $connection i32)))
    (import "host" "drop-rows" (func $drop-rows (param $rows i32)))
    (data (i32.const 128) "SELECT city, amount FROM sales")
    (global $last (mut i32) (i32.const 0))

    ;; At 32 is what `query` returns, at 64 what `next` does, at 96 the result: its first byte is 1 for an error, from
    ;; 104 on are city and amount, or the message.
    (func $find-best (param $connection i32)
      (local $rows i32) (local $best i64)
      (global.set $free (i32.const 1024))
      (call $query (local.get $connection) (i32.const 128) (i32.const 30) (i32.const 32))
      (i32.store8 (i32.const 96) (i32.load8_u (i32.const 32)))
      (if (i32.load8_u (i32.const 32))
        (then (i64.store (i32.const 104) (i64.load (i32.const 36))) (return)))
      (local.set $rows (i32.load (i32.const 36)))
      (local.set $best (i64.const 0x8000000000000000))
      (memory.fill (i32.const 104) (i32.const 0) (i32.const 16))
      (block $done
        (loop $row
          (call $next (local.get $rows) (i32.const 64))
          (br_if $done (i32.eqz (i32.load8_u (i32.const 64))))
          (br_if $row (i64.le_s (i64.load (i32.const 80)) (local.get $best)))
          (local.set $best (i64.load (i32.const 80)))
          (memory.copy (i32.const 104) (i32.const 72) (i32.const 16))
          (br $row)))
      ;; The host lets go of the rows now.
      (call $drop-rows (local.get $rows)))

    ;; What was lent has to be dropped before the function returns.
    (func (export "best-sale") (param $connection i32) (result i32)
      (global.set $last (local.get $connection))
      (call $find-best (local.get $connection))
      (call $drop-connection (local.get $connection))
      (i32.const 96))

    ;; Tries it with what was lent to an earlier call.
    (func (export "again") (result i32)
      (call $find-best (global.get $last))
      (i32.const 96)))
  (core instance $program (instantiate $program (with "host" (instance
    (export "memory" (memory $memory "memory")) (export "free" (global $memory "free"))
    (export "query" (func $query)) (export "next" (func $next))
    (export "drop-connection" (func $drop-connection)) (export "drop-rows" (func $drop-rows))))))

  (func (export "best-sale") (param "database" (borrow $connection))
    (result (result $sale (error string)))
    (canon lift (core func $program "best-sale")
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (func (export "again") (result (result $sale (error string)))
    (canon lift (core func $program "again")
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))
