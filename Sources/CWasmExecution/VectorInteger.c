// Integer vector instructions, bitwise ones, and lanes.
#include "Vectors.h"

#define MIN(x, y) __builtin_elementwise_min(x, y)
#define MAX(x, y) __builtin_elementwise_max(x, y)
#define ADD_SAT(x, y) __builtin_elementwise_add_sat(x, y)
#define SUB_SAT(x, y) __builtin_elementwise_sub_sat(x, y)
#define ABS(x) __builtin_elementwise_abs(x)
#define AVERAGE(x, y) (((x) | (y)) - (((x) ^ (y)) >> 1))
#define CLAMP(x, T, low, high) MIN(MAX(x, (T){} + (low)), (T){} + (high))
// Both operands clamped to the narrow type's range, side by side.
#define NARROW(T, N, low, high, ...)                                                             \
  __builtin_shufflevector(__builtin_convertvector(CLAMP(x, T, low, high), N),                    \
                          __builtin_convertvector(CLAMP(y, T, low, high), N), __VA_ARGS__)
#define SHIFT(T, lane, bits) ((T){} + (lane)(y & (bits - 1)))
// Signed 16 x 16 bit products in 32 bits, rounded to 16; only -1 * -1 overflows.
#define Q15(x, y)                                                                                \
  __builtin_convertvector(                                                                       \
      MIN((__builtin_convertvector(x, s32x8) * __builtin_convertvector(y, s32x8) + 0x4000) >> 15, \
          (s32x8){} + INT16_MAX), s16x8)
#define RELAXED_DOT(v, w) ((s16x8)(ADD_SAT(WIDEN(v, s16x8, EVEN_8) * WIDEN(w, s16x8, EVEN_8),    \
                                           WIDEN(v, s16x8, ODD_8) * WIDEN(w, s16x8, ODD_8))))
#define SELECT_BITS(x, y, mask) (((x) & (mask)) | ((y) & ~(mask)))

// Bytes of a table picked by index; through memory, since the baseline has no instruction for it.
INLINE u8x16 swizzle(u8x16 x, u8x16 y) {
  u8 lanes[16], indices[16], result[16];
  *(u8x16_any *)lanes = x;
  *(u8x16_any *)indices = y;
#pragma clang loop unroll(full)
  for (u32 i = 0; i < 16; i++) result[i] = lanes[indices[i] & 15];
  return *(u8x16_any *)result & (u8x16)(y < 16);
}

// MARK: - Bit masks: the sign of each lane

typedef _Bool bool16 __attribute__((ext_vector_type(16)));
typedef _Bool bool8 __attribute__((ext_vector_type(8)));
INLINE u32 bitmask8(s8x16 x) {
  bool16 signs = __builtin_convertvector(x < 0, bool16);
  u16 bits;
  __builtin_memcpy(&bits, &signs, 2);
  return bits;
}
INLINE u32 bitmask16(s16x8 x) {
  bool8 signs = __builtin_convertvector(x < 0, bool8);
  u8 bits;
  __builtin_memcpy(&bits, &signs, 1);
  return bits;
}
INLINE u32 bitmask32(u32x4 x) { return x[0] >> 31 | x[1] >> 31 << 1 | x[2] >> 31 << 2 | x[3] >> 31 << 3; }
INLINE u32 bitmask64(u64x2 x) { return (u32)(x[0] >> 63 | x[1] >> 63 << 1); }

// MARK: - Operations

#define UNARIES(X)                                                                                          \
  X(0x34D, v128_not, u64x2, u64x2, ~x)                                                                      \
  X(0x360, i8x16_abs, s8x16, s8x16, ABS(x))                                                                 \
  X(0x361, i8x16_neg, u8x16, u8x16, -x)                                                                     \
  X(0x362, i8x16_popcnt, u8x16, u8x16, __builtin_elementwise_popcount(x))                                   \
  X(0x37C, i16x8_extadd_s, s8x16, s16x8, WIDEN(x, s16x8, EVEN_8) + WIDEN(x, s16x8, ODD_8))                  \
  X(0x37D, i16x8_extadd_u, u8x16, u16x8, WIDEN(x, u16x8, EVEN_8) + WIDEN(x, u16x8, ODD_8))                  \
  X(0x37E, i32x4_extadd_s, s16x8, s32x4, WIDEN(x, s32x4, EVEN_4) + WIDEN(x, s32x4, ODD_4))                  \
  X(0x37F, i32x4_extadd_u, u16x8, u32x4, WIDEN(x, u32x4, EVEN_4) + WIDEN(x, u32x4, ODD_4))                  \
  X(0x380, i16x8_abs, s16x8, s16x8, ABS(x))                                                                 \
  X(0x381, i16x8_neg, u16x8, u16x8, -x)                                                                     \
  X(0x387, i16x8_extend_low_s, s8x16, s16x8, WIDEN(x, s16x8, HALVES_8_LOW))                                 \
  X(0x388, i16x8_extend_high_s, s8x16, s16x8, WIDEN(x, s16x8, HALVES_8_HIGH))                               \
  X(0x389, i16x8_extend_low_u, u8x16, u16x8, WIDEN(x, u16x8, HALVES_8_LOW))                                 \
  X(0x38A, i16x8_extend_high_u, u8x16, u16x8, WIDEN(x, u16x8, HALVES_8_HIGH))                               \
  X(0x3A0, i32x4_abs, s32x4, s32x4, ABS(x))                                                                 \
  X(0x3A1, i32x4_neg, u32x4, u32x4, -x)                                                                     \
  X(0x3A7, i32x4_extend_low_s, s16x8, s32x4, WIDEN(x, s32x4, HALVES_4_LOW))                                 \
  X(0x3A8, i32x4_extend_high_s, s16x8, s32x4, WIDEN(x, s32x4, HALVES_4_HIGH))                               \
  X(0x3A9, i32x4_extend_low_u, u16x8, u32x4, WIDEN(x, u32x4, HALVES_4_LOW))                                 \
  X(0x3AA, i32x4_extend_high_u, u16x8, u32x4, WIDEN(x, u32x4, HALVES_4_HIGH))                               \
  X(0x3C0, i64x2_abs, s64x2, s64x2, ABS(x))                                                                 \
  X(0x3C1, i64x2_neg, u64x2, u64x2, -x)                                                                     \
  X(0x3C7, i64x2_extend_low_s, s32x4, s64x2, WIDEN(x, s64x2, HALVES_2_LOW))                                 \
  X(0x3C8, i64x2_extend_high_s, s32x4, s64x2, WIDEN(x, s64x2, HALVES_2_HIGH))                               \
  X(0x3C9, i64x2_extend_low_u, u32x4, u64x2, WIDEN(x, u64x2, HALVES_2_LOW))                                 \
  X(0x3CA, i64x2_extend_high_u, u32x4, u64x2, WIDEN(x, u64x2, HALVES_2_HIGH))

#define SPLATS(X)                                                                                           \
  X(0x30F, i8x16_splat, u8, u8x16, (u8x16){} + x)                                                           \
  X(0x310, i16x8_splat, u16, u16x8, (u16x8){} + x)                                                          \
  X(0x311, i32x4_splat, u32, u32x4, (u32x4){} + x)                                                          \
  X(0x312, i64x2_splat, u64, u64x2, (u64x2){} + x)

#define TESTS(X)                                                                                            \
  X(0x353, v128_any_true, u64x2, u32, (x[0] | x[1]) != 0)                                                   \
  X(0x363, i8x16_all_true, u8x16, u32, __builtin_reduce_and(x != 0) != 0)                                   \
  X(0x364, i8x16_bitmask, s8x16, u32, bitmask8(x))                                                          \
  X(0x383, i16x8_all_true, u16x8, u32, __builtin_reduce_and(x != 0) != 0)                                   \
  X(0x384, i16x8_bitmask, s16x8, u32, bitmask16(x))                                                         \
  X(0x3A3, i32x4_all_true, u32x4, u32, __builtin_reduce_and(x != 0) != 0)                                   \
  X(0x3A4, i32x4_bitmask, u32x4, u32, bitmask32(x))                                                         \
  X(0x3C3, i64x2_all_true, u64x2, u32, x[0] != 0 && x[1] != 0)                                              \
  X(0x3C4, i64x2_bitmask, u64x2, u32, bitmask64(x))

#define SHIFTS(X)                                                                                           \
  X(0x36B, i8x16_shl, u8x16, u8x16, x << SHIFT(u8x16, u8, 8))                                               \
  X(0x36C, i8x16_shr_s, s8x16, s8x16, x >> SHIFT(s8x16, s8, 8))                                             \
  X(0x36D, i8x16_shr_u, u8x16, u8x16, x >> SHIFT(u8x16, u8, 8))                                             \
  X(0x38B, i16x8_shl, u16x8, u16x8, x << SHIFT(u16x8, u16, 16))                                             \
  X(0x38C, i16x8_shr_s, s16x8, s16x8, x >> SHIFT(s16x8, s16, 16))                                           \
  X(0x38D, i16x8_shr_u, u16x8, u16x8, x >> SHIFT(u16x8, u16, 16))                                           \
  X(0x3AB, i32x4_shl, u32x4, u32x4, x << SHIFT(u32x4, u32, 32))                                             \
  X(0x3AC, i32x4_shr_s, s32x4, s32x4, x >> SHIFT(s32x4, s32, 32))                                           \
  X(0x3AD, i32x4_shr_u, u32x4, u32x4, x >> SHIFT(u32x4, u32, 32))                                           \
  X(0x3CB, i64x2_shl, u64x2, u64x2, x << SHIFT(u64x2, u64, 64))                                             \
  X(0x3CC, i64x2_shr_s, s64x2, s64x2, x >> SHIFT(s64x2, s64, 64))                                           \
  X(0x3CD, i64x2_shr_u, u64x2, u64x2, x >> SHIFT(u64x2, u64, 64))

#define COMPARES(X, base, shape, S, U)                                                                      \
  X(base, shape##_eq, U, S, x == y) X(base + 1, shape##_ne, U, S, x != y)                                   \
  X(base + 2, shape##_lt_s, S, S, x < y) X(base + 3, shape##_lt_u, U, S, x < y)                             \
  X(base + 4, shape##_gt_s, S, S, x > y) X(base + 5, shape##_gt_u, U, S, x > y)                             \
  X(base + 6, shape##_le_s, S, S, x <= y) X(base + 7, shape##_le_u, U, S, x <= y)                           \
  X(base + 8, shape##_ge_s, S, S, x >= y) X(base + 9, shape##_ge_u, U, S, x >= y)
#define BITWISE_AND_COMPARES(X)                                                                             \
  X(0x30E, i8x16_swizzle, u8x16, u8x16, swizzle(x, y))                                                      \
  X(0x400, i8x16_relaxed_swizzle, u8x16, u8x16, swizzle(x, y))                                              \
  COMPARES(X, 0x323, i8x16, s8x16, u8x16)                                                                   \
  COMPARES(X, 0x32D, i16x8, s16x8, u16x8)                                                                   \
  COMPARES(X, 0x337, i32x4, s32x4, u32x4)                                                                   \
  X(0x34E, v128_and, u64x2, u64x2, x & y)                                                                   \
  X(0x34F, v128_andnot, u64x2, u64x2, x & ~y)                                                               \
  X(0x350, v128_or, u64x2, u64x2, x | y)                                                                    \
  X(0x351, v128_xor, u64x2, u64x2, x ^ y)                                                                   \
  X(0x3D6, i64x2_eq, s64x2, s64x2, x == y)                                                                  \
  X(0x3D7, i64x2_ne, s64x2, s64x2, x != y)                                                                  \
  X(0x3D8, i64x2_lt_s, s64x2, s64x2, x < y)                                                                 \
  X(0x3D9, i64x2_gt_s, s64x2, s64x2, x > y)                                                                 \
  X(0x3DA, i64x2_le_s, s64x2, s64x2, x <= y)                                                                \
  X(0x3DB, i64x2_ge_s, s64x2, s64x2, x >= y)

#define ARITHMETIC(X)                                                                                       \
  X(0x365, i8x16_narrow_s, s16x8, s8x16, NARROW(s16x8, s8x8, INT8_MIN, INT8_MAX, HALVES_8_LOW, HALVES_8_HIGH)) \
  X(0x366, i8x16_narrow_u, s16x8, u8x16, NARROW(s16x8, u8x8, 0, UINT8_MAX, HALVES_8_LOW, HALVES_8_HIGH))    \
  X(0x36E, i8x16_add, u8x16, u8x16, x + y)                                                                  \
  X(0x36F, i8x16_add_sat_s, s8x16, s8x16, ADD_SAT(x, y))                                                    \
  X(0x370, i8x16_add_sat_u, u8x16, u8x16, ADD_SAT(x, y))                                                    \
  X(0x371, i8x16_sub, u8x16, u8x16, x - y)                                                                  \
  X(0x372, i8x16_sub_sat_s, s8x16, s8x16, SUB_SAT(x, y))                                                    \
  X(0x373, i8x16_sub_sat_u, u8x16, u8x16, SUB_SAT(x, y))                                                    \
  X(0x376, i8x16_min_s, s8x16, s8x16, MIN(x, y))                                                            \
  X(0x377, i8x16_min_u, u8x16, u8x16, MIN(x, y))                                                            \
  X(0x378, i8x16_max_s, s8x16, s8x16, MAX(x, y))                                                            \
  X(0x379, i8x16_max_u, u8x16, u8x16, MAX(x, y))                                                            \
  X(0x37B, i8x16_avgr_u, u8x16, u8x16, AVERAGE(x, y))                                                       \
  X(0x382, i16x8_q15mulr_sat_s, s16x8, s16x8, Q15(x, y))                                                    \
  X(0x411, i16x8_relaxed_q15mulr_s, s16x8, s16x8, Q15(x, y))                                                \
  X(0x385, i16x8_narrow_s, s32x4, s16x8, NARROW(s32x4, s16x4, INT16_MIN, INT16_MAX, HALVES_8_LOW))          \
  X(0x386, i16x8_narrow_u, s32x4, u16x8, NARROW(s32x4, u16x4, 0, UINT16_MAX, HALVES_8_LOW))                 \
  X(0x38E, i16x8_add, u16x8, u16x8, x + y)                                                                  \
  X(0x38F, i16x8_add_sat_s, s16x8, s16x8, ADD_SAT(x, y))                                                    \
  X(0x390, i16x8_add_sat_u, u16x8, u16x8, ADD_SAT(x, y))                                                    \
  X(0x391, i16x8_sub, u16x8, u16x8, x - y)                                                                  \
  X(0x392, i16x8_sub_sat_s, s16x8, s16x8, SUB_SAT(x, y))                                                    \
  X(0x393, i16x8_sub_sat_u, u16x8, u16x8, SUB_SAT(x, y))                                                    \
  X(0x395, i16x8_mul, u16x8, u16x8, x * y)                                                                  \
  X(0x396, i16x8_min_s, s16x8, s16x8, MIN(x, y))                                                            \
  X(0x397, i16x8_min_u, u16x8, u16x8, MIN(x, y))                                                            \
  X(0x398, i16x8_max_s, s16x8, s16x8, MAX(x, y))                                                            \
  X(0x399, i16x8_max_u, u16x8, u16x8, MAX(x, y))                                                            \
  X(0x39B, i16x8_avgr_u, u16x8, u16x8, AVERAGE(x, y))                                                       \
  X(0x3AE, i32x4_add, u32x4, u32x4, x + y)                                                                  \
  X(0x3B1, i32x4_sub, u32x4, u32x4, x - y)                                                                  \
  X(0x3B5, i32x4_mul, u32x4, u32x4, x * y)                                                                  \
  X(0x3B6, i32x4_min_s, s32x4, s32x4, MIN(x, y))                                                            \
  X(0x3B7, i32x4_min_u, u32x4, u32x4, MIN(x, y))                                                            \
  X(0x3B8, i32x4_max_s, s32x4, s32x4, MAX(x, y))                                                            \
  X(0x3B9, i32x4_max_u, u32x4, u32x4, MAX(x, y))                                                            \
  X(0x3CE, i64x2_add, u64x2, u64x2, x + y)                                                                  \
  X(0x3D1, i64x2_sub, u64x2, u64x2, x - y)                                                                  \
  X(0x3D5, i64x2_mul, u64x2, u64x2, x * y)

#define EXTMUL(R, ...) WIDEN(x, R, __VA_ARGS__) * WIDEN(y, R, __VA_ARGS__)
#define PRODUCTS(X)                                                                                         \
  X(0x39C, i16x8_extmul_low_s, s8x16, s16x8, EXTMUL(s16x8, HALVES_8_LOW))                                   \
  X(0x39D, i16x8_extmul_high_s, s8x16, s16x8, EXTMUL(s16x8, HALVES_8_HIGH))                                 \
  X(0x39E, i16x8_extmul_low_u, u8x16, u16x8, EXTMUL(u16x8, HALVES_8_LOW))                                   \
  X(0x39F, i16x8_extmul_high_u, u8x16, u16x8, EXTMUL(u16x8, HALVES_8_HIGH))                                 \
  X(0x3BA, i32x4_dot, s16x8, u32x4,                                                                         \
    (u32x4)(WIDEN(x, s32x4, EVEN_4) * WIDEN(y, s32x4, EVEN_4)) +                                            \
        (u32x4)(WIDEN(x, s32x4, ODD_4) * WIDEN(y, s32x4, ODD_4)))                                           \
  X(0x3BC, i32x4_extmul_low_s, s16x8, s32x4, EXTMUL(s32x4, HALVES_4_LOW))                                   \
  X(0x3BD, i32x4_extmul_high_s, s16x8, s32x4, EXTMUL(s32x4, HALVES_4_HIGH))                                 \
  X(0x3BE, i32x4_extmul_low_u, u16x8, u32x4, EXTMUL(u32x4, HALVES_4_LOW))                                   \
  X(0x3BF, i32x4_extmul_high_u, u16x8, u32x4, EXTMUL(u32x4, HALVES_4_HIGH))                                 \
  X(0x3DC, i64x2_extmul_low_s, s32x4, s64x2, EXTMUL(s64x2, HALVES_2_LOW))                                   \
  X(0x3DD, i64x2_extmul_high_s, s32x4, s64x2, EXTMUL(s64x2, HALVES_2_HIGH))                                 \
  X(0x3DE, i64x2_extmul_low_u, u32x4, u64x2, EXTMUL(u64x2, HALVES_2_LOW))                                   \
  X(0x3DF, i64x2_extmul_high_u, u32x4, u64x2, EXTMUL(u64x2, HALVES_2_HIGH))                                 \
  X(0x412, i16x8_relaxed_dot, s8x16, s16x8, RELAXED_DOT(x, y))

// Relaxed lane selection is bit selection in the deterministic profile.
#define TERNARIES(X)                                                                                        \
  X(0x352, v128_bitselect, u64x2, u64x2, SELECT_BITS(x, y, z))                                              \
  X(0x409, i8x16_relaxed_laneselect, u64x2, u64x2, SELECT_BITS(x, y, z))                                    \
  X(0x40A, i16x8_relaxed_laneselect, u64x2, u64x2, SELECT_BITS(x, y, z))                                    \
  X(0x40B, i32x4_relaxed_laneselect, u64x2, u64x2, SELECT_BITS(x, y, z))                                    \
  X(0x40C, i64x2_relaxed_laneselect, u64x2, u64x2, SELECT_BITS(x, y, z))                                    \
  X(0x413, i32x4_relaxed_dot_add, s8x16, u32x4,                                                             \
    (u32x4)WIDEN(RELAXED_DOT(x, y), s32x4, EVEN_4) + (u32x4)WIDEN(RELAXED_DOT(x, y), s32x4, ODD_4) + (u32x4)z)

UNARIES(VECTOR_UNARY)
SPLATS(VECTOR_SPLAT)
TESTS(VECTOR_TEST)
SHIFTS(VECTOR_SHIFT)
BITWISE_AND_COMPARES(VECTOR_BINARY)
ARITHMETIC(VECTOR_BINARY)
PRODUCTS(VECTOR_BINARY)
TERNARIES(VECTOR_TERNARY)

// MARK: - Lanes

#define EXTRACT(opcode, name, V, R)                       \
  HANDLER(name) {                                         \
    V x = SLOT(a, V);                                     \
    SET(d, R, x[(u32)pc->b & (sizeof(V) / sizeof(x[0]) - 1)]); \
    NEXT;                                                 \
  }
#define REPLACE(opcode, name, V, T)                       \
  HANDLER(name) {                                         \
    V x = SLOT(a, V);                                     \
    x[(u32)pc->t & (sizeof(V) / sizeof(x[0]) - 1)] = GET_s(b, T); \
    SLOT(d, V) = x;                                       \
    NEXT;                                                 \
  }
#define EXTRACTS(X)                                                                                         \
  X(0x315, i8x16_extract_lane_s, s8x16, s32) X(0x316, i8x16_extract_lane_u, u8x16, u32)                     \
  X(0x318, i16x8_extract_lane_s, s16x8, s32) X(0x319, i16x8_extract_lane_u, u16x8, u32)                     \
  X(0x31B, i32x4_extract_lane, u32x4, u32) X(0x31D, i64x2_extract_lane, u64x2, u64)                         \
  X(0x31F, f32x4_extract_lane, u32x4, u32) X(0x321, f64x2_extract_lane, u64x2, u64)
#define REPLACES(X)                                                                                         \
  X(0x317, i8x16_replace_lane, u8x16, u8) X(0x31A, i16x8_replace_lane, u16x8, u16)                          \
  X(0x31C, i32x4_replace_lane, u32x4, u32) X(0x31E, i64x2_replace_lane, u64x2, u64)                         \
  X(0x320, f32x4_replace_lane, u32x4, u32) X(0x322, f64x2_replace_lane, u64x2, u64)
EXTRACTS(EXTRACT)
REPLACES(REPLACE)

// The lane numbers are 16 bytes of the constant pool.
HANDLER(i8x16_shuffle) {
  u8 lanes[32];
  *(u8x16_any *)lanes = SLOT(a, u8x16);
  *(u8x16_any *)(lanes + 16) = SLOT(b, u8x16);
  const u8_any *indices = &GET_k(t, u8);
  u8 result[16];
#pragma clang loop unroll(full)
  for (u32 i = 0; i < 16; i++) result[i] = lanes[indices[i] & 31];
  SLOT(d, u8x16) = *(u8x16_any *)result;
  NEXT;
}

// MARK: - Rows

#define ROW_EXTRACT(opcode, name, ...) {opcode, WASM_SHAPE_EXTRACT_LANE, 0, {ENTRY(name)}},
#define ROW_REPLACE(opcode, name, ...) {opcode, WASM_SHAPE_REPLACE_LANE, 0, {ENTRY(name)}},
const WasmHandlerRow wasm_vector_integer_rows[] = {
    UNARIES(ROW_UNARY) SPLATS(ROW_UNARY) TESTS(ROW_UNARY) SHIFTS(ROW_BINARY) BITWISE_AND_COMPARES(ROW_BINARY)
    ARITHMETIC(ROW_BINARY) PRODUCTS(ROW_BINARY) TERNARIES(ROW_TERNARY) EXTRACTS(ROW_EXTRACT) REPLACES(ROW_REPLACE)
    {0x313, WASM_SHAPE_UNARY, 0, {ENTRY(i32x4_splat)}},
    {0x314, WASM_SHAPE_UNARY, 0, {ENTRY(i64x2_splat)}},
    {0x30D, WASM_SHAPE_SHUFFLE, 0, {ENTRY(i8x16_shuffle)}},
};
const u32 wasm_vector_integer_row_count = sizeof wasm_vector_integer_rows / sizeof wasm_vector_integer_rows[0];
