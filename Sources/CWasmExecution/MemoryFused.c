// Loads and stores fused with the operation that consumes or produces the value.
#include "Operations.h"

// MARK: - (load a, b) outer t -> d

#define LOAD_OPERATION(load, M, W, outer, KA, KT)                             \
  HANDLER(load##_##outer##W##_##KA##KT) {                                     \
    u64 address = ADDRESS_##KA(a, b);                                         \
    CHECK(address, sizeof(M));                                                \
    SET(d, u##W, outer##W((u##W)MEMORY(address, M), GET_##KT(t, u##W)));      \
    NEXT;                                                                     \
  }
#define LOAD_OPERATIONS(load, M, W, outer)                                                \
  LOAD_OPERATION(load, M, W, outer, s, s) LOAD_OPERATION(load, M, W, outer, s, i)         \
  LOAD_OPERATION(load, M, W, outer, w, s) LOAD_OPERATION(load, M, W, outer, w, i)         \
  LOAD_OPERATION(load, M, W, outer, x, s) LOAD_OPERATION(load, M, W, outer, x, i)
OUTER_OPERATIONS(LOAD_OPERATIONS, load32, u32, 32)
OUTER_OPERATIONS(LOAD_OPERATIONS, load8_s, s8, 32)
OUTER_OPERATIONS(LOAD_OPERATIONS, load8_u, u8, 32)
OUTER_OPERATIONS(LOAD_OPERATIONS, load16_s, s16, 32)
OUTER_OPERATIONS(LOAD_OPERATIONS, load16_u, u16, 32)
OUTER_OPERATIONS(LOAD_OPERATIONS, load64, u64, 64)

#define LOAD_FLOAT_OPERATION(W, outer, KA)                                    \
  HANDLER(load_##outer##W##_##KA) {                                           \
    u64 address = ADDRESS_##KA(a, b);                                         \
    CHECK(address, W / 8);                                                    \
    SET(d, f##W, outer##W(MEMORY(address, f##W), GET_s(t, f##W)));            \
    NEXT;                                                                     \
  }
#define LOAD_FLOAT_OPERATIONS(W, outer) \
  LOAD_FLOAT_OPERATION(W, outer, s) LOAD_FLOAT_OPERATION(W, outer, w) LOAD_FLOAT_OPERATION(W, outer, x)
FLOAT_OUTER_OPERATIONS(LOAD_FLOAT_OPERATIONS, 32)
FLOAT_OUTER_OPERATIONS(LOAD_FLOAT_OPERATIONS, 64)

// MARK: - d operation t -> memory a, b

#define OPERATION_STORE(M, W, operation, KA, KT)                              \
  HANDLER(operation##W##_store_##M##_##KA##KT) {                              \
    u64 address = ADDRESS_##KA(a, b);                                         \
    M value = (M)operation##W(GET_s(d, u##W), GET_##KT(t, u##W));             \
    CHECK(address, sizeof(M));                                                \
    MEMORY(address, M) = value;                                               \
    NEXT;                                                                     \
  }
#define OPERATION_STORES(M, W, operation)                                                   \
  OPERATION_STORE(M, W, operation, s, s) OPERATION_STORE(M, W, operation, s, i)             \
  OPERATION_STORE(M, W, operation, w, s) OPERATION_STORE(M, W, operation, w, i)             \
  OPERATION_STORE(M, W, operation, n, s) OPERATION_STORE(M, W, operation, n, i)
INNER_OPERATIONS(OPERATION_STORES, u8, 32)
INNER_OPERATIONS(OPERATION_STORES, u16, 32)
INNER_OPERATIONS(OPERATION_STORES, u32, 32)
INNER_OPERATIONS(OPERATION_STORES, u8, 64)
INNER_OPERATIONS(OPERATION_STORES, u16, 64)
INNER_OPERATIONS(OPERATION_STORES, u32, 64)
INNER_OPERATIONS(OPERATION_STORES, u64, 64)

#define FLOAT_OPERATION_STORE(W, operation, KA)                               \
  HANDLER(operation##W##_store_##KA) {                                        \
    u64 address = ADDRESS_##KA(a, b);                                         \
    f##W value = operation##W(GET_s(d, f##W), GET_s(t, f##W));                \
    CHECK(address, W / 8);                                                    \
    MEMORY(address, f##W) = value;                                            \
    NEXT;                                                                     \
  }
#define FLOAT_OPERATION_STORES(W, operation) \
  FLOAT_OPERATION_STORE(W, operation, s) FLOAT_OPERATION_STORE(W, operation, w) FLOAT_OPERATION_STORE(W, operation, n)
FLOAT_INNER_OPERATIONS(FLOAT_OPERATION_STORES, 32)
FLOAT_INNER_OPERATIONS(FLOAT_OPERATION_STORES, 64)

// MARK: - memory a, b -> memory d, t

#define COPY(M, KA, KD)                                   \
  HANDLER(copy_##M##_##KA##KD) {                          \
    u64 from = ADDRESS_##KA(a, b);                        \
    u64 to = ADDRESS_##KD(d, t);                          \
    CHECK(from, sizeof(M));                               \
    CHECK(to, sizeof(M));                                 \
    MEMORY(to, M) = MEMORY(from, M);                      \
    NEXT;                                                 \
  }
#define COPIES_FROM(M, KA) COPY(M, KA, s) COPY(M, KA, w) COPY(M, KA, x) COPY(M, KA, n)
#define COPIES(M) COPIES_FROM(M, s) COPIES_FROM(M, w) COPIES_FROM(M, x) COPIES_FROM(M, n)
COPIES(u8)
COPIES(u16)
COPIES(u32)
COPIES(u64)

// MARK: - Tables

#define LOAD_OPERATION_ENTRY(load, M, W, outer)                                                     \
  {{ENTRY(load##_##outer##W##_ss), ENTRY(load##_##outer##W##_si)},                                  \
   {ENTRY(load##_##outer##W##_ws), ENTRY(load##_##outer##W##_wi)},                                  \
   {ENTRY(load##_##outer##W##_xs), ENTRY(load##_##outer##W##_xi)}},
const WasmEntry wasm_load_operations32[WASM_LOAD16_U + 1][WASM_OUTER_INT_OPERATIONS][3][WASM_KINDS] = {
    {OUTER_OPERATIONS(LOAD_OPERATION_ENTRY, load32, u32, 32)},
    {OUTER_OPERATIONS(LOAD_OPERATION_ENTRY, load8_s, s8, 32)},
    {OUTER_OPERATIONS(LOAD_OPERATION_ENTRY, load8_u, u8, 32)},
    {OUTER_OPERATIONS(LOAD_OPERATION_ENTRY, load16_s, s16, 32)},
    {OUTER_OPERATIONS(LOAD_OPERATION_ENTRY, load16_u, u16, 32)}};
const WasmEntry wasm_load_operations64[WASM_OUTER_INT_OPERATIONS][3][WASM_KINDS] = {
    OUTER_OPERATIONS(LOAD_OPERATION_ENTRY, load64, u64, 64)};

#define LOAD_FLOAT_ENTRY(W, outer) {ENTRY(load_##outer##W##_s), ENTRY(load_##outer##W##_w), ENTRY(load_##outer##W##_x)},
const WasmEntry wasm_load_float_operations[2][WASM_OUTER_FLOAT_OPERATIONS][3] = {
    {FLOAT_OUTER_OPERATIONS(LOAD_FLOAT_ENTRY, 32)}, {FLOAT_OUTER_OPERATIONS(LOAD_FLOAT_ENTRY, 64)}};

#define STORE_KINDS(M, W, operation)                                                                \
  {{ENTRY(operation##W##_store_##M##_ss), ENTRY(operation##W##_store_##M##_si)},                    \
   {ENTRY(operation##W##_store_##M##_ws), ENTRY(operation##W##_store_##M##_wi)},                    \
   {ENTRY(operation##W##_store_##M##_ns), ENTRY(operation##W##_store_##M##_ni)}}
#define OPERATION_STORE32_ENTRY(W, operation) \
  {STORE_KINDS(u8, W, operation), STORE_KINDS(u16, W, operation), STORE_KINDS(u32, W, operation)},
#define OPERATION_STORE64_ENTRY(W, operation)                                                       \
  {STORE_KINDS(u8, W, operation), STORE_KINDS(u16, W, operation), STORE_KINDS(u32, W, operation),   \
   STORE_KINDS(u64, W, operation)},
const WasmEntry wasm_operation_stores[2][WASM_FUSED_INT_OPERATIONS][WASM_STORE64 + 1][3][WASM_KINDS] = {
    {INNER_OPERATIONS(OPERATION_STORE32_ENTRY, 32)}, {INNER_OPERATIONS(OPERATION_STORE64_ENTRY, 64)}};

#define FLOAT_STORE_ENTRY(W, operation) \
  {ENTRY(operation##W##_store_s), ENTRY(operation##W##_store_w), ENTRY(operation##W##_store_n)},
const WasmEntry wasm_float_operation_stores[2][WASM_FUSED_FLOAT_OPERATIONS][3] = {
    {FLOAT_INNER_OPERATIONS(FLOAT_STORE_ENTRY, 32)}, {FLOAT_INNER_OPERATIONS(FLOAT_STORE_ENTRY, 64)}};

#define COPY_ROW(M, KA) \
  {ENTRY(copy_##M##_##KA##s), ENTRY(copy_##M##_##KA##w), ENTRY(copy_##M##_##KA##x), ENTRY(copy_##M##_##KA##n)}
#define COPY_ENTRY(M) {COPY_ROW(M, s), COPY_ROW(M, w), COPY_ROW(M, x), COPY_ROW(M, n)},
const WasmEntry wasm_copies[WASM_STORE64 + 1][4][4] = {
    COPY_ENTRY(u8) COPY_ENTRY(u16) COPY_ENTRY(u32) COPY_ENTRY(u64)};
