// Float vector instructions and conversions.
#include "Vectors.h"

#define UNARIES(X)                                                                                          \
  X(0x35E, f32x4_demote_f64x2_zero, f64x2, f32x4, (f32x4){(f32)x[0], (f32)x[1], 0, 0})                      \
  X(0x35F, f64x2_promote_low_f32x4, f32x4, f64x2, (f64x2){x[0], x[1]})                                      \
  X(0x367, f32x4_ceil, f32x4, f32x4, LANES(4, f32x4, fceil32(x[i])))                                        \
  X(0x368, f32x4_floor, f32x4, f32x4, LANES(4, f32x4, ffloor32(x[i])))                                      \
  X(0x369, f32x4_trunc, f32x4, f32x4, LANES(4, f32x4, ftrunc32(x[i])))                                      \
  X(0x36A, f32x4_nearest, f32x4, f32x4, LANES(4, f32x4, fnearest32(x[i])))                                  \
  X(0x374, f64x2_ceil, f64x2, f64x2, LANES(2, f64x2, fceil64(x[i])))                                        \
  X(0x375, f64x2_floor, f64x2, f64x2, LANES(2, f64x2, ffloor64(x[i])))                                      \
  X(0x37A, f64x2_trunc, f64x2, f64x2, LANES(2, f64x2, ftrunc64(x[i])))                                      \
  X(0x394, f64x2_nearest, f64x2, f64x2, LANES(2, f64x2, fnearest64(x[i])))                                  \
  X(0x3E0, f32x4_abs, u32x4, u32x4, x & 0x7FFFFFFFu)                                                        \
  X(0x3E1, f32x4_neg, u32x4, u32x4, x ^ 0x80000000u)                                                        \
  X(0x3E3, f32x4_sqrt, f32x4, f32x4, __builtin_elementwise_sqrt(x))                                         \
  X(0x3EC, f64x2_abs, u64x2, u64x2, x & 0x7FFFFFFFFFFFFFFFull)                                              \
  X(0x3ED, f64x2_neg, u64x2, u64x2, x ^ 0x8000000000000000ull)                                              \
  X(0x3EF, f64x2_sqrt, f64x2, f64x2, __builtin_elementwise_sqrt(x))                                         \
  X(0x3F8, i32x4_trunc_sat_f32x4_s, f32x4, s32x4, LANES(4, s32x4, trunc_sat_f32_s32(x[i])))                 \
  X(0x3F9, i32x4_trunc_sat_f32x4_u, f32x4, u32x4, LANES(4, u32x4, trunc_sat_f32_u32(x[i])))                 \
  X(0x3FA, f32x4_convert_i32x4_s, s32x4, f32x4, __builtin_convertvector(x, f32x4))                          \
  X(0x3FB, f32x4_convert_i32x4_u, u32x4, f32x4, LANES(4, f32x4, (f32)x[i]))                                 \
  X(0x3FC, i32x4_trunc_sat_f64x2_s_zero, f64x2, s32x4,                                                      \
    (s32x4){trunc_sat_f64_s32(x[0]), trunc_sat_f64_s32(x[1]), 0, 0})                                        \
  X(0x3FD, i32x4_trunc_sat_f64x2_u_zero, f64x2, u32x4,                                                      \
    (u32x4){trunc_sat_f64_u32(x[0]), trunc_sat_f64_u32(x[1]), 0, 0})                                        \
  X(0x3FE, f64x2_convert_low_i32x4_s, s32x4, f64x2, (f64x2){x[0], x[1]})                                    \
  X(0x3FF, f64x2_convert_low_i32x4_u, u32x4, f64x2, (f64x2){x[0], x[1]})

#define COMPARES(X, base, shape, F, S)                                                                      \
  X(base, shape##_eq, F, S, x == y) X(base + 1, shape##_ne, F, S, x != y)                                   \
  X(base + 2, shape##_lt, F, S, x < y) X(base + 3, shape##_gt, F, S, x > y)                                 \
  X(base + 4, shape##_le, F, S, x <= y) X(base + 5, shape##_ge, F, S, x >= y)
// The first operand wherever the condition is false.
#define CHOOSE(F, U, condition) ((U)y & (U)(condition)) | ((U)x & ~(U)(condition))
#define BINARIES_OF(X, base, shape, F, U, N, W)                                                             \
  X(base, shape##_add, F, F, x + y)                                                                         \
  X(base + 1, shape##_sub, F, F, x - y)                                                                     \
  X(base + 2, shape##_mul, F, F, x * y)                                                                     \
  X(base + 3, shape##_div, F, F, x / y)                                                                     \
  X(base + 4, shape##_min, F, F, LANES(N, F, fmin##W(x[i], y[i])))                                          \
  X(base + 5, shape##_max, F, F, LANES(N, F, fmax##W(x[i], y[i])))                                          \
  X(base + 6, shape##_pmin, F, U, CHOOSE(F, U, y < x))                                                      \
  X(base + 7, shape##_pmax, F, U, CHOOSE(F, U, x < y))
#define BINARIES(X)                                                                                         \
  COMPARES(X, 0x341, f32x4, f32x4, s32x4)                                                                   \
  COMPARES(X, 0x347, f64x2, f64x2, s64x2)                                                                   \
  BINARIES_OF(X, 0x3E4, f32x4, f32x4, u32x4, 4, 32)                                                         \
  BINARIES_OF(X, 0x3F0, f64x2, f64x2, u64x2, 2, 64)

// Unfused, as in the deterministic profile.
#define TERNARIES(X)                                                                                        \
  X(0x405, f32x4_relaxed_madd, f32x4, f32x4, x * y + z)                                                      \
  X(0x406, f32x4_relaxed_nmadd, f32x4, f32x4, -(x * y) + z)                                                 \
  X(0x407, f64x2_relaxed_madd, f64x2, f64x2, x * y + z)                                                      \
  X(0x408, f64x2_relaxed_nmadd, f64x2, f64x2, -(x * y) + z)

UNARIES(VECTOR_UNARY)
BINARIES(VECTOR_BINARY)
TERNARIES(VECTOR_TERNARY)

// The relaxed forms are the strict ones in the deterministic profile.
#define RELAXED_UNARIES(X)                        \
  X(0x401, i32x4_trunc_sat_f32x4_s)               \
  X(0x402, i32x4_trunc_sat_f32x4_u)               \
  X(0x403, i32x4_trunc_sat_f64x2_s_zero)          \
  X(0x404, i32x4_trunc_sat_f64x2_u_zero)
#define RELAXED_BINARIES(X) \
  X(0x40D, f32x4_min) X(0x40E, f32x4_max) X(0x40F, f64x2_min) X(0x410, f64x2_max)

const WasmHandlerRow wasm_vector_float_rows[] = {
    UNARIES(ROW_UNARY) BINARIES(ROW_BINARY) TERNARIES(ROW_TERNARY)
    RELAXED_UNARIES(ROW_UNARY) RELAXED_BINARIES(ROW_BINARY)
};
const u32 wasm_vector_float_row_count = sizeof wasm_vector_float_rows / sizeof wasm_vector_float_rows[0];
