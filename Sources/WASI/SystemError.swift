// The one error of the OS-facing layer: the union of wasi:filesystem's `error-code` and wasi:sockets' `error-code`.
// Each WASI version has a table from here to its own codes; what a version lacks becomes the nearest one it has.

/// Why an operation failed, with the names of WASI 0.2 and 0.3.
package enum SystemError: Error, Hashable, Sendable, CaseIterable {
  // MARK: wasi:filesystem/types

  case access
  case wouldBlock
  case already
  case badDescriptor
  case busy
  case deadlock
  case quota
  case exist
  case fileTooLarge
  case illegalByteSequence
  case inProgress
  case interrupted
  case invalid
  case io
  case isDirectory
  case loop
  case tooManyLinks
  case messageSize
  case nameTooLong
  case noDevice
  case noEntry
  case noLock
  case insufficientMemory
  case insufficientSpace
  case notDirectory
  case notEmpty
  case notRecoverable
  case unsupported
  case noTTY
  case noSuchDevice
  case overflow
  case notPermitted
  case pipe
  case readOnly
  case invalidSeek
  case textFileBusy
  case crossDevice
  /// The process has no file descriptors left; `new-socket-limit` for sockets.
  case descriptorLimit

  // MARK: wasi:sockets

  case timeout
  case concurrencyConflict
  case notInProgress
  case invalidState
  case addressNotBindable
  case addressInUse
  case remoteUnreachable
  case connectionRefused
  case connectionReset
  case connectionAborted
  case nameUnresolvable
  case temporaryResolverFailure
  case permanentResolverFailure

  /// The system gave an error that none of the others describes.
  case unknown
}
