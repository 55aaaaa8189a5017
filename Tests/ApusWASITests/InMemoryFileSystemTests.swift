// What a program is told that uses a file system in memory itself.

import ApusWASI
import Testing

@Suite struct InMemoryFileSystemTests {
  private let files: InMemoryFileSystem

  init() throws { files = try InMemoryFileSystem(files: ["a": "text", "b/c": ""], limit: 4096) }

  private func failure(
    _ body: () throws(InMemoryFileSystemError) -> Void
  ) -> InMemoryFileSystemError? {
    do throws(InMemoryFileSystemError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func errorsSayWhatIsWrongWithWhichPath() throws {
    typealias Failing = () throws(InMemoryFileSystemError) -> Void
    let cases: [(InMemoryFileSystemError.Reason, String, Failing)] = [
      (
        .notFound, "b/d: no such file or directory",
        { () throws(InMemoryFileSystemError) in _ = try files.read("b/d") }
      ),
      (
        .notFound, "x: no such file or directory",
        { () throws(InMemoryFileSystemError) in _ = try files.names(in: "x") }
      ),
      (
        .notDirectory, "a/b: not a directory",
        { () throws(InMemoryFileSystemError) in _ = try files.read("a/b") }
      ),
      (
        .notDirectory, "a/b: not a directory",
        { () throws(InMemoryFileSystemError) in try files.write([], to: "a/b") }
      ),
      (
        .notDirectory, "a: not a directory",
        { () throws(InMemoryFileSystemError) in _ = try files.names(in: "a") }
      ),
      (
        .isDirectory, "b: is a directory",
        { () throws(InMemoryFileSystemError) in try files.write([1], to: "b") }
      ),
      (
        .outside, "../x: the path leads out of the file system",
        { () throws(InMemoryFileSystemError) in _ = try files.read("../x") }
      ),
      (
        .noSpace, "big: the file system is full",
        { () throws(InMemoryFileSystemError) in
          try files.write(Array(repeating: 0, count: 5000), to: "big")
        }
      ),
    ]
    for (reason, text, body) in cases {
      let error = try #require(failure(body), "\(text)")
      #expect(error.reason == reason)
      #expect("\(error)" == text)
    }
    #expect(try files.read("a") == Array("text".utf8))
    #expect(try files.names() == ["a", "b", "big"])
  }
}
