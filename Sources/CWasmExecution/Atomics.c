// Atomic accesses (sequentially consistent), all in the stack form: any memory, 64-bit addresses.
#include "Operations.h"

// An atomic access of unshared memory is the same operation; a misaligned one traps.
#define ATOMIC_ADDRESS(pointer, M)                                                            \
  u64 address;                                                                                \
  if (__builtin_add_overflow(STACK_SLOT(0, u64), IMM64, &address)) TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS); \
  if (UNLIKELY(address % sizeof(M) != 0)) TAIL(wasm_trap_unaligned);                          \
  STACK_ADDRESS(bytes, sizeof(M));                                                            \
  M *pointer = (M *)(void *)bytes

#define ATOMIC_LOAD(name, M, R)                                       \
  HANDLER(name) {                                                     \
    ATOMIC_ADDRESS(pointer, M);                                       \
    SET(d, R, __atomic_load_n(pointer, __ATOMIC_SEQ_CST));            \
    NEXT;                                                             \
  }
#define ATOMIC_STORE(name, M, R)                                      \
  HANDLER(name) {                                                     \
    ATOMIC_ADDRESS(pointer, M);                                       \
    __atomic_store_n(pointer, STACK_SLOT(1, M), __ATOMIC_SEQ_CST);    \
    NEXT;                                                             \
  }
#define ATOMIC_RMW(operation, name, M, R)                                                     \
  HANDLER(name##_##operation) {                                                               \
    ATOMIC_ADDRESS(pointer, M);                                                               \
    SET(d, R, __atomic_##operation(pointer, STACK_SLOT(1, M), __ATOMIC_SEQ_CST));             \
    NEXT;                                                                                     \
  }
// The expected value is wrapped to the width of the access.
#define ATOMIC_CMPXCHG(name, M, R)                                                                      \
  HANDLER(name) {                                                                                       \
    ATOMIC_ADDRESS(pointer, M);                                                                         \
    M expected = STACK_SLOT(1, M);                                                                      \
    __atomic_compare_exchange_n(pointer, &expected, STACK_SLOT(2, M), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    SET(d, R, expected);                                                                                \
    NEXT;                                                                                               \
  }

// The seven forms, in opcode order.
#define FORMS(X, prefix)                                                                              \
  X(prefix##_i32, u32, u32) X(prefix##_i64, u64, u64) X(prefix##_i32_8, u8, u32) X(prefix##_i32_16, u16, u32) \
  X(prefix##_i64_8, u8, u64) X(prefix##_i64_16, u16, u64) X(prefix##_i64_32, u32, u64)
FORMS(ATOMIC_LOAD, atomic_load)
FORMS(ATOMIC_STORE, atomic_store)
#define RMW_ADD(name, M, R) ATOMIC_RMW(fetch_add, name, M, R)
#define RMW_SUB(name, M, R) ATOMIC_RMW(fetch_sub, name, M, R)
#define RMW_AND(name, M, R) ATOMIC_RMW(fetch_and, name, M, R)
#define RMW_OR(name, M, R) ATOMIC_RMW(fetch_or, name, M, R)
#define RMW_XOR(name, M, R) ATOMIC_RMW(fetch_xor, name, M, R)
#define RMW_XCHG(name, M, R) ATOMIC_RMW(exchange_n, name, M, R)
FORMS(RMW_ADD, rmw)
FORMS(RMW_SUB, rmw)
FORMS(RMW_AND, rmw)
FORMS(RMW_OR, rmw)
FORMS(RMW_XOR, rmw)
FORMS(RMW_XCHG, rmw)
FORMS(ATOMIC_CMPXCHG, cmpxchg)

#define ROW(opcode, name) {opcode, WASM_SHAPE_ATOMIC, 0, {ENTRY(name)}}
#define ROWS(base, prefix, suffix)                                                                    \
  ROW(base, prefix##_i32##suffix), ROW(base + 1, prefix##_i64##suffix), ROW(base + 2, prefix##_i32_8##suffix),  \
      ROW(base + 3, prefix##_i32_16##suffix), ROW(base + 4, prefix##_i64_8##suffix),                  \
      ROW(base + 5, prefix##_i64_16##suffix), ROW(base + 6, prefix##_i64_32##suffix)
const WasmHandlerRow wasm_atomic_rows[] = {
    ROWS(0x510, atomic_load, ), ROWS(0x517, atomic_store, ), ROWS(0x51E, rmw, _fetch_add),
    ROWS(0x525, rmw, _fetch_sub), ROWS(0x52C, rmw, _fetch_and), ROWS(0x533, rmw, _fetch_or),
    ROWS(0x53A, rmw, _fetch_xor), ROWS(0x541, rmw, _exchange_n), ROWS(0x548, cmpxchg, ),
};
const u32 wasm_atomic_row_count = sizeof wasm_atomic_rows / sizeof wasm_atomic_rows[0];
