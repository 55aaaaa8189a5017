;; A result holds no borrow, at any depth: Explainer.md, Definition types (`functype`).
(component definition
  (import "r" (type $R (sub resource)))
  (import "f" (func (param "a" (list (option (borrow $R)))) (result (list (own $R))))))
(assert_invalid
  (component (import "r" (type $R (sub resource))) (import "f" (func (result (borrow $R)))))
  "borrow")
(assert_invalid
  (component (import "r" (type $R (sub resource))) (import "f" (func (result (list (option (borrow $R)))))))
  "borrow")
