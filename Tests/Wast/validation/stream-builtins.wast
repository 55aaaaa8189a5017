;; The built-ins of streams and futures name a type of theirs; with elements they need a memory, and reading needs
;; what storing an element needs: CanonicalABI.md, canon stream.{read,write} and canon future.{read,write}. (The text
;; there has `lift` and `lower` the wrong way round: a read lowers.)
(component definition
  (core module $M
    (memory (export "mem") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M))
  (type $ST (stream string))
  (type $FT (future))
  (core func (canon stream.new $ST))
  (core func (canon stream.read $ST async
    (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (core func (canon stream.write $ST (memory (core memory $m "mem"))))
  (core func (canon stream.cancel-read $ST async))
  (core func (canon future.read $FT async))
  (core func (canon future.write $FT)))
(assert_invalid (component (type $FT (future)) (core func (canon stream.new $FT))) "is not a stream type")
(assert_invalid (component (type $ST (stream)) (core func (canon future.new $ST))) "is not a future type")
(assert_invalid (component (type $ST (stream u8)) (core func (canon stream.write $ST async))) "`memory` is required")
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1))
    (core instance $m (instantiate $M))
    (type $ST (stream string))
    (core func (canon stream.read $ST async (memory (core memory $m "mem")))))
  "`realloc` is required")
