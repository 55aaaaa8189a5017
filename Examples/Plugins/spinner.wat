;; A plugin that never comes to an answer. It has the exports of a plugin and needs none of the imports.
(component
  (core module $program
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "answer") (param $question i32) (param $length i32) (result i32)
      (loop $forever (result i32) (br $forever))))
  (core instance $program (instantiate $program))
  (func (export "answer") async (param "question" string) (result string)
    (canon lift (core func $program "answer")
      (memory (core memory $program "memory")) (realloc (core func $program "realloc")))))
