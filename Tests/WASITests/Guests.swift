// Components written by hand, in core code: what compilers make of programs, only shorter.

enum Guests {
  // MARK: WASI 0.2

  private static let io02 = """
    (import "wasi:io/error@0.2.0" (instance $err (export "error" (type (sub resource)))))
    (alias export $err "error" (type $error))
    (import "wasi:io/streams@0.2.0" (instance $st
      (alias outer 1 $error (type $e'))
      (export "error" (type $e (eq $e')))
      (export "output-stream" (type $os (sub resource)))
      (export "input-stream" (type $is (sub resource)))
      (type $se' (variant (case "last-operation-failed" (own $e)) (case "closed")))
      (export "stream-error" (type $se (eq $se')))
      (export "[method]input-stream.blocking-read"
        (func (param "self" (borrow $is)) (param "len" u64) (result (result (list u8) (error $se)))))
      (export "[method]output-stream.blocking-write-and-flush"
        (func (param "self" (borrow $os)) (param "contents" (list u8))
          (result (result (error $se)))))))
    (alias export $st "output-stream" (type $os))
    (alias export $st "input-stream" (type $is))
    (import "wasi:cli/stdin@0.2.0" (instance $stdin
      (alias outer 1 $is (type $is'))
      (export "input-stream" (type $i (eq $is')))
      (export "get-stdin" (func (result (own $i))))))
    (import "wasi:cli/stdout@0.2.0" (instance $stdout
      (alias outer 1 $os (type $os'))
      (export "output-stream" (type $o (eq $os')))
      (export "get-stdout" (func (result (own $o))))))
    """

  /// Copies standard input to standard output with blocking reads and writes; fails if it is not stopped by `closed`.
  static let copy02 = """
    (component
      \(io02)
      (core module $Mem (memory (export "mem") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
      (core instance $mem (instantiate $Mem))
      (core func $get-in (canon lower (func $stdin "get-stdin")))
      (core func $get-out (canon lower (func $stdout "get-stdout")))
      (core func $read (canon lower (func $st "[method]input-stream.blocking-read")
        (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
      (core func $write (canon lower (func $st "[method]output-stream.blocking-write-and-flush")
        (memory (core memory $mem "mem"))))
      (core module $M
        (import "" "mem" (memory 1))
        (import "" "in" (func $in (result i32)))
        (import "" "out" (func $out (result i32)))
        (import "" "read" (func $read (param i32 i64 i32)))
        (import "" "write" (func $write (param i32 i32 i32 i32)))
        (func (export "run") (result i32) (local $i i32) (local $o i32)
          (local.set $i (call $in))
          (local.set $o (call $out))
          (loop $copy
            (call $read (local.get $i) (i64.const 4096) (i32.const 16))
            (if (i32.load8_u (i32.const 16))
              (then (return (i32.ne (i32.load8_u (i32.const 20)) (i32.const 1)))))
            (call $write (local.get $o) (i32.load (i32.const 20)) (i32.load (i32.const 24))
              (i32.const 32))
            (if (i32.load8_u (i32.const 32)) (then (return (i32.const 1))))
            (br $copy))
          (unreachable)))
      (core instance $m (instantiate $M (with "" (instance
        (export "mem" (memory $mem "mem")) (export "in" (func $get-in))
        (export "out" (func $get-out)) (export "read" (func $read))
        (export "write" (func $write))))))
      (func $run (result (result)) (canon lift (core func $m "run")))
      (instance $i (export "run" (func $run)))
      (export "wasi:cli/run@0.2.0" (instance $i)))
    """

  // MARK: WASI 0.3

  private static let stdio03 = """
    (import "wasi:cli/stdin@0.3.0" (instance $stdin
      (type $code' (enum "io" "illegal-byte-sequence" "pipe"))
      (export "error-code" (type $code (eq $code')))
      (export "read-via-stream"
        (func (result (tuple (stream u8) (future (result (error $code)))))))))
    (import "wasi:cli/stdout@0.3.0" (instance $stdout
      (type $code' (enum "io" "illegal-byte-sequence" "pipe"))
      (export "error-code" (type $code (eq $code')))
      (export "write-via-stream"
        (func (param "data" (stream u8)) (result (future (result (error $code))))))))
    (alias export $stdin "error-code" (type $code))
    """

  private static let memory = """
    (core module $Mem (memory (export "mem") 16)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $mem (instantiate $Mem))
    (alias core export $mem "mem" (core memory $memory))
    """

  /// Copies standard input to standard output, 1000 bytes at a time, and waits for all to be written.
  static let copy03 = """
    (component
      \(stdio03)
      \(memory)
      (type $bytes (stream u8))
      (type $end (future (result (error $code))))
      (core func $in (canon lower (func $stdin "read-via-stream") (memory $memory)))
      (core func $out (canon lower (func $stdout "write-via-stream")))
      (core func $new (canon stream.new $bytes))
      (core func $read (canon stream.read $bytes (memory $memory)))
      (core func $write (canon stream.write $bytes (memory $memory)))
      (core func $close (canon stream.drop-writable $bytes))
      (core func $await (canon future.read $end (memory $memory)))
      (core module $M
        (import "" "mem" (memory 1))
        (import "" "in" (func $in (param i32)))
        (import "" "out" (func $out (param i32) (result i32)))
        (import "" "new" (func $new (result i64)))
        (import "" "read" (func $read (param i32 i32 i32) (result i32)))
        (import "" "write" (func $write (param i32 i32 i32) (result i32)))
        (import "" "close" (func $close (param i32)))
        (import "" "await" (func $await (param i32 i32) (result i32)))
        (func (export "run") (result i32)
          (local $i i32) (local $o i32) (local $end i32) (local $pair i64)
          (local $read i32) (local $at i32) (local $status i32) (local $written i32)
          (call $in (i32.const 0))
          (local.set $i (i32.load (i32.const 0)))
          (local.set $pair (call $new))
          (local.set $end (call $out (i32.wrap_i64 (local.get $pair))))
          (local.set $o (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
          (block $closed (loop $copy
            (local.set $status (call $read (local.get $i) (i32.const 1024) (i32.const 1000)))
            (local.set $read (i32.shr_u (local.get $status) (i32.const 4)))
            (local.set $at (i32.const 0))
            (block $written
              (loop $rest
                (br_if $written (i32.eq (local.get $at) (local.get $read)))
                (local.set $written (call $write (local.get $o)
                  (i32.add (i32.const 1024) (local.get $at))
                  (i32.sub (local.get $read) (local.get $at))))
                ;; Nothing more can be written: why is in the future.
                (br_if $closed (i32.and (local.get $written) (i32.const 15)))
                (local.set $at (i32.add (local.get $at)
                  (i32.shr_u (local.get $written) (i32.const 4))))
                (br $rest)))
            (br_if $copy (i32.eqz (i32.and (local.get $status) (i32.const 15))))))
          ;; Closed: the future of the input says why, that of the output when all is written.
          (if (i32.eqz (i32.and (local.get $written) (i32.const 15)))
            (then
              (drop (call $await (i32.load (i32.const 4)) (i32.const 8)))
              (if (i32.load8_u (i32.const 8)) (then (return (i32.const 1))))))
          (call $close (local.get $o))
          (drop (call $await (local.get $end) (i32.const 8)))
          (i32.load8_u (i32.const 8))))
      (core instance $m (instantiate $M (with "" (instance
        (export "mem" (memory $memory)) (export "in" (func $in)) (export "out" (func $out))
        (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
        (export "close" (func $close)) (export "await" (func $await))))))
      (func $run async (result (result)) (canon lift (core func $m "run")))
      (instance $i (export "run" (func $run)))
      (export "wasi:cli/run@0.3.0" (instance $i)))
    """

  private static let sockets03 = """
    (import "wasi:sockets/types@0.3.0" (instance $net
      (type $text (option string))
      (type $code' (variant (case "access-denied") (case "not-supported")
        (case "invalid-argument") (case "out-of-memory") (case "timeout") (case "invalid-state")
        (case "address-not-bindable") (case "address-in-use") (case "remote-unreachable")
        (case "connection-refused") (case "connection-broken") (case "connection-reset")
        (case "connection-aborted") (case "datagram-too-large") (case "other" $text)))
      (export "error-code" (type $code (eq $code')))
      (type $family' (enum "ipv4" "ipv6"))
      (export "ip-address-family" (type $family (eq $family')))
      (type $v4 (tuple u8 u8 u8 u8))
      (type $v6 (tuple u16 u16 u16 u16 u16 u16 u16 u16))
      (type $a4' (record (field "port" u16) (field "address" $v4)))
      (export "ipv4-socket-address" (type $a4 (eq $a4')))
      (type $a6' (record (field "port" u16) (field "flow-info" u32) (field "address" $v6)
        (field "scope-id" u32)))
      (export "ipv6-socket-address" (type $a6 (eq $a6')))
      (type $address' (variant (case "ipv4" $a4) (case "ipv6" $a6)))
      (export "ip-socket-address" (type $address (eq $address')))
      (export "tcp-socket" (type $socket (sub resource)))
      (type $end (future (result (error $code))))
      (export "[static]tcp-socket.create" (func (param "address-family" $family)
        (result (result (own $socket) (error $code)))))
      (export "[method]tcp-socket.bind" (func (param "self" (borrow $socket))
        (param "local-address" $address) (result (result (error $code)))))
      (export "[method]tcp-socket.listen" (func (param "self" (borrow $socket))
        (result (result (stream (own $socket)) (error $code)))))
      (export "[method]tcp-socket.send" (func (param "self" (borrow $socket))
        (param "data" (stream u8)) (result $end)))
      (export "[method]tcp-socket.receive" (func (param "self" (borrow $socket))
        (result (tuple (stream u8) $end))))))
    (alias export $net "error-code" (type $code))
    (alias export $net "tcp-socket" (type $socket))
    """

  /// `serve(port, connections)` echoes what so many connections send, all at the same time, and returns how many have
  /// ended. One loop waits for whatever happens next.
  ///
  ///     connection   0 reader | 4 writer | 8 start | 12 end | 16 whether the reader is at its end
  ///                  20 future of what is sent | 32... bytes
  ///     0x10000 + 4 * handle   the connection of a reader or writer
  static let echo03 = """
    (component
      \(sockets03)
      \(memory)
      (type $bytes (stream u8))
      (type $sockets (stream (own $socket)))
      (type $end (future (result (error $code))))
      (core func $create (canon lower (func $net "[static]tcp-socket.create")
        (memory $memory) (realloc (core func $mem "realloc"))))
      (core func $bind (canon lower (func $net "[method]tcp-socket.bind")
        (memory $memory) (realloc (core func $mem "realloc"))))
      (core func $listen (canon lower (func $net "[method]tcp-socket.listen")
        (memory $memory) (realloc (core func $mem "realloc"))))
      (core func $send (canon lower (func $net "[method]tcp-socket.send")))
      (core func $receive (canon lower (func $net "[method]tcp-socket.receive") (memory $memory)))
      (core func $drop-socket (canon resource.drop $socket))
      (core func $accept (canon stream.read $sockets async (memory $memory)))
      (core func $new (canon stream.new $bytes))
      (core func $read (canon stream.read $bytes async (memory $memory)))
      (core func $write (canon stream.write $bytes async (memory $memory)))
      (core func $drop-reader (canon stream.drop-readable $bytes))
      (core func $drop-writer (canon stream.drop-writable $bytes))
      (core func $drop-end (canon future.drop-readable $end))
      (core func $await (canon future.read $end async (memory $memory)
        (realloc (core func $mem "realloc"))))
      (core func $set (canon waitable-set.new))
      (core func $join (canon waitable.join))
      (core func $wait (canon waitable-set.wait (memory $memory)))
      (core module $M
        (import "" "mem" (memory 16))
        (import "" "create" (func $create (param i32 i32)))
        (import "" "bind" (func $bind (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "" "listen" (func $listen (param i32 i32)))
        (import "" "send" (func $send (param i32 i32) (result i32)))
        (import "" "receive" (func $receive (param i32 i32)))
        (import "" "drop-socket" (func $drop-socket (param i32)))
        (import "" "accept" (func $accept (param i32 i32 i32) (result i32)))
        (import "" "new" (func $new (result i64)))
        (import "" "read" (func $read (param i32 i32 i32) (result i32)))
        (import "" "write" (func $write (param i32 i32 i32) (result i32)))
        (import "" "drop-reader" (func $drop-reader (param i32)))
        (import "" "drop-writer" (func $drop-writer (param i32)))
        (import "" "drop-end" (func $drop-end (param i32)))
        (import "" "await" (func $await (param i32 i32) (result i32)))
        (import "" "set" (func $set (result i32)))
        (import "" "join" (func $join (param i32 i32)))
        (import "" "wait" (func $wait (param i32 i32) (result i32)))
        (global $waits (mut i32) (i32.const 0))
        (global $next (mut i32) (i32.const 0x20000))
        (global $ended (mut i32) (i32.const 0))

        (func $entry (param $handle i32) (result i32)
          (i32.add (i32.const 0x10000) (i32.shl (local.get $handle) (i32.const 2))))

        (func $accepted (param $socket i32) (local $c i32) (local $pair i64)
          (local.set $c (global.get $next))
          (global.set $next (i32.add (global.get $next) (i32.const 544)))
          (call $receive (local.get $socket) (i32.const 64))
          (i32.store (local.get $c) (i32.load (i32.const 64)))
          (call $drop-end (i32.load (i32.const 68)))
          (local.set $pair (call $new))
          (i32.store offset=20 (local.get $c)
            (call $send (local.get $socket) (i32.wrap_i64 (local.get $pair))))
          (call $drop-socket (local.get $socket))
          (i32.store offset=4 (local.get $c)
            (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
          (i32.store (call $entry (i32.load (local.get $c))) (local.get $c))
          (i32.store (call $entry (i32.load offset=4 (local.get $c))) (local.get $c))
          (call $join (i32.load (local.get $c)) (global.get $waits))
          (call $join (i32.load offset=4 (local.get $c)) (global.get $waits))
          (call $drive (local.get $c)))

        (func $noteRead (param $c i32) (param $status i32)
          (i32.store offset=8 (local.get $c) (i32.const 0))
          (i32.store offset=12 (local.get $c) (i32.shr_u (local.get $status) (i32.const 4)))
          (i32.store offset=16 (local.get $c) (i32.and (local.get $status) (i32.const 15))))

        (func $noteWritten (param $c i32) (param $status i32)
          (i32.store offset=8 (local.get $c) (i32.add (i32.load offset=8 (local.get $c))
            (i32.shr_u (local.get $status) (i32.const 4))))
          ;; Nobody wants the rest.
          (if (i32.and (local.get $status) (i32.const 15))
            (then
              (i32.store offset=8 (local.get $c) (i32.load offset=12 (local.get $c)))
              (i32.store offset=16 (local.get $c) (i32.const 1)))))

        ;; The connection has ended when all that was written is sent.
        (func $close (param $c i32) (local $end i32)
          (local.set $end (i32.load offset=20 (local.get $c)))
          (if (i32.eq (call $await (local.get $end) (i32.const 96)) (i32.const -1))
            (then
              (i32.store (call $entry (local.get $end)) (local.get $c))
              (call $join (local.get $end) (global.get $waits)))
            (else (call $sent (local.get $c)))))

        (func $sent (param $c i32)
          (call $drop-end (i32.load offset=20 (local.get $c)))
          (global.set $ended (i32.add (global.get $ended) (i32.const 1))))

        ;; Reads and writes until something has to be waited for.
        (func $drive (param $c i32) (local $status i32) (local $start i32)
          (loop $more
            (local.set $start (i32.load offset=8 (local.get $c)))
            (if (i32.lt_u (local.get $start) (i32.load offset=12 (local.get $c)))
              (then
                (local.set $status (call $write (i32.load offset=4 (local.get $c))
                  (i32.add (i32.add (local.get $c) (i32.const 32)) (local.get $start))
                  (i32.sub (i32.load offset=12 (local.get $c)) (local.get $start))))
                (if (i32.eq (local.get $status) (i32.const -1)) (then (return)))
                (call $noteWritten (local.get $c) (local.get $status))
                (br $more)))
            (if (i32.load offset=16 (local.get $c))
              (then
                (call $join (i32.load (local.get $c)) (i32.const 0))
                (call $join (i32.load offset=4 (local.get $c)) (i32.const 0))
                (call $drop-reader (i32.load (local.get $c)))
                (call $drop-writer (i32.load offset=4 (local.get $c)))
                (call $close (local.get $c))
                (return)))
            (local.set $status (call $read (i32.load (local.get $c))
              (i32.add (local.get $c) (i32.const 32)) (i32.const 512)))
            (if (i32.eq (local.get $status) (i32.const -1)) (then (return)))
            (call $noteRead (local.get $c) (local.get $status))
            (br $more)))

        (func (export "serve") (param $port i32) (param $count i32) (result i32)
          (local $socket i32) (local $listener i32) (local $status i32) (local $code i32)
          (local $accepted i32) (local $isAccepting i32) (local $c i32)
          (global.set $waits (call $set))
          (call $create (i32.const 0) (i32.const 0))
          (if (i32.load8_u (i32.const 0)) (then (unreachable)))
          (local.set $socket (i32.load (i32.const 4)))
          (call $bind (local.get $socket) (i32.const 0) (local.get $port) (i32.const 127)
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
          (if (i32.load8_u (i32.const 0)) (then (unreachable)))
          (call $listen (local.get $socket) (i32.const 0))
          (if (i32.load8_u (i32.const 0)) (then (unreachable)))
          (local.set $listener (i32.load (i32.const 4)))
          (call $join (local.get $listener) (global.get $waits))
          (loop $loop
            (if (i32.and (i32.lt_u (local.get $accepted) (local.get $count))
                (i32.eqz (local.get $isAccepting)))
              (then
                (local.set $status
                  (call $accept (local.get $listener) (i32.const 32) (i32.const 1)))
                (if (i32.eq (local.get $status) (i32.const -1))
                  (then (local.set $isAccepting (i32.const 1)))
                  (else
                    (local.set $accepted (i32.add (local.get $accepted) (i32.const 1)))
                    (call $accepted (i32.load (i32.const 32)))
                    (br $loop)))))
            (if (i32.eq (global.get $ended) (local.get $count))
              (then (return (global.get $ended))))
            (local.set $code (call $wait (global.get $waits) (i32.const 48)))
            (local.set $status (i32.load (i32.const 52)))
            (if (i32.eq (i32.load (i32.const 48)) (local.get $listener))
              (then
                (local.set $isAccepting (i32.const 0))
                (local.set $accepted (i32.add (local.get $accepted) (i32.const 1)))
                (call $accepted (i32.load (i32.const 32))))
              (else
                (local.set $c (i32.load (call $entry (i32.load (i32.const 48)))))
                ;; FUTURE_READ
                (if (i32.eq (local.get $code) (i32.const 4))
                  (then
                    (call $sent (local.get $c))
                    (br $loop)))
                ;; STREAM_READ, else STREAM_WRITE
                (if (i32.eq (local.get $code) (i32.const 2))
                  (then (call $noteRead (local.get $c) (local.get $status)))
                  (else (call $noteWritten (local.get $c) (local.get $status))))
                (call $drive (local.get $c))))
            (br $loop))
          (unreachable)))
      (core instance $m (instantiate $M (with "" (instance
        (export "mem" (memory $memory)) (export "create" (func $create))
        (export "bind" (func $bind)) (export "listen" (func $listen)) (export "send" (func $send))
        (export "receive" (func $receive)) (export "drop-socket" (func $drop-socket))
        (export "accept" (func $accept)) (export "new" (func $new)) (export "read" (func $read))
        (export "write" (func $write)) (export "drop-reader" (func $drop-reader))
        (export "drop-writer" (func $drop-writer)) (export "drop-end" (func $drop-end))
        (export "await" (func $await)) (export "set" (func $set)) (export "join" (func $join)) (export "wait" (func $wait))))))
      (func (export "serve") async (param "port" u16) (param "connections" u32) (result u32)
        (canon lift (core func $m "serve"))))
    """
}
