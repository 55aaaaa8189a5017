// The records that the instruction handlers (C) and the runtime (Swift) share.
//
// Swift allocates and fills every record below; the handlers only follow pointers. Handler types stay
// private to this target: Swift cannot express their calling convention, so it sees `const void *`.
// The only way in is `wasm_enter`, which runs the guest until something needs Swift and says what.
#ifndef C_WASM_EXECUTION_H
#define C_WASM_EXECUTION_H

#include <stddef.h>
#include <stdint.h>

typedef struct WasmIns WasmIns;
typedef struct WasmFrame WasmFrame;
typedef struct WasmFunctionCode WasmFunctionCode;
typedef struct WasmTypeInfo WasmTypeInfo;
typedef struct WasmFunction WasmFunction;
typedef struct WasmMemory WasmMemory;
typedef struct WasmTable WasmTable;
typedef struct WasmInstance WasmInstance;
typedef struct WasmObject WasmObject;
typedef struct WasmContext WasmContext;

// One translated instruction: 24 bytes. The operand fields mean what the handler's shape says: byte
// offsets of slots relative to the frame (signed: parameters are below the frame), immediates, or a
// displacement in bytes to the target instruction. `a` and `b` together hold a 64-bit immediate.
struct WasmIns {
  const void *handler;
  int32_t a, b, d, t;
};

// A slot is 64 bits and is always written whole: i32 and f32 zero-extended, references one word, v128 two
// consecutive slots (low half first). A guest frame on the guest stack, addresses growing upwards:
//
//     fp - 8*max(P, R)      parameters; the results overwrite them from the same start
//     fp                    WasmFrame (the header)
//     fp + 32               locals that are not parameters, then temporaries
//
// P and R are the slot counts of the parameters and results. The caller places arguments where the callee's
// parameters start, so a call only moves fp. Links are offsets because stacks move when they grow.
struct WasmFrame {
  const WasmIns *return_pc;         // where the caller goes on
  const WasmFunctionCode *code;     // the running function; NULL in host frames
  uint32_t caller_delta;            // this fp minus the caller's fp, in bytes
  uint32_t flags;                   // WASM_FRAME_*
  WasmInstance *caller_instance;    // set only with WASM_FRAME_CROSS
};
enum {
  WASM_FRAME_CROSS = 1,  // the caller runs in `caller_instance`; without it in the same instance as the callee
  WASM_FRAME_BASE = 2,   // entered from Swift: nothing of this activation lies below
  WASM_FRAME_HOST = 4,   // a host function runs here
};

// To call a function from Swift: place the arguments, write a header at fp = arguments + code->argument_bytes with
// return_pc = wasm_base_return, code, caller_delta = 0 and flags = WASM_FRAME_BASE (plus CROSS and caller_instance
// where an instance is to be restored), set context->pc = code->entry, fp and instance, and call `wasm_enter`. On
// WASM_DONE context->fp is that fp again and the results start where the arguments did. Code may write a header
// WASM_STACK_SLACK bytes above any frame it has checked for: keep that much room above fp when entering.
//
// While a host function runs, context->fp is its own HOST frame, whose header always has CROSS and the instance to go
// on in; its slots end at fp. SUSPEND from a host function leaves context->pc at an instruction that leaves the HOST
// frame: write the results into its slots (fp - 8 * max(parameter_slots, result_slots)) before the next `wasm_enter`.
// A tail call keeps BASE and CROSS flags and may change caller_delta (int32), so that the caller's fp is always
// fp - (int32_t)caller_delta.
extern const WasmIns wasm_base_return[1];
enum { WASM_STACK_SLACK = 64 };

// Translation state of one function of a module, shared by every instance in every store. `entry` points at
// `lazy` until the function has been translated; then it is replaced once, with release order.
struct WasmFunctionCode {
  const WasmIns *entry;
  WasmIns lazy;               // its handler asks Swift to translate the function this record belongs to
  const WasmIns *end;         // end of the translated instructions (valid once translated)
  void *module;               // unretained Swift object that translates and describes the function
  uint32_t index;             // function index in the module
  uint32_t frame_size;        // bytes from fp to the end of the temporaries (valid once translated)
  uint32_t parameter_slots;
  uint32_t result_slots;
  uint32_t argument_bytes;    // 8 * max(parameter_slots, result_slots)
  uint32_t reserved;
};

// Canonical run-time type, owned by the engine's type registry. Two types are equal iff the pointers are.
struct WasmTypeInfo {
  uint32_t id;                 // canonical id (ValueType payload of canonical types)
  uint8_t kind;                // WASM_TYPE_*
  uint8_t is_final;
  uint16_t depth;              // length of the supertype chain above this type
  const WasmTypeInfo *const *supers;  // supers[0] is the root, supers[depth] is this type itself
  // Layout of objects of this type (structs and arrays). Field offsets are from the object's start.
  uint32_t object_size;        // structs: whole object; arrays: size of the header, elements follow
  uint32_t element_size;       // arrays: bytes per element (1, 2, 4, 8 or 16)
  uint32_t field_count;
  const uint32_t *field_offsets;
  const uint32_t *reference_offsets;  // structs: offsets of the fields that hold references, for the collector
  uint32_t reference_count;
  uint8_t element_is_reference;
  uint32_t parameter_slots, result_slots;  // functions
  const uint8_t *field_sizes;  // structs: bytes per field (1, 2, 4, 8 or 16)
};
enum {
  WASM_TYPE_FUNC = 0,
  WASM_TYPE_STRUCT = 1,
  WASM_TYPE_ARRAY = 2,
  WASM_TYPE_HOST = 3,       // a host value behind externref
  WASM_TYPE_EXCEPTION = 4,
};

// A reference is one word: 0 is null; an odd word is an i31 (value << 1 | 1, upper 32 bits zero); any other
// word is the address of a WasmFunction or a WasmObject. Both start with their type.
struct WasmObject {
  const WasmTypeInfo *type;
  uint32_t length;             // arrays: number of elements
  uint32_t mark;               // belongs to the collector
  // payload follows at offset 16
};

typedef int32_t (*WasmHostFunction)(WasmContext *context, void *host_context, uint64_t *slots);

struct WasmFunction {
  const WasmTypeInfo *type;
  const WasmFunctionCode *code;     // NULL for host functions
  WasmInstance *instance;           // NULL for host functions
  WasmHostFunction host;            // arguments and results in `slots`; returns a WasmStatus
  void *host_context;               // unretained
};

struct WasmMemory {
  uint8_t *base;
  uint64_t size;                    // bytes; for a shared memory read and written atomically
  uint64_t *shared_size;            // shared memories: the authoritative size, else NULL
  uint32_t page_size_log2;
  uint32_t is_64;
  void *owner;                      // unretained Swift object
};

struct WasmTable {
  uint64_t *elements;
  uint64_t size;
  void *owner;
};

// Per-instance arrays. Index spaces are the module's, imports first; every array element is a pointer so that
// imported and defined entities are reached the same way, except functions defined here, which lie in a slab.
struct WasmInstance {
  WasmMemory **memories;
  WasmTable **tables;
  uint64_t **globals;               // address of the global's slot (two slots for v128)
  WasmFunction **functions;         // all functions
  const WasmTypeInfo *const *types; // by type index of the module
  void **tags;                      // identity of each tag
  const uint8_t **data_bases;       // data segments; dropped ones have length 0
  uint64_t *data_lengths;
  uint64_t **element_bases;         // element segments as reference words
  uint64_t *element_lengths;
  WasmMemory *memory0;              // memories[0], or an empty memory
  void *owner;                      // unretained Swift object
  void *store;                      // unretained Swift object
};

// What a helper, a host function or wasm_enter returns.
enum WasmStatus {
  WASM_CONTINUE = 0,    // go on behind the instruction
  WASM_DONE = 1,        // wasm_enter: the base frame was left; results are in its argument area
  WASM_TRAP = 2,        // context->trap says why
  WASM_SUSPEND = 3,     // leave the handlers; a later wasm_enter goes on behind the instruction
  WASM_RESTART = 4,     // context->pc/fp/instance were changed: go on there (exceptions, retry)
  WASM_EXCEPTION = 5,   // wasm_enter: an exception left the base frame (context->exception)
};

// A rare operation. Operands lie in `slots` in stack order and the results overwrite them from the same start.
typedef int32_t (*WasmHelper)(WasmContext *context, uint64_t *slots, uint32_t imm0, uint32_t imm1);

// State of one guest thread while it runs, plus what handlers need of its store.
struct WasmContext {
  const WasmIns *pc;                // saved on leaving; next instruction on entering
  uint8_t *fp;                      // likewise; also set before every helper and host call
  WasmInstance *instance;           // instance of the running function
  int64_t fuel;                     // what is left of the current slice; below 0 calls the refill helper
  uint8_t *stack_base;
  uint8_t *stack_limit;             // end of the allocated stack
  const WasmHelper *helpers;        // indexed by WASM_HELPER_*
  uint32_t trap;                    // WASM_TRAP_* (declared by Swift's TrapReason raw values below)
  uint32_t native_depth;            // nested wasm_enter activations
  uint64_t exception;               // reference word of an exception on its way out
  const WasmFunction *callee;       // host function being called
  void *thread;                     // unretained Swift object: the guest thread
  void *store;                      // unretained Swift object
};

// Reasons that handlers raise themselves; TrapReason in Swift has the same raw values and the messages.
enum {
  WASM_TRAP_NONE = 0,
  WASM_TRAP_UNREACHABLE = 1,
  WASM_TRAP_MEMORY_OUT_OF_BOUNDS = 2,
  WASM_TRAP_TABLE_OUT_OF_BOUNDS = 3,
  WASM_TRAP_INDIRECT_CALL_TO_NULL = 4,
  WASM_TRAP_INDIRECT_CALL_TYPE_MISMATCH = 5,
  WASM_TRAP_UNDEFINED_ELEMENT = 6,
  WASM_TRAP_INTEGER_OVERFLOW = 7,
  WASM_TRAP_INTEGER_DIVIDE_BY_ZERO = 8,
  WASM_TRAP_INVALID_CONVERSION = 9,
  WASM_TRAP_CALL_STACK_EXHAUSTED = 10,
  WASM_TRAP_NULL_REFERENCE = 11,
  WASM_TRAP_NULL_FUNCTION_REFERENCE = 12,
  WASM_TRAP_NULL_STRUCTURE_REFERENCE = 13,
  WASM_TRAP_NULL_ARRAY_REFERENCE = 14,
  WASM_TRAP_NULL_I31_REFERENCE = 15,
  WASM_TRAP_NULL_EXCEPTION_REFERENCE = 16,
  WASM_TRAP_ARRAY_OUT_OF_BOUNDS = 17,
  WASM_TRAP_CAST_FAILURE = 18,
  WASM_TRAP_UNALIGNED_ATOMIC = 19,
  WASM_TRAP_EXPECTED_SHARED_MEMORY = 20,
  WASM_TRAP_FUEL_EXHAUSTED = 21,
  WASM_TRAP_DEADLINE = 22,
  WASM_TRAP_BUG = 23,
  WASM_TRAP_GC_HEAP_EXHAUSTED = 24,
  WASM_TRAP_HOST_ERROR = 25,  // a host function failed with an error of its own; its thread holds it
  WASM_TRAP_FUNCTION_TOO_LARGE = 26,  // translation is beyond a limit
  WASM_TRAP_COMPONENT = 27,   // a trap of the Component Model; its thread has the words
};

// Indices into context->helpers. The first group is called by dedicated handlers, the others by the one
// generic handler; imm0/imm1 are the instruction's immediates in text order.
enum {
  WASM_HELPER_TRANSLATE = 0,        // slots = NULL; context->pc = &code->lazy; CONTINUE once code->entry is replaced
  WASM_HELPER_GROW_STACK,           // slots = NULL; imm0 = bytes needed above fp; CONTINUE with a moved context->fp
  WASM_HELPER_REFILL_FUEL,          // slots = NULL; the slice is used up; CONTINUE, TRAP or SUSPEND
  WASM_HELPER_MEMORY_GROW,          // [delta] -> [old]          imm0 = memory
  WASM_HELPER_MEMORY_INIT,          // [d s n] -> []             imm0 = data, imm1 = memory
  WASM_HELPER_MEMORY_COPY,          // [d s n] -> []             imm0 = destination, imm1 = source memory
  WASM_HELPER_MEMORY_FILL,          // [d v n] -> []             imm0 = memory
  WASM_HELPER_DATA_DROP,            // [] -> []                  imm0 = data
  WASM_HELPER_TABLE_GROW,           // [ref n] -> [old]          imm0 = table
  WASM_HELPER_TABLE_FILL,           // [i ref n] -> []           imm0 = table
  WASM_HELPER_TABLE_COPY,           // [d s n] -> []             imm0 = destination, imm1 = source table
  WASM_HELPER_TABLE_INIT,           // [d s n] -> []             imm0 = element segment, imm1 = table
  WASM_HELPER_ELEMENT_DROP,         // [] -> []                  imm0 = element segment
  WASM_HELPER_STRUCT_NEW,           // [fields] -> [ref]         imm0 = type
  WASM_HELPER_STRUCT_NEW_DEFAULT,   // [] -> [ref]               imm0 = type
  WASM_HELPER_ARRAY_NEW,            // [v n] -> [ref]            imm0 = type
  WASM_HELPER_ARRAY_NEW_DEFAULT,    // [n] -> [ref]              imm0 = type
  WASM_HELPER_ARRAY_NEW_FIXED,      // [values] -> [ref]         imm0 = type, imm1 = count
  WASM_HELPER_ARRAY_NEW_DATA,       // [s n] -> [ref]            imm0 = type, imm1 = data
  WASM_HELPER_ARRAY_NEW_ELEM,       // [s n] -> [ref]            imm0 = type, imm1 = element segment
  WASM_HELPER_ARRAY_FILL,           // [a i v n] -> []           imm0 = type
  WASM_HELPER_ARRAY_COPY,           // [a i b j n] -> []         imm0 = destination, imm1 = source type
  WASM_HELPER_ARRAY_INIT_DATA,      // [a i s n] -> []           imm0 = type, imm1 = data
  WASM_HELPER_ARRAY_INIT_ELEM,      // [a i s n] -> []           imm0 = type, imm1 = element segment
  WASM_HELPER_THROW,                // [values] -> never         imm0 = tag; RESTART or EXCEPTION
  WASM_HELPER_THROW_REF,            // [exn] -> never            RESTART or EXCEPTION
  WASM_HELPER_ATOMIC_NOTIFY,        // [addr n] -> [woken]       imm0 = memory, imm1 = offset (low 32; high 32 in slots[2])
  WASM_HELPER_ATOMIC_WAIT32,        // [addr expected timeout] -> [result]   likewise, high 32 in slots[3]
  WASM_HELPER_ATOMIC_WAIT64,
  WASM_HELPER_COUNT,
};

// Runs from context->pc until something needs Swift. Returns DONE, TRAP, SUSPEND or EXCEPTION.
int32_t wasm_enter(WasmContext *context);

// A host function can call a function and go on after it. It keeps what it needs in slots behind its HOST frame's header,
// puts the arguments behind those, so that the callee's header comes to lie `distance` bytes above its own, sets
// context->callee and context->pc to the first of these two instructions, and returns RESTART. `continuation` is called
// with the slots when the callee has returned. An exception that the callee does not catch is not passed on: it traps.
typedef int32_t (*WasmContinuation)(WasmContext *context, uint64_t *slots);
void wasm_prepare_call_from_host(WasmIns instructions[2], int32_t distance, WasmContinuation continuation);

// context->pc for a base frame whose function is a host function, context->callee. Its header needs BASE, HOST and CROSS.
extern const WasmIns wasm_enter_host[1];

// Replaces code->entry with release order.
void wasm_publish_entry(WasmFunctionCode *code, const WasmIns *entry);

// The instruction to put into WasmFunctionCode.lazy.
extern const WasmIns wasm_lazy_instruction[1];
static inline WasmIns wasm_lazy_ins(void) { return wasm_lazy_instruction[0]; }

// Atomic accesses for Swift code that shares memory with guests of other threads.
static inline uint32_t wasm_atomic_load32(const uint32_t *address) { return __atomic_load_n(address, __ATOMIC_SEQ_CST); }
static inline uint64_t wasm_atomic_load64(const uint64_t *address) { return __atomic_load_n(address, __ATOMIC_SEQ_CST); }
static inline void wasm_atomic_store64(uint64_t *address, uint64_t value) {
  __atomic_store_n(address, value, __ATOMIC_SEQ_CST);
}

#include "WasmHandlerTable.h"

#endif
