// Integer arithmetic, comparisons and conversions between integers.
#include "Operations.h"

// MARK: - Shapes

#define BINARY(W, name, KA, KB)                                               \
  HANDLER(name##W##_##KA##KB) {                                               \
    SET(d, u##W, name##W(GET_##KA(a, u##W), GET_##KB(b, u##W)));              \
    NEXT;                                                                     \
  }
#define COMPARE(W, name, KA, KB)                                              \
  HANDLER(name##W##_##KA##KB) {                                               \
    SET(d, u32, name##W(GET_##KA(a, u##W), GET_##KB(b, u##W)));               \
    NEXT;                                                                     \
  }
#define UNARY(name, T, R, expression) \
  HANDLER(name) {                     \
    T x = GET_s(a, T);                \
    SET(d, R, expression);            \
    NEXT;                             \
  }

#define ALL_BINARIES(W, name, e) BINARY(W, name, s, s) BINARY(W, name, s, i) BINARY(W, name, i, s)
#define ALL_COMPARES(W, name, e) COMPARE(W, name, s, s) COMPARE(W, name, s, i)
INT_FUSED_OPERATIONS(ALL_BINARIES, 32)
INT_FUSED_OPERATIONS(ALL_BINARIES, 64)
ALL_BINARIES(32, rotr, )
ALL_BINARIES(64, rotr, )
INT_COMPARISONS(ALL_COMPARES, 32)
INT_COMPARISONS(ALL_COMPARES, 64)

// MARK: - Division

#define DIVISION(W, name, overflows, e, KA, KB)                       \
  HANDLER(name##W##_##KA##KB) {                                       \
    u##W x = GET_##KA(a, u##W), y = GET_##KB(b, u##W);                \
    if (UNLIKELY(y == 0)) TAIL(wasm_trap_divide_by_zero);             \
    if (UNLIKELY(overflows)) TAIL(wasm_trap_integer_overflow);        \
    SET(d, u##W, e);                                                  \
    NEXT;                                                             \
  }
#define DIVISIONS(W, KA, KB)                                                                                      \
  DIVISION(W, div_s, x == (u##W)1 << (W - 1) && y == (u##W)-1, (s##W)x / (s##W)y, KA, KB)                         \
  DIVISION(W, div_u, 0, x / y, KA, KB)                                                                            \
  DIVISION(W, rem_s, 0, y == (u##W)-1 ? 0 : (s##W)x % (s##W)y, KA, KB)                                            \
  DIVISION(W, rem_u, 0, x % y, KA, KB)
#define ALL_DIVISIONS(W) DIVISIONS(W, s, s) DIVISIONS(W, s, i) DIVISIONS(W, i, s)
ALL_DIVISIONS(32)
ALL_DIVISIONS(64)

// MARK: - One operand

UNARY(clz32, u32, u32, x ? __builtin_clz(x) : 32)
UNARY(ctz32, u32, u32, x ? __builtin_ctz(x) : 32)
UNARY(popcnt32, u32, u32, __builtin_popcount(x))
UNARY(clz64, u64, u64, x ? __builtin_clzll(x) : 64)
UNARY(ctz64, u64, u64, x ? __builtin_ctzll(x) : 64)
UNARY(popcnt64, u64, u64, __builtin_popcountll(x))
UNARY(i32_extend8_s, s8, s32, x)
UNARY(i32_extend16_s, s16, s32, x)
UNARY(i64_extend8_s, s8, s64, x)
UNARY(i64_extend16_s, s16, s64, x)
UNARY(i64_extend32_s, s32, s64, x)
UNARY(i32_wrap_i64, u64, u32, x)

// MARK: - Wide arithmetic: operands and results in consecutive slots, low halves first

HANDLER(add128) {
  unsigned __int128 x = (unsigned __int128)STACK_SLOT(1, u64) << 64 | STACK_SLOT(0, u64);
  x += (unsigned __int128)STACK_SLOT(3, u64) << 64 | STACK_SLOT(2, u64);
  STACK_SLOT(0, u64) = (u64)x;
  STACK_SLOT(1, u64) = (u64)(x >> 64);
  NEXT;
}
HANDLER(sub128) {
  unsigned __int128 x = (unsigned __int128)STACK_SLOT(1, u64) << 64 | STACK_SLOT(0, u64);
  x -= (unsigned __int128)STACK_SLOT(3, u64) << 64 | STACK_SLOT(2, u64);
  STACK_SLOT(0, u64) = (u64)x;
  STACK_SLOT(1, u64) = (u64)(x >> 64);
  NEXT;
}
HANDLER(mul_wide_s) {
  __int128 x = (__int128)STACK_SLOT(0, s64) * STACK_SLOT(1, s64);
  STACK_SLOT(0, u64) = (u64)x;
  STACK_SLOT(1, u64) = (u64)(x >> 64);
  NEXT;
}
HANDLER(mul_wide_u) {
  unsigned __int128 x = (unsigned __int128)STACK_SLOT(0, u64) * STACK_SLOT(1, u64);
  STACK_SLOT(0, u64) = (u64)x;
  STACK_SLOT(1, u64) = (u64)(x >> 64);
  NEXT;
}

// MARK: - Rows

#define ROW_BINARY(opcode, W, name, family) \
  {opcode, WASM_SHAPE_INT_BINARY, family, {ENTRY(name##W##_ss), ENTRY(name##W##_si), ENTRY(name##W##_is)}}
#define ROW_COMPARE(opcode, W, name, family) \
  {opcode, WASM_SHAPE_INT_COMPARE, family, {ENTRY(name##W##_ss), ENTRY(name##W##_si)}}
#define ROW_UNARY(opcode, name) {opcode, WASM_SHAPE_UNARY, 0, {ENTRY(name)}}
#define ROW_STACK(opcode, name) {opcode, WASM_SHAPE_STACK, 0, {ENTRY(name)}}
#define ROW_TEST(opcode, W) {opcode, WASM_SHAPE_INT_TEST, 0, {ENTRY(eq##W##_ss), ENTRY(eq##W##_si)}}
#define ROW_NOTHING(opcode) {opcode, WASM_SHAPE_NOTHING, 0, {0}}

#define ROWS_COMPARE(base, W)                                                                         \
  ROW_COMPARE(base, W, eq, WASM_EQ), ROW_COMPARE(base + 1, W, ne, WASM_NE),                           \
      ROW_COMPARE(base + 2, W, lt_s, WASM_LT_S), ROW_COMPARE(base + 3, W, lt_u, WASM_LT_U),           \
      ROW_COMPARE(base + 4, W, gt_s, WASM_GT_S), ROW_COMPARE(base + 5, W, gt_u, WASM_GT_U),           \
      ROW_COMPARE(base + 6, W, le_s, WASM_LE_S), ROW_COMPARE(base + 7, W, le_u, WASM_LE_U),           \
      ROW_COMPARE(base + 8, W, ge_s, WASM_GE_S), ROW_COMPARE(base + 9, W, ge_u, WASM_GE_U)
#define ROWS_BINARY(base, W)                                                                          \
  ROW_BINARY(base, W, add, WASM_ADD), ROW_BINARY(base + 1, W, sub, WASM_SUB),                         \
      ROW_BINARY(base + 2, W, mul, WASM_MUL), ROW_BINARY(base + 3, W, div_s, WASM_DIV_S),             \
      ROW_BINARY(base + 4, W, div_u, WASM_DIV_U), ROW_BINARY(base + 5, W, rem_s, WASM_REM_S),         \
      ROW_BINARY(base + 6, W, rem_u, WASM_REM_U), ROW_BINARY(base + 7, W, and, WASM_AND),             \
      ROW_BINARY(base + 8, W, or, WASM_OR), ROW_BINARY(base + 9, W, xor, WASM_XOR),                   \
      ROW_BINARY(base + 10, W, shl, WASM_SHL), ROW_BINARY(base + 11, W, shr_s, WASM_SHR_S),           \
      ROW_BINARY(base + 12, W, shr_u, WASM_SHR_U), ROW_BINARY(base + 13, W, rotl, WASM_ROTL),         \
      ROW_BINARY(base + 14, W, rotr, WASM_ROTR)

const WasmHandlerRow wasm_integer_rows[] = {
    ROW_TEST(0x45, 32), ROWS_COMPARE(0x46, 32), ROW_TEST(0x50, 64), ROWS_COMPARE(0x51, 64),
    ROW_UNARY(0x67, clz32), ROW_UNARY(0x68, ctz32), ROW_UNARY(0x69, popcnt32), ROWS_BINARY(0x6A, 32),
    ROW_UNARY(0x79, clz64), ROW_UNARY(0x7A, ctz64), ROW_UNARY(0x7B, popcnt64), ROWS_BINARY(0x7C, 64),
    ROW_UNARY(0xA7, i32_wrap_i64), ROW_UNARY(0xAC, i64_extend32_s), ROW_NOTHING(0xAD),
    ROW_UNARY(0xC0, i32_extend8_s), ROW_UNARY(0xC1, i32_extend16_s), ROW_UNARY(0xC2, i64_extend8_s),
    ROW_UNARY(0xC3, i64_extend16_s), ROW_UNARY(0xC4, i64_extend32_s),
    ROW_STACK(0x213, add128), ROW_STACK(0x214, sub128), ROW_STACK(0x215, mul_wide_s),
    ROW_STACK(0x216, mul_wide_u),
};
const u32 wasm_integer_row_count = sizeof wasm_integer_rows / sizeof wasm_integer_rows[0];
