;; Streams and futures hold no borrow and, for now, streams no char: Explainer.md, Asynchronous value types.
(component definition
  (import "r" (type $R (sub resource)))
  (import "f" (func
    (param "a" (stream)) (param "b" (future)) (param "c" (stream (own $R))) (param "d" (future char))
    (param "e" (stream (stream u8))) (param "g" (future (stream (future string)))) (param "h" (stream (list char))))))
(assert_invalid
  (component
    (import "r" (type $R (sub resource)))
    (import "f" (func (param "a" (stream (borrow $R))))))
  "borrow")
(assert_invalid
  (component
    (import "r" (type $R (sub resource)))
    (import "f" (func (param "a" (future (list (tuple u8 (borrow $R))))))))
  "borrow")
(assert_invalid (component (import "f" (func (param "a" (stream char))))) "stream<char>")
