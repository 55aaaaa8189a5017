// All functions of wasi_snapshot_preview1 in the order of its witx: name, parameters, and where it is.

import WasmSyntax

/// A row: `i` is a parameter of type i32, `I` one of i64.
struct Preview1Function: Sendable {
  let name: String
  let type: FunctionType
  let body: @Sendable (WASIPreview1, Preview1Call) throws -> Void

  init(
    _ name: String, _ parameters: StaticString, returns: Bool = true,
    _ body: @escaping @Sendable (WASIPreview1) -> (Preview1Call) throws -> Void
  ) {
    self.name = name
    let parameters = parameters.withUTF8Buffer { $0.map { $0 == UInt8(ascii: "I") } }
    type = FunctionType(
      parameters: parameters.map { $0 ? .i64 : .i32 }, results: returns ? [.i32] : [])
    self.body = { host, call in try body(host)(call) }
  }
}

let preview1Functions: [Preview1Function] = [
  .init("args_get", "ii", WASIPreview1.argsGet),
  .init("args_sizes_get", "ii", WASIPreview1.argsSizesGet),
  .init("environ_get", "ii", WASIPreview1.environGet),
  .init("environ_sizes_get", "ii", WASIPreview1.environSizesGet),
  .init("clock_res_get", "ii", WASIPreview1.clockResGet),
  .init("clock_time_get", "iIi", WASIPreview1.clockTimeGet),
  .init("fd_advise", "iIIi", WASIPreview1.fdAdvise),
  .init("fd_allocate", "iII", WASIPreview1.fdAllocate),
  .init("fd_close", "i", WASIPreview1.fdClose),
  .init("fd_datasync", "i", WASIPreview1.fdDatasync),
  .init("fd_fdstat_get", "ii", WASIPreview1.fdFdstatGet),
  .init("fd_fdstat_set_flags", "ii", WASIPreview1.fdFdstatSetFlags),
  .init("fd_fdstat_set_rights", "iII", WASIPreview1.fdFdstatSetRights),
  .init("fd_filestat_get", "ii", WASIPreview1.fdFilestatGet),
  .init("fd_filestat_set_size", "iI", WASIPreview1.fdFilestatSetSize),
  .init("fd_filestat_set_times", "iIIi", WASIPreview1.fdFilestatSetTimes),
  .init("fd_pread", "iiiIi", WASIPreview1.fdPread),
  .init("fd_prestat_get", "ii", WASIPreview1.fdPrestatGet),
  .init("fd_prestat_dir_name", "iii", WASIPreview1.fdPrestatDirName),
  .init("fd_pwrite", "iiiIi", WASIPreview1.fdPwrite),
  .init("fd_read", "iiii", WASIPreview1.fdRead),
  .init("fd_readdir", "iiiIi", WASIPreview1.fdReaddir),
  .init("fd_renumber", "ii", WASIPreview1.fdRenumber),
  .init("fd_seek", "iIii", WASIPreview1.fdSeek),
  .init("fd_sync", "i", WASIPreview1.fdSync),
  .init("fd_tell", "ii", WASIPreview1.fdTell),
  .init("fd_write", "iiii", WASIPreview1.fdWrite),
  .init("path_create_directory", "iii", WASIPreview1.pathCreateDirectory),
  .init("path_filestat_get", "iiiii", WASIPreview1.pathFilestatGet),
  .init("path_filestat_set_times", "iiiiIIi", WASIPreview1.pathFilestatSetTimes),
  .init("path_link", "iiiiiii", WASIPreview1.pathLink),
  .init("path_open", "iiiiiIIii", WASIPreview1.pathOpen),
  .init("path_readlink", "iiiiii", WASIPreview1.pathReadlink),
  .init("path_remove_directory", "iii", WASIPreview1.pathRemoveDirectory),
  .init("path_rename", "iiiiii", WASIPreview1.pathRename),
  .init("path_symlink", "iiiii", WASIPreview1.pathSymlink),
  .init("path_unlink_file", "iii", WASIPreview1.pathUnlinkFile),
  .init("poll_oneoff", "iiii", WASIPreview1.pollOneoff),
  .init("proc_exit", "i", returns: false, WASIPreview1.procExit),
  .init("proc_raise", "i", WASIPreview1.procRaise),
  .init("sched_yield", "", WASIPreview1.schedYield),
  .init("random_get", "ii", WASIPreview1.randomGet),
  .init("sock_accept", "iii", WASIPreview1.sockAccept),
  .init("sock_recv", "iiiiii", WASIPreview1.sockRecv),
  .init("sock_send", "iiiii", WASIPreview1.sockSend),
  .init("sock_shutdown", "ii", WASIPreview1.sockShutdown),
]
