// `errno` of WASI 0.1, in the order of typenames.witx.

/// Error codes of `wasi_snapshot_preview1`.
enum Errno: UInt16, Error {
  case success, tooBig, acces, addrinuse, addrnotavail, afnosupport, again, already, badf, badmsg
  case busy, canceled, child, connaborted, connrefused, connreset, deadlk, destaddrreq, dom, dquot
  case exist, fault, fbig, hostunreach, idrm, ilseq, inprogress, intr, inval, io, isconn, isdir
  case loop, mfile, mlink, msgsize, multihop, nametoolong, netdown, netreset, netunreach, nfile
  case nobufs, nodev, noent, noexec, nolck, nolink, nomem, nomsg, noprotoopt, nospc, nosys, notconn
  case notdir, notempty, notrecoverable, notsock, notsup, notty, nxio, overflow, ownerdead, perm
  case pipe, proto, protonosupport, prototype, range, rofs, spipe, srch, stale, timedout, txtbsy
  case xdev, notcapable

  init(_ error: SystemError) {
    self =
      switch error {
      case .access: .acces
      case .wouldBlock: .again
      case .already, .concurrencyConflict: .already
      case .badDescriptor: .badf
      case .busy: .busy
      case .deadlock: .deadlk
      case .quota: .dquot
      case .exist: .exist
      case .fileTooLarge: .fbig
      case .illegalByteSequence: .ilseq
      case .inProgress: .inprogress
      case .interrupted: .intr
      case .invalid, .invalidState, .notInProgress: .inval
      case .io, .unknown: .io
      case .isDirectory: .isdir
      case .loop: .loop
      case .tooManyLinks: .mlink
      case .messageSize: .msgsize
      case .nameTooLong: .nametoolong
      case .noDevice: .nodev
      case .noEntry, .nameUnresolvable: .noent
      case .noLock: .nolck
      case .insufficientMemory: .nomem
      case .insufficientSpace: .nospc
      case .notDirectory: .notdir
      case .notEmpty: .notempty
      case .notRecoverable, .permanentResolverFailure: .notrecoverable
      case .unsupported: .notsup
      case .noTTY: .notty
      case .noSuchDevice: .nxio
      case .overflow: .overflow
      case .notPermitted: .perm
      case .pipe: .pipe
      case .readOnly: .rofs
      case .invalidSeek: .spipe
      case .textFileBusy: .txtbsy
      case .crossDevice: .xdev
      case .descriptorLimit: .mfile
      case .timeout: .timedout
      case .addressNotBindable: .addrnotavail
      case .addressInUse: .addrinuse
      case .remoteUnreachable: .hostunreach
      case .connectionRefused: .connrefused
      case .connectionReset: .connreset
      case .connectionAborted: .connaborted
      case .temporaryResolverFailure: .again
      }
  }
}
