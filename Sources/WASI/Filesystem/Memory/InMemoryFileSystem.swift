// A file system that lives in memory, for tests and for guests that are to touch nothing. It is built of nodes under one
// lock; paths are resolved and rights checked above it, by the same code as for the host's directories.

import Synchronization

/// A tree of files and directories in memory, to be preopened for guests. Safe to use from any thread.
public final class InMemoryFileSystem: Sendable {
  let state: Mutex<MemoryTree>
  let clocks: any Clocks
  /// Tells nodes of different file systems apart.
  let device: UInt64
  private static let devices = Atomic<UInt64>(0)

  /// - Parameter limit: Bytes that the contents may take, including 256 for every file and directory.
  public convenience init(limit: Int = 1 << 30) {
    self.init(limit: limit, clocks: SystemClocks())
  }

  /// With files, named by their paths; directories on the way are made.
  ///
  /// - Throws: `InMemoryFileSystemError`.
  public convenience init(
    files: [String: String], limit: Int = 1 << 30
  ) throws(InMemoryFileSystemError) {
    self.init(limit: limit)
    for (path, text) in files { try write(Array(text.utf8), to: path) }
  }

  /// With a clock of its own for time stamps.
  public convenience init(clock: SteppableClock, limit: Int = 1 << 30) {
    self.init(limit: limit, clocks: clock)
  }

  private init(limit: Int, clocks: any Clocks) {
    self.clocks = clocks
    device = Self.devices.add(1, ordering: .relaxed).newValue
    state = Mutex(MemoryTree(limit: limit, now: clocks.wallTime))
  }

  var root: any DirectoryNode {
    MemoryDirectory(fileSystem: self, id: MemoryTree.rootID)
  }

  // MARK: For the embedder

  /// Creates or replaces a file, and the directories on the way to it.
  ///
  /// - Throws: `InMemoryFileSystemError`; a file that did not fit is there with what did.
  public func write(_ bytes: [UInt8], to path: String) throws(InMemoryFileSystemError) {
    do throws(SystemError) {
      let base = Descriptor(preopen: root, isReadOnly: false)
      var folder = ""
      for part in path.split(separator: "/").dropLast() {
        folder += folder.isEmpty ? part : "/\(part)"
        do throws(SystemError) {
          try base.createDirectory(at: folder)
        } catch .exist {
          continue
        }
      }
      let file = try base.open(at: path, .symlinkFollow, [.create, .truncate], .write)
      var rest = bytes[...]
      while !rest.isEmpty {
        let offset = UInt64(bytes.count - rest.count)
        let count = rest.withUnsafeBytes { bytes in
          Result { () throws(SystemError) in try file.write(bytes, at: offset) }
        }
        rest = rest.dropFirst(try count.get())
      }
    } catch {
      throw InMemoryFileSystemError(error, path)
    }
  }

  /// The contents of a file.
  ///
  /// - Throws: `InMemoryFileSystemError`.
  public func read(_ path: String) throws(InMemoryFileSystemError) -> [UInt8] {
    do throws(SystemError) {
      let base = Descriptor(preopen: root, isReadOnly: true)
      let file = try base.open(at: path, .symlinkFollow, [], .read)
      let size = Int(clamping: try file.stat().size)
      var failure: SystemError?
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        do throws(SystemError) {
          count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      return bytes
    } catch {
      throw InMemoryFileSystemError(error, path)
    }
  }

  /// Names in a directory, sorted; the root is the empty path.
  ///
  /// - Throws: `InMemoryFileSystemError`.
  public func names(in path: String = "") throws(InMemoryFileSystemError) -> [String] {
    do throws(SystemError) {
      let base = Descriptor(preopen: root, isReadOnly: true)
      let folder =
        path.isEmpty ? base : try base.open(at: path, .symlinkFollow, .directory, .read)
      return try folder.readDirectory().map(\.name)
    } catch {
      throw InMemoryFileSystemError(error, path)
    }
  }
}
