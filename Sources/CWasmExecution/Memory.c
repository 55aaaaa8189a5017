// Loads and stores of scalars.
#include "Operations.h"

// V128 values move as two words.
typedef struct {
  u64 low, high;
} u128;
WASM_ANY(u128)
#define SET_u128(slot, value) (*(u128_any *)(slot) = (value))

// MARK: - Memory 0, 32-bit addresses

#define LOAD(name, M, R, KA)                          \
  HANDLER(name##_##KA) {                              \
    u64 address = ADDRESS_##KA(a, b);                 \
    CHECK(address, sizeof(M));                        \
    SET(d, R, MEMORY(address, M));                    \
    NEXT;                                             \
  }
// With scaled indices b is the index.
#define ALL_LOADS(name, M, R)                                                                         \
  LOAD(name, M, R, s) LOAD(name, M, R, w) LOAD(name, M, R, x) LOAD(name, M, R, n)                     \
  LOAD(name, M, R, y1) LOAD(name, M, R, y2) LOAD(name, M, R, y3)
ALL_LOADS(load32, u32, u32)
ALL_LOADS(load8_s, s8, s32)
ALL_LOADS(load8_u, u8, u32)
ALL_LOADS(load16_s, s16, s32)
ALL_LOADS(load16_u, u16, u32)
ALL_LOADS(load64, u64, u64)
ALL_LOADS(load8_s64, s8, s64)
ALL_LOADS(load16_s64, s16, s64)
ALL_LOADS(load32_s64, s32, s64)
ALL_LOADS(load128, u128, u128)

#define STORE(name, M, KA, KD)                        \
  HANDLER(name##_##KA##KD) {                          \
    u64 address = ADDRESS_##KA(a, b);                 \
    M value = GET_##KD(d, M);                         \
    CHECK(address, sizeof(M));                        \
    MEMORY(address, M) = value;                       \
    NEXT;                                             \
  }
#define STORES_OF(name, M, KD)                                                                        \
  STORE(name, M, s, KD) STORE(name, M, w, KD) STORE(name, M, x, KD) STORE(name, M, n, KD)             \
  STORE(name, M, y1, KD) STORE(name, M, y2, KD) STORE(name, M, y3, KD)
#define ALL_STORES(name, M) STORES_OF(name, M, s) STORES_OF(name, M, i)
ALL_STORES(store8, u8)
ALL_STORES(store16, u16)
ALL_STORES(store32, u32)
ALL_STORES(store64, u64)
STORES_OF(store128, u128, s)

// MARK: - The stack form: any memory

#define STACK_LOAD(name, M, R)                        \
  HANDLER(name##_stack) {                             \
    STACK_ADDRESS(pointer, sizeof(M));                \
    SET(d, R, *(M##_any *)pointer);                   \
    NEXT;                                             \
  }
STACK_LOAD(load32, u32, u32)
STACK_LOAD(load8_s, s8, s32)
STACK_LOAD(load8_u, u8, u32)
STACK_LOAD(load16_s, s16, s32)
STACK_LOAD(load16_u, u16, u32)
STACK_LOAD(load64, u64, u64)
STACK_LOAD(load8_s64, s8, s64)
STACK_LOAD(load16_s64, s16, s64)
STACK_LOAD(load32_s64, s32, s64)
STACK_LOAD(load128, u128, u128)

#define STACK_STORE(name, M)                          \
  HANDLER(name##_stack) {                             \
    STACK_ADDRESS(pointer, sizeof(M));                \
    *(M##_any *)pointer = STACK_SLOT(1, M);           \
    NEXT;                                             \
  }
STACK_STORE(store8, u8)
STACK_STORE(store16, u16)
STACK_STORE(store32, u32)
STACK_STORE(store64, u64)
STACK_STORE(store128, u128)

// MARK: - Rows and tables

#define ROW_LOAD(opcode, name, family) {opcode, WASM_SHAPE_LOAD, family, {ENTRY(name##_stack)}}
#define ROW_STORE(opcode, name, family) {opcode, WASM_SHAPE_STORE, family, {ENTRY(name##_stack)}}

const WasmHandlerRow wasm_memory_rows[] = {
    ROW_LOAD(0x28, load32, WASM_LOAD32),
    ROW_LOAD(0x29, load64, WASM_LOAD64),
    ROW_LOAD(0x2A, load32, WASM_LOAD32),
    ROW_LOAD(0x2B, load64, WASM_LOAD64),
    ROW_LOAD(0x2C, load8_s, WASM_LOAD8_S),
    ROW_LOAD(0x2D, load8_u, WASM_LOAD8_U),
    ROW_LOAD(0x2E, load16_s, WASM_LOAD16_S),
    ROW_LOAD(0x2F, load16_u, WASM_LOAD16_U),
    ROW_LOAD(0x30, load8_s64, WASM_LOAD8_S64),
    ROW_LOAD(0x31, load8_u, WASM_LOAD8_U),
    ROW_LOAD(0x32, load16_s64, WASM_LOAD16_S64),
    ROW_LOAD(0x33, load16_u, WASM_LOAD16_U),
    ROW_LOAD(0x34, load32_s64, WASM_LOAD32_S64),
    ROW_LOAD(0x35, load32, WASM_LOAD32),
    ROW_STORE(0x36, store32, WASM_STORE32),
    ROW_STORE(0x37, store64, WASM_STORE64),
    ROW_STORE(0x38, store32, WASM_STORE32),
    ROW_STORE(0x39, store64, WASM_STORE64),
    ROW_STORE(0x3A, store8, WASM_STORE8),
    ROW_STORE(0x3B, store16, WASM_STORE16),
    ROW_STORE(0x3C, store8, WASM_STORE8),
    ROW_STORE(0x3D, store16, WASM_STORE16),
    ROW_STORE(0x3E, store32, WASM_STORE32),
    ROW_LOAD(0x300, load128, WASM_LOAD128),
    ROW_STORE(0x30B, store128, WASM_STORE128),
};
const u32 wasm_memory_row_count = sizeof wasm_memory_rows / sizeof wasm_memory_rows[0];

#define LOAD_ENTRY(name)                                                                              \
  {ENTRY(name##_s),  ENTRY(name##_w),  ENTRY(name##_x), ENTRY(name##_n),                              \
   ENTRY(name##_y1), ENTRY(name##_y2), ENTRY(name##_y3)},
#define STORE_ENTRY(name)                                                                             \
  {{ENTRY(name##_ss), ENTRY(name##_si)},   {ENTRY(name##_ws), ENTRY(name##_wi)},                      \
   {ENTRY(name##_xs), ENTRY(name##_xi)},   {ENTRY(name##_ns), ENTRY(name##_ni)},                      \
   {ENTRY(name##_y1s), ENTRY(name##_y1i)}, {ENTRY(name##_y2s), ENTRY(name##_y2i)},                    \
   {ENTRY(name##_y3s), ENTRY(name##_y3i)}},
const WasmEntry wasm_loads[WASM_LOADS][WASM_ADDRESSES] = {
    LOAD_ENTRY(load32) LOAD_ENTRY(load8_s) LOAD_ENTRY(load8_u) LOAD_ENTRY(load16_s) LOAD_ENTRY(load16_u)
    LOAD_ENTRY(load64) LOAD_ENTRY(load8_s64) LOAD_ENTRY(load16_s64) LOAD_ENTRY(load32_s64)
    LOAD_ENTRY(load128)};
const WasmEntry wasm_stores[WASM_STORES][WASM_ADDRESSES][WASM_KINDS] = {
    STORE_ENTRY(store8) STORE_ENTRY(store16) STORE_ENTRY(store32) STORE_ENTRY(store64)
    {{ENTRY(store128_ss)}, {ENTRY(store128_ws)}, {ENTRY(store128_xs)}, {ENTRY(store128_ns)},
     {ENTRY(store128_y1s)}, {ENTRY(store128_y2s)}, {ENTRY(store128_y3s)}}};
