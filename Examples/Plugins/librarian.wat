;; A plugin that answers with what the host's directory says:
;;
;;     package example:plugins@1.0.0;
;;
;;     interface directory {
;;       lookup: async func(name: string) -> option<string>;
;;     }
;;
;;     world plugin {
;;       import directory;
;;       export answer: async func(question: string) -> string;
;;     }
(component
  (import "example:plugins/directory@1.0.0" (instance $directory
    (export "lookup" (func async (param "name" string) (result (option string))))))

  (core module $memory
    (memory (export "memory") 1)
    ;; Strings that come in lie one after the other, from 1024 on; when the memory is full the plugin is stopped.
    (global $free (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
      (result i32)
      (global.get $free)
      (global.set $free (i32.add (global.get $free) (local.get $size)))
      (if (i32.gt_u (global.get $free) (i32.const 65536)) (then unreachable))))
  (core instance $memory (instantiate $memory))

  ;; To the program `lookup` is a function that returns when there is an answer. Only this plugin waits for it.
  (core func $lookup (canon lower (func $directory "lookup")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))

  (core module $program
    (import "host" "memory" (memory 1))
    (import "host" "lookup" (func $lookup (param $name i32) (param $length i32) (param $result i32)))
    (data (i32.const 64) ": ")
    (data (i32.const 66) ": not in the directory")
    (global $answer i32 (i32.const 512))
    (global $end (mut i32) (i32.const 0))

    (func $append (param $text i32) (param $length i32)
      (memory.copy (global.get $end) (local.get $text) (local.get $length))
      (global.set $end (i32.add (global.get $end) (local.get $length))))

    ;; At 32 is what `lookup` returns, at 48 what `answer` does: where the text is, and its length.
    (func (export "answer") (param $question i32) (param $length i32) (result i32)
      (call $lookup (local.get $question) (local.get $length) (i32.const 32))
      (global.set $end (global.get $answer))
      (call $append (local.get $question) (local.get $length))
      (if (i32.load8_u (i32.const 32))
        (then
          (call $append (i32.const 64) (i32.const 2))
          (call $append (i32.load (i32.const 36)) (i32.load (i32.const 40))))
        (else (call $append (i32.const 66) (i32.const 22))))
      (i32.store (i32.const 48) (global.get $answer))
      (i32.store (i32.const 52) (i32.sub (global.get $end) (global.get $answer)))
      (i32.const 48)))
  (core instance $program (instantiate $program (with "host" (instance
    (export "memory" (memory $memory "memory")) (export "lookup" (func $lookup))))))

  (func (export "answer") async (param "question" string) (result string)
    (canon lift (core func $program "answer")
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))
