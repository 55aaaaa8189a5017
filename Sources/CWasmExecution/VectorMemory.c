// Loads that widen, spread or fill up a vector, and accesses of single lanes. The plain load and store are in Memory.c.
#include "Vectors.h"

// MARK: - Loads. X(opcode, name, type in memory, vector type, expression of the value loaded, x)

#define LOADS(X)                                                            \
  X(0x301, load8x8_s, s8x8, s16x8, __builtin_convertvector(x, s16x8))       \
  X(0x302, load8x8_u, u8x8, u16x8, __builtin_convertvector(x, u16x8))       \
  X(0x303, load16x4_s, s16x4, s32x4, __builtin_convertvector(x, s32x4))     \
  X(0x304, load16x4_u, u16x4, u32x4, __builtin_convertvector(x, u32x4))     \
  X(0x305, load32x2_s, s32x2, s64x2, __builtin_convertvector(x, s64x2))     \
  X(0x306, load32x2_u, u32x2, u64x2, __builtin_convertvector(x, u64x2))     \
  X(0x307, load8_splat, u8, u8x16, (u8x16){} + x)                           \
  X(0x308, load16_splat, u16, u16x8, (u16x8){} + x)                         \
  X(0x309, load32_splat, u32, u32x4, (u32x4){} + x)                         \
  X(0x30A, load64_splat, u64, u64x2, (u64x2){} + x)                         \
  X(0x35C, load32_zero, u32, u32x4, (u32x4){x})                             \
  X(0x35D, load64_zero, u64, u64x2, (u64x2){x})

WASM_ANY(s8x8)
WASM_ANY(u8x8)
WASM_ANY(s16x4)
WASM_ANY(u16x4)
WASM_ANY(s32x2)
WASM_ANY(u32x2)

#define LOAD(opcode, name, M, R, ...)                 \
  HANDLER(name) {                                     \
    u64 address = ADDRESS_s(a, b);                    \
    CHECK(address, sizeof(M));                        \
    M x = MEMORY(address, M);                         \
    SLOT(d, R) = __VA_ARGS__;                         \
    NEXT;                                             \
  }                                                   \
  HANDLER(name##_stack) {                             \
    STACK_ADDRESS(pointer, sizeof(M));                \
    M x = *(M##_any *)pointer;                        \
    SLOT(d, R) = __VA_ARGS__;                         \
    NEXT;                                             \
  }
LOADS(LOAD)

// MARK: - Lanes. X(opcode, name, lane type, vector type)

#define LANE_LOADS(X) \
  X(0x354, load8_lane, u8, u8x16) X(0x355, load16_lane, u16, u16x8) X(0x356, load32_lane, u32, u32x4) \
  X(0x357, load64_lane, u64, u64x2)
#define LANE_STORES(X) \
  X(0x358, store8_lane, u8, u8x16) X(0x359, store16_lane, u16, u16x8) X(0x35A, store32_lane, u32, u32x4) \
  X(0x35B, store64_lane, u64, u64x2)

#define LANE_COUNT(V, M) (sizeof(V) / sizeof(M))
// t holds the vector's slot, a multiple of 8, times two, and the lane.
#define LANE_LOAD(opcode, name, M, V)                                         \
  HANDLER(name) {                                                             \
    u64 address = ADDRESS_s(a, b);                                            \
    CHECK(address, sizeof(M));                                                \
    V x = *(V##_any *)(fp + (pc->t >> 4) * 8);                                \
    x[(u32)pc->t & (LANE_COUNT(V, M) - 1)] = MEMORY(address, M);              \
    SLOT(d, V) = x;                                                           \
    NEXT;                                                                     \
  }                                                                           \
  HANDLER(name##_stack) {                                                     \
    STACK_ADDRESS(pointer, sizeof(M));                                        \
    V x = STACK_SLOT(1, V);                                                   \
    x[STACK_LANE & (LANE_COUNT(V, M) - 1)] = *(M##_any *)pointer;             \
    SLOT(d, V) = x;                                                           \
    NEXT;                                                                     \
  }
#define LANE_STORE(opcode, name, M, V)                                        \
  HANDLER(name) {                                                             \
    u64 address = ADDRESS_s(a, b);                                            \
    CHECK(address, sizeof(M));                                                \
    V x = SLOT(d, V);                                                         \
    MEMORY(address, M) = x[(u32)pc->t & (LANE_COUNT(V, M) - 1)];              \
    NEXT;                                                                     \
  }                                                                           \
  HANDLER(name##_stack) {                                                     \
    STACK_ADDRESS(pointer, sizeof(M));                                        \
    V x = STACK_SLOT(1, V);                                                   \
    *(M##_any *)pointer = x[STACK_LANE & (LANE_COUNT(V, M) - 1)];             \
    NEXT;                                                                     \
  }
LANE_LOADS(LANE_LOAD)
LANE_STORES(LANE_STORE)

#define ROW_LOAD(opcode, name, ...) {opcode, WASM_SHAPE_VECTOR_LOAD, 0, {ENTRY(name), ENTRY(name##_stack)}},
#define ROW_LANE_LOAD(opcode, name, ...) {opcode, WASM_SHAPE_LOAD_LANE, 0, {ENTRY(name), ENTRY(name##_stack)}},
#define ROW_LANE_STORE(opcode, name, ...) {opcode, WASM_SHAPE_STORE_LANE, 0, {ENTRY(name), ENTRY(name##_stack)}},
const WasmHandlerRow wasm_vector_memory_rows[] = {
    LOADS(ROW_LOAD) LANE_LOADS(ROW_LANE_LOAD) LANE_STORES(ROW_LANE_STORE)};
const u32 wasm_vector_memory_row_count = sizeof wasm_vector_memory_rows / sizeof wasm_vector_memory_rows[0];
