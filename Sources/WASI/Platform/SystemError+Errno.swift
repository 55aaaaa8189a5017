// From the system's error numbers.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension SystemError {
  /// What `errno` says now.
  static var current: SystemError { SystemError(errno: errno) }

  init(errno code: Int32) {
    self = Self.byErrno[code] ?? .unknown
  }

  // Some numbers have two names on some systems.
  private static let byErrno = Dictionary(names, uniquingKeysWith: { first, _ in first })

  private static let names: [(Int32, SystemError)] = [
    (EACCES, .access), (EAGAIN, .wouldBlock), (EALREADY, .already), (EBADF, .badDescriptor),
    (EBUSY, .busy), (EDEADLK, .deadlock), (EDQUOT, .quota), (EEXIST, .exist),
    (EFBIG, .fileTooLarge), (EILSEQ, .illegalByteSequence), (EINPROGRESS, .inProgress),
    (EINTR, .interrupted), (EINVAL, .invalid), (EIO, .io), (EISDIR, .isDirectory),
    (ELOOP, .loop), (EMLINK, .tooManyLinks), (EMSGSIZE, .messageSize),
    (ENAMETOOLONG, .nameTooLong), (ENODEV, .noDevice), (ENOENT, .noEntry), (ENOLCK, .noLock),
    (ENOMEM, .insufficientMemory), (ENOSPC, .insufficientSpace), (ENOTDIR, .notDirectory),
    (ENOTEMPTY, .notEmpty), (ENOTRECOVERABLE, .notRecoverable), (ENOTSUP, .unsupported),
    (ENOSYS, .unsupported), (ENOTTY, .noTTY), (ENXIO, .noSuchDevice), (EOVERFLOW, .overflow),
    (EPERM, .notPermitted), (EPIPE, .pipe), (EROFS, .readOnly), (ESPIPE, .invalidSeek),
    (ETXTBSY, .textFileBusy), (EXDEV, .crossDevice), (EMFILE, .descriptorLimit),
    (ENFILE, .descriptorLimit), (ENOBUFS, .insufficientMemory), (ETIMEDOUT, .timeout),
    (EADDRNOTAVAIL, .addressNotBindable), (EADDRINUSE, .addressInUse),
    (EHOSTUNREACH, .remoteUnreachable), (ENETUNREACH, .remoteUnreachable),
    (EHOSTDOWN, .remoteUnreachable), (ENETDOWN, .remoteUnreachable),
    (ENETRESET, .remoteUnreachable), (ECONNREFUSED, .connectionRefused),
    (ECONNRESET, .connectionReset), (ECONNABORTED, .connectionAborted), (EISCONN, .invalidState),
    (ENOTCONN, .invalidState), (EDESTADDRREQ, .invalid), (EAFNOSUPPORT, .invalid),
    (EPROTONOSUPPORT, .unsupported), (EWOULDBLOCK, .wouldBlock), (EOPNOTSUPP, .unsupported),
  ]
}
