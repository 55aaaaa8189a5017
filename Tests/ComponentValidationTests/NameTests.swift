import Testing
import WasmSyntax
import WasmValidation

/// Explainer, Import and Export Definitions: names, attributes and what is gated about them.
struct NameTests {
  private func importing(_ name: String, _ attributes: String = "") -> String {
    "(import \"\(name)\" \(attributes) (instance))"
  }

  @Test(arguments: [
    "a", "a-b-c", "a1-2-3", "A", "A-B-C", "A1-2-3", "a11-w0rds", "A11-4CR0NYMS", "m1x3d-4CR0NYMS",
    "a:b/c", "a:b/C-d", "a-1:b-2/c", "a:b/c@1.2.3", "a:b/c@1.2.3-rc.1+build.01",
  ]) func valid(_ name: String) { expectValid(importing(name)) }

  @Test(arguments: [
    "", "1", "a-", "-a", "a--b", "aB", "a_b", "é", "a:b", "a:b/", ":b/c", "A:b/c", "a:B/c",
    "a:b/c@", "a:b/c@01.0.0", "a:b/c@1.0.0-01", "a:b/c@1.0.0 ", "[method]a", "[other]a", "a.b",
  ]) func invalid(_ name: String) { expectInvalid(importing(name), "is not a valid extern name") }

  /// Earlier drafts named dependencies and locations; `external-id` has taken their place.
  @Test(arguments: [
    "unlocked-dep=<a:b>", "locked-dep=<a:b@1.0.0>", "url=<https://a.b>", "integrity=<sha256-a>",
  ]) func removedForms(_ name: String) { expectInvalid(importing(name), "use `external-id`") }

  @Test func nestedNames() {
    for name in ["a:b:c/d", "a:b/c/d", "a:b:c/d/e@1.0.0"] {
      expectValid(importing(name))
      expectInvalid(
        importing(name), "-W component-model-nested-names=y",
        features: .all(but: .componentNestedNames))
    }
    expectInvalid(importing("a:b:c"), "expected `/` after package name")
  }

  @Test func canonicalVersions() {
    for name in ["a:b/c@1", "a:b/c@0.2", "a:b/c@12"] {
      expectValid(importing(name))
      expectInvalid(
        importing(name), "-W component-model-canonical-names=y",
        features: .all(but: .componentCanonicalNames))
    }
    for name in ["a:b/c@0", "a:b/c@1.2", "a:b/c@0.0", "a:b/c@01"] {
      expectInvalid(importing(name), "invalid interface version")
    }
  }

  @Test func versionSuffix() {
    expectValid(importing("a:b/c@1", "(versionsuffix \".2.3\")"))
    expectValid(importing("a:b/c@0.2", "(versionsuffix \".6-rc.1\")"))
    expectValid(importing("a:b/c@0.0.1", "(versionsuffix \"-alpha\")"))
    expectInvalid(importing("a:b/c@1", "(versionsuffix \".2\")"), "is not a valid version")
    expectInvalid(importing("a:b/c@1.2.3", "(versionsuffix \"-a\")"), "no canonical version")
    expectInvalid(importing("a:b/c", "(versionsuffix \".2.3\")"), "no canonical version")
    expectInvalid(importing("a", "(versionsuffix \".2.3\")"), "no canonical version")
    expectInvalid(importing("a:b/c@1", "(versionsuffix \".2.3 \")"), "not a valid version suffix")
    expectInvalid(
      importing("a:b/c@1.0.0", "(versionsuffix \"\")"), "-W component-model-canonical-names=y",
      features: .all(but: .componentCanonicalNames))
  }

  @Test func attributesAreGated() {
    for attribute in ["(implements \"a:b/c\")", "(external-id \"x\")"] {
      expectValid(importing("a", attribute))
      expectInvalid(
        importing("a", attribute), "-W component-model-implements=y",
        features: .all(but: .componentImplements))
    }
  }

  @Test func strongUniqueness() {
    let resource = "(import \"foo\" (type $r (sub resource)))"
    expectValid(
      resource
        + """
        (import "[constructor]foo" (func (result (own $r))))
        (import "[method]foo.bar" (func (param "self" (borrow $r))))
        (import "[static]foo.baz" (func))
        (import "foo-bar" (func)) (import "foo:bar/baz" (instance))
        """)
    for name in ["FOO", "[static]foo.foo"] {
      expectInvalid(resource + "(import \"\(name)\" (func))", "conflicts with previous name `foo`")
    }
    expectInvalid(
      resource + "(import \"[static]foo.a\" (func)) (import \"[static]foo.A\" (func))",
      "conflicts with previous name")
    expectInvalid(
      "(import \"a:b/c\" (instance)) (import \"a:b/C\" (instance))", "conflicts with previous name")
  }
}
