// Float arithmetic, comparisons and conversions. NaNs are the hardware's: the specification allows any quiet NaN where
// an operand is one, and the canonical NaN of either sign elsewhere.
#include "Operations.h"

// MARK: - Two operands

#define BINARY(W, name, KA, KB)                                           \
  HANDLER(name##W##_##KA##KB) {                                           \
    SET(d, f##W, name##W(GET_##KA(a, f##W), GET_##KB(b, f##W)));          \
    NEXT;                                                                 \
  }
#define ALL_KINDS(W, name) BINARY(W, name, s, s) BINARY(W, name, s, k) BINARY(W, name, k, s)
#define BINARIES(W)                                                                              \
  ALL_KINDS(W, fadd) ALL_KINDS(W, fsub) ALL_KINDS(W, fmul) ALL_KINDS(W, fdiv)                    \
  BINARY(W, fmin, s, s) BINARY(W, fmax, s, s) BINARY(W, fcopysign, s, s)
BINARIES(32)
BINARIES(64)

#define COMPARE(W, name, KA, KB)                                          \
  HANDLER(name##W##_##KA##KB) {                                           \
    SET(d, u32, name##W(GET_##KA(a, f##W), GET_##KB(b, f##W)));           \
    NEXT;                                                                 \
  }
#define BRANCH(W, name, KA, KB, DIR)                                      \
  HANDLER(br_##name##W##_##KA##KB##DIR) {                                 \
    if (name##W(GET_##KA(a, f##W), GET_##KB(b, f##W))) GOTO_##DIR;        \
    NEXT;                                                                 \
  }
#define COMPARE_KINDS(W, name, KA, KB) \
  COMPARE(W, name, KA, KB) BRANCH(W, name, KA, KB, f) BRANCH(W, name, KA, KB, b)
#define COMPARES(W, name) COMPARE_KINDS(W, name, s, s) COMPARE_KINDS(W, name, s, k) COMPARE_KINDS(W, name, k, s)
FLOAT_COMPARISONS(COMPARES, 32)
FLOAT_COMPARISONS(COMPARES, 64)

// (a inner b) outer t -> d.
#define PAIR(W, inner, outer, KB, KT)                                     \
  HANDLER(inner##_##outer##W##_##KB##KT) {                                \
    f##W x = inner##W(GET_s(a, f##W), GET_##KB(b, f##W));                 \
    SET(d, f##W, outer##W(x, GET_##KT(t, f##W)));                         \
    NEXT;                                                                 \
  }
#define PAIR_KINDS(W, inner, outer) \
  PAIR(W, inner, outer, s, s) PAIR(W, inner, outer, s, k) PAIR(W, inner, outer, k, s) PAIR(W, inner, outer, k, k)
#define PAIRS(W, inner) FLOAT_OUTER_OPERATIONS(PAIR_KINDS, W, inner)
FLOAT_INNER_OPERATIONS(PAIRS, 32)
FLOAT_INNER_OPERATIONS(PAIRS, 64)

// MARK: - One operand

#define UNARY(name, T, R, expression) \
  HANDLER(name) {                     \
    T x = GET_s(a, T);                \
    SET(d, R, expression);            \
    NEXT;                             \
  }
// The sign operations move bits: a signalling NaN stays one.
#define UNARIES(W)                                                                                    \
  UNARY(abs##W, u##W, u##W, x << 1 >> 1)                                                              \
  UNARY(neg##W, u##W, u##W, x ^ (u##W)1 << (W - 1))                                                   \
  UNARY(ceil##W, f##W, f##W, fceil##W(x)) UNARY(floor##W, f##W, f##W, ffloor##W(x))                   \
  UNARY(trunc##W, f##W, f##W, ftrunc##W(x)) UNARY(nearest##W, f##W, f##W, fnearest##W(x))             \
  UNARY(sqrt##W, f##W, f##W, fsqrt##W(x))
UNARIES(32)
UNARIES(64)

// MARK: - Conversions

// LOW and HIGH bound the values whose integer part fits; the bounds themselves are floats.
#define TRUNCATE(name, F, I, condition)                                \
  HANDLER(name) {                                                      \
    F x = GET_s(a, F);                                                 \
    if (UNLIKELY(x != x)) TAIL(wasm_trap_invalid_conversion);          \
    if (UNLIKELY(!(condition))) TAIL(wasm_trap_integer_overflow);      \
    SET(d, I, (I)x);                                                   \
    NEXT;                                                              \
  }
TRUNCATE(i32_trunc_f32_s, f32, s32, x >= -0x1p31f && x < 0x1p31f)
TRUNCATE(i32_trunc_f32_u, f32, u32, x > -1.0f && x < 0x1p32f)
TRUNCATE(i32_trunc_f64_s, f64, s32, x > -0x1p31 - 1.0 && x < 0x1p31)
TRUNCATE(i32_trunc_f64_u, f64, u32, x > -1.0 && x < 0x1p32)
TRUNCATE(i64_trunc_f32_s, f32, s64, x >= -0x1p63f && x < 0x1p63f)
TRUNCATE(i64_trunc_f32_u, f32, u64, x > -1.0f && x < 0x1p64f)
TRUNCATE(i64_trunc_f64_s, f64, s64, x >= -0x1p63 && x < 0x1p63)
TRUNCATE(i64_trunc_f64_u, f64, u64, x > -1.0 && x < 0x1p64)

UNARY(i32_trunc_sat_f32_s, f32, s32, trunc_sat_f32_s32(x))
UNARY(i32_trunc_sat_f32_u, f32, u32, trunc_sat_f32_u32(x))
UNARY(i32_trunc_sat_f64_s, f64, s32, trunc_sat_f64_s32(x))
UNARY(i32_trunc_sat_f64_u, f64, u32, trunc_sat_f64_u32(x))
UNARY(i64_trunc_sat_f32_s, f32, s64, trunc_sat_f32_s64(x))
UNARY(i64_trunc_sat_f32_u, f32, u64, trunc_sat_f32_u64(x))
UNARY(i64_trunc_sat_f64_s, f64, s64, trunc_sat_f64_s64(x))
UNARY(i64_trunc_sat_f64_u, f64, u64, trunc_sat_f64_u64(x))

UNARY(f32_convert_i32_s, s32, f32, (f32)x)
UNARY(f32_convert_i32_u, u32, f32, (f32)x)
UNARY(f32_convert_i64_s, s64, f32, (f32)x)
UNARY(f32_convert_i64_u, u64, f32, (f32)x)
UNARY(f64_convert_i32_s, s32, f64, (f64)x)
UNARY(f64_convert_i32_u, u32, f64, (f64)x)
UNARY(f64_convert_i64_s, s64, f64, (f64)x)
UNARY(f64_convert_i64_u, u64, f64, (f64)x)
UNARY(f32_demote_f64, f64, f32, (f32)x)
UNARY(f64_promote_f32, f32, f64, (f64)x)

// MARK: - Rows and tables

#define ROW_BINARY(opcode, W, name, family) \
  {opcode, WASM_SHAPE_FLOAT_BINARY, family, {ENTRY(name##W##_ss), ENTRY(name##W##_sk), ENTRY(name##W##_ks)}}
#define ROW_BINARY_SLOTS(opcode, W, name, family) \
  {opcode, WASM_SHAPE_FLOAT_BINARY, family, {ENTRY(name##W##_ss)}}
#define ROW_COMPARE(opcode, W, name, family) {opcode, WASM_SHAPE_FLOAT_COMPARE, family, {ENTRY(name##W##_ss)}}
#define ROW_UNARY(opcode, name) {opcode, WASM_SHAPE_UNARY, 0, {ENTRY(name)}}
#define ROW_NOTHING(opcode) {opcode, WASM_SHAPE_NOTHING, 0, {0}}
#define ROWS_COMPARE(base, W)                                                                          \
  ROW_COMPARE(base, W, feq, WASM_FEQ), ROW_COMPARE(base + 1, W, fne, WASM_FNE),                        \
      ROW_COMPARE(base + 2, W, flt, WASM_FLT), ROW_COMPARE(base + 3, W, fgt, WASM_FGT),                \
      ROW_COMPARE(base + 4, W, fle, WASM_FLE), ROW_COMPARE(base + 5, W, fge, WASM_FGE)
#define ROWS_FLOAT(base, W)                                                                            \
  ROW_UNARY(base, abs##W), ROW_UNARY(base + 1, neg##W), ROW_UNARY(base + 2, ceil##W),                  \
      ROW_UNARY(base + 3, floor##W), ROW_UNARY(base + 4, trunc##W), ROW_UNARY(base + 5, nearest##W),   \
      ROW_UNARY(base + 6, sqrt##W), ROW_BINARY(base + 7, W, fadd, WASM_FADD),                          \
      ROW_BINARY(base + 8, W, fsub, WASM_FSUB), ROW_BINARY(base + 9, W, fmul, WASM_FMUL),              \
      ROW_BINARY(base + 10, W, fdiv, WASM_FDIV), ROW_BINARY_SLOTS(base + 11, W, fmin, WASM_FMIN),      \
      ROW_BINARY_SLOTS(base + 12, W, fmax, WASM_FMAX),                                                 \
      ROW_BINARY_SLOTS(base + 13, W, fcopysign, WASM_FCOPYSIGN)

const WasmHandlerRow wasm_float_rows[] = {
    ROWS_COMPARE(0x5B, 32), ROWS_COMPARE(0x61, 64), ROWS_FLOAT(0x8B, 32), ROWS_FLOAT(0x99, 64),
    ROW_UNARY(0xA8, i32_trunc_f32_s), ROW_UNARY(0xA9, i32_trunc_f32_u), ROW_UNARY(0xAA, i32_trunc_f64_s),
    ROW_UNARY(0xAB, i32_trunc_f64_u), ROW_UNARY(0xAE, i64_trunc_f32_s), ROW_UNARY(0xAF, i64_trunc_f32_u),
    ROW_UNARY(0xB0, i64_trunc_f64_s), ROW_UNARY(0xB1, i64_trunc_f64_u),
    ROW_UNARY(0xB2, f32_convert_i32_s), ROW_UNARY(0xB3, f32_convert_i32_u), ROW_UNARY(0xB4, f32_convert_i64_s),
    ROW_UNARY(0xB5, f32_convert_i64_u), ROW_UNARY(0xB6, f32_demote_f64),
    ROW_UNARY(0xB7, f64_convert_i32_s), ROW_UNARY(0xB8, f64_convert_i32_u), ROW_UNARY(0xB9, f64_convert_i64_s),
    ROW_UNARY(0xBA, f64_convert_i64_u), ROW_UNARY(0xBB, f64_promote_f32),
    ROW_NOTHING(0xBC), ROW_NOTHING(0xBD), ROW_NOTHING(0xBE), ROW_NOTHING(0xBF),
    ROW_UNARY(0x200, i32_trunc_sat_f32_s), ROW_UNARY(0x201, i32_trunc_sat_f32_u),
    ROW_UNARY(0x202, i32_trunc_sat_f64_s), ROW_UNARY(0x203, i32_trunc_sat_f64_u),
    ROW_UNARY(0x204, i64_trunc_sat_f32_s), ROW_UNARY(0x205, i64_trunc_sat_f32_u),
    ROW_UNARY(0x206, i64_trunc_sat_f64_s), ROW_UNARY(0x207, i64_trunc_sat_f64_u),
};
const u32 wasm_float_row_count = sizeof wasm_float_rows / sizeof wasm_float_rows[0];

#define COMPARE_ENTRY(W, name) {ENTRY(name##W##_ss), ENTRY(name##W##_sk), ENTRY(name##W##_ks)},
#define BRANCH_ENTRY(W, name)                                          \
  {{ENTRY(br_##name##W##_ssf), ENTRY(br_##name##W##_ssb)},             \
   {ENTRY(br_##name##W##_skf), ENTRY(br_##name##W##_skb)},             \
   {ENTRY(br_##name##W##_ksf), ENTRY(br_##name##W##_ksb)}},
#define PAIR_ENTRY(W, inner, outer)                                                \
  {{ENTRY(inner##_##outer##W##_ss), ENTRY(inner##_##outer##W##_sk)},               \
   {ENTRY(inner##_##outer##W##_ks), ENTRY(inner##_##outer##W##_kk)}},
#define PAIR_ENTRIES(W, inner) {FLOAT_OUTER_OPERATIONS(PAIR_ENTRY, W, inner)},

const WasmEntry wasm_float_compares[2][WASM_FLOAT_COMPARISONS][3] = {
    {FLOAT_COMPARISONS(COMPARE_ENTRY, 32)}, {FLOAT_COMPARISONS(COMPARE_ENTRY, 64)}};
const WasmEntry wasm_float_branches[2][WASM_FLOAT_COMPARISONS][3][WASM_DIRECTIONS] = {
    {FLOAT_COMPARISONS(BRANCH_ENTRY, 32)}, {FLOAT_COMPARISONS(BRANCH_ENTRY, 64)}};
const WasmEntry
    wasm_float_pairs[2][WASM_FUSED_FLOAT_OPERATIONS][WASM_OUTER_FLOAT_OPERATIONS][WASM_KINDS][WASM_KINDS] = {
        {FLOAT_INNER_OPERATIONS(PAIR_ENTRIES, 32)}, {FLOAT_INNER_OPERATIONS(PAIR_ENTRIES, 64)}};
