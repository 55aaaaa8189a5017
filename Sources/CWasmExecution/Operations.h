// The scalar operations as expressions, each written once: plain handlers and all fused forms are made from them.
#ifndef WASM_OPERATIONS_H
#define WASM_OPERATIONS_H

#include "Handlers.h"

// MARK: - Integers. X(W, name, expression of x and y), W the width in bits.

#define INT_FUSED_OPERATIONS(X, W)                     \
  X(W, add, x + y)                                     \
  X(W, sub, x - y)                                     \
  X(W, mul, x * y)                                     \
  X(W, and, x & y)                                     \
  X(W, or, x | y)                                      \
  X(W, xor, x ^ y)                                     \
  X(W, shl, x << (y & (W - 1)))                        \
  X(W, shr_s, (u##W)((s##W)x >> (y & (W - 1))))        \
  X(W, shr_u, x >> (y & (W - 1)))                      \
  X(W, rotl, (x << (y & (W - 1))) | (x >> (-y & (W - 1))))

#define INT_COMPARISONS(X, W)     \
  X(W, eq, x == y)                \
  X(W, ne, x != y)                \
  X(W, lt_s, (s##W)x < (s##W)y)   \
  X(W, lt_u, x < y)               \
  X(W, gt_s, (s##W)x > (s##W)y)   \
  X(W, gt_u, x > y)               \
  X(W, le_s, (s##W)x <= (s##W)y)  \
  X(W, le_u, x <= y)              \
  X(W, ge_s, (s##W)x >= (s##W)y)  \
  X(W, ge_u, x >= y)

#define DEFINE_OPERATION(W, name, e) INLINE u##W name##W(u##W x, u##W y) { return e; }
#define DEFINE_COMPARISON(W, name, e) INLINE u32 name##W(u##W x, u##W y) { return e; }
INT_FUSED_OPERATIONS(DEFINE_OPERATION, 32)
INT_FUSED_OPERATIONS(DEFINE_OPERATION, 64)
DEFINE_OPERATION(32, rsub, y - x)
DEFINE_OPERATION(64, rsub, y - x)
DEFINE_OPERATION(32, rotr, (x >> (y & 31)) | (x << (-y & 31)))
DEFINE_OPERATION(64, rotr, (x >> (y & 63)) | (x << (-y & 63)))
INT_COMPARISONS(DEFINE_COMPARISON, 32)
INT_COMPARISONS(DEFINE_COMPARISON, 64)

// The names again, to be combined: X(..., name) in the order of WasmIntOperation and WasmComparison. Two lists of the
// same operations, because a macro cannot expand inside its own expansion.
#define INNER_OPERATIONS(X, ...)                                                                              \
  X(__VA_ARGS__, add) X(__VA_ARGS__, sub) X(__VA_ARGS__, mul) X(__VA_ARGS__, and) X(__VA_ARGS__, or)          \
  X(__VA_ARGS__, xor) X(__VA_ARGS__, shl) X(__VA_ARGS__, shr_s) X(__VA_ARGS__, shr_u) X(__VA_ARGS__, rotl)
#define OUTER_OPERATIONS(X, ...)                                                                              \
  X(__VA_ARGS__, add) X(__VA_ARGS__, sub) X(__VA_ARGS__, mul) X(__VA_ARGS__, and) X(__VA_ARGS__, or)          \
  X(__VA_ARGS__, xor) X(__VA_ARGS__, shl) X(__VA_ARGS__, shr_s) X(__VA_ARGS__, shr_u) X(__VA_ARGS__, rotl)    \
  X(__VA_ARGS__, rsub)
#define COMPARISONS(X, ...)                                                                                   \
  X(__VA_ARGS__, eq) X(__VA_ARGS__, ne) X(__VA_ARGS__, lt_s) X(__VA_ARGS__, lt_u) X(__VA_ARGS__, gt_s)        \
  X(__VA_ARGS__, gt_u) X(__VA_ARGS__, le_s) X(__VA_ARGS__, le_u) X(__VA_ARGS__, ge_s) X(__VA_ARGS__, ge_u)

// MARK: - Floats

#define DEFINE_FLOAT_OPERATIONS(W)                              \
  INLINE f##W fadd##W(f##W x, f##W y) { return x + y; }         \
  INLINE f##W fsub##W(f##W x, f##W y) { return x - y; }         \
  INLINE f##W fmul##W(f##W x, f##W y) { return x * y; }         \
  INLINE f##W fdiv##W(f##W x, f##W y) { return x / y; }         \
  INLINE f##W frsub##W(f##W x, f##W y) { return y - x; }        \
  INLINE u##W fbits##W(f##W x) {                                \
    u##W bits;                                                  \
    __builtin_memcpy(&bits, &x, W / 8);                         \
    return bits;                                                \
  }                                                             \
  INLINE f##W ffrom##W(u##W bits) {                             \
    f##W x;                                                     \
    __builtin_memcpy(&x, &bits, W / 8);                         \
    return x;                                                   \
  }                                                             \
  INLINE f##W fabs##W(f##W x) { return ffrom##W(fbits##W(x) << 1 >> 1); }                      \
  INLINE f##W fneg##W(f##W x) { return ffrom##W(fbits##W(x) ^ (u##W)1 << (W - 1)); }           \
  INLINE f##W fcopysign##W(f##W x, f##W y) {                                                   \
    u##W sign = (u##W)1 << (W - 1);                                                            \
    return ffrom##W((fbits##W(x) & ~sign) | (fbits##W(y) & sign));                             \
  }                                                                                            \
  /* A NaN operand makes a quiet NaN; of two equal operands only zeros can differ. */          \
  INLINE f##W fmin##W(f##W x, f##W y) {                                                        \
    if (UNLIKELY(x != x || y != y)) return x + y;                                              \
    if (x == y) return ffrom##W(fbits##W(x) | fbits##W(y));                                    \
    return x < y ? x : y;                                                                      \
  }                                                                                            \
  INLINE f##W fmax##W(f##W x, f##W y) {                                                        \
    if (UNLIKELY(x != x || y != y)) return x + y;                                              \
    if (x == y) return ffrom##W(fbits##W(x) & fbits##W(y));                                    \
    return x > y ? x : y;                                                                      \
  }                                                                                            \
  INLINE u32 feq##W(f##W x, f##W y) { return x == y; }          \
  INLINE u32 fne##W(f##W x, f##W y) { return x != y; }          \
  INLINE u32 flt##W(f##W x, f##W y) { return x < y; }           \
  INLINE u32 fgt##W(f##W x, f##W y) { return x > y; }           \
  INLINE u32 fle##W(f##W x, f##W y) { return x <= y; }          \
  INLINE u32 fge##W(f##W x, f##W y) { return x >= y; }          \
  INLINE u32 fnlt##W(f##W x, f##W y) { return !(x < y); }       \
  INLINE u32 fngt##W(f##W x, f##W y) { return !(x > y); }       \
  INLINE u32 fnle##W(f##W x, f##W y) { return !(x <= y); }      \
  INLINE u32 fnge##W(f##W x, f##W y) { return !(x >= y); }
DEFINE_FLOAT_OPERATIONS(32)
DEFINE_FLOAT_OPERATIONS(64)

#if defined(__aarch64__) || defined(__SSE4_1__)
INLINE f32 ftrunc32(f32 x) { return __builtin_elementwise_trunc(x); }
INLINE f64 ftrunc64(f64 x) { return __builtin_elementwise_trunc(x); }
INLINE f32 ffloor32(f32 x) { return __builtin_elementwise_floor(x); }
INLINE f64 ffloor64(f64 x) { return __builtin_elementwise_floor(x); }
INLINE f32 fceil32(f32 x) { return __builtin_elementwise_ceil(x); }
INLINE f64 fceil64(f64 x) { return __builtin_elementwise_ceil(x); }
INLINE f32 fnearest32(f32 x) { return __builtin_elementwise_roundeven(x); }
INLINE f64 fnearest64(f64 x) { return __builtin_elementwise_roundeven(x); }
#else
// Without an instruction the compiler would call libm. Adding and subtracting 2^(mantissa bits) rounds to the nearest
// even integer; from there the others are one step away. Numbers of at least that size are integers already. A NaN is
// made quiet by setting the first bit of its payload: the compiler takes additions of zero for nothing.
#define DEFINE_ROUNDING(W, LARGE, QUIET)                              \
  INLINE f##W fquiet##W(f##W x) { return x != x ? ffrom##W(fbits##W(x) | QUIET) : x; } \
  INLINE f##W fnearest##W(f##W x) {                                   \
    f##W magnitude = fabs##W(x);                                      \
    if (!(magnitude < LARGE)) return fquiet##W(x);                           \
    return fcopysign##W((magnitude + LARGE) - LARGE, x);              \
  }                                                                   \
  INLINE f##W ftrunc##W(f##W x) {                                     \
    f##W magnitude = fabs##W(x);                                      \
    if (!(magnitude < LARGE)) return fquiet##W(x);                           \
    f##W rounded = (magnitude + LARGE) - LARGE;                       \
    if (rounded > magnitude) rounded -= 1;                            \
    return fcopysign##W(rounded, x);                                  \
  }                                                                   \
  INLINE f##W ffloor##W(f##W x) {                                     \
    f##W rounded = fnearest##W(x);                                    \
    if (rounded > x) rounded -= 1;                                    \
    return rounded == 0 ? fcopysign##W(0, x) : rounded;               \
  }                                                                   \
  INLINE f##W fceil##W(f##W x) {                                      \
    f##W rounded = fnearest##W(x);                                    \
    if (rounded < x) rounded += 1;                                    \
    return rounded == 0 ? fcopysign##W(0, x) : rounded;               \
  }
DEFINE_ROUNDING(32, 0x1p23f, 0x400000u)
DEFINE_ROUNDING(64, 0x1p52, 0x8000000000000ull)
#endif

// The elementwise form never sets errno, so it is one instruction.
INLINE f32 fsqrt32(f32 x) { return __builtin_elementwise_sqrt(x); }
INLINE f64 fsqrt64(f64 x) { return __builtin_elementwise_sqrt(x); }

// Saturating conversions to integers: NaN is 0.
#define DEFINE_SATURATING(F, I, LOW, HIGH, MINIMUM, MAXIMUM)                    \
  INLINE I trunc_sat_##F##_##I(F x) {                                           \
    if (x != x) return 0;                                                       \
    return x <= (LOW) ? (MINIMUM) : x >= (HIGH) ? (MAXIMUM) : (I)x;             \
  }
DEFINE_SATURATING(f32, s32, -0x1p31f, 0x1p31f, INT32_MIN, INT32_MAX)
DEFINE_SATURATING(f64, s32, -0x1p31, 0x1p31, INT32_MIN, INT32_MAX)
DEFINE_SATURATING(f32, s64, -0x1p63f, 0x1p63f, INT64_MIN, INT64_MAX)
DEFINE_SATURATING(f64, s64, -0x1p63, 0x1p63, INT64_MIN, INT64_MAX)
DEFINE_SATURATING(f32, u32, -1.0f, 0x1p32f, 0, UINT32_MAX)
DEFINE_SATURATING(f64, u32, -1.0, 0x1p32, 0, UINT32_MAX)
DEFINE_SATURATING(f32, u64, -1.0f, 0x1p64f, 0, UINT64_MAX)
DEFINE_SATURATING(f64, u64, -1.0, 0x1p64, 0, UINT64_MAX)

// X(..., name) in the order of WasmFloatOperation and WasmFloatComparison.
#define FLOAT_INNER_OPERATIONS(X, ...) X(__VA_ARGS__, fadd) X(__VA_ARGS__, fsub) X(__VA_ARGS__, fmul)
#define FLOAT_OUTER_OPERATIONS(X, ...) \
  X(__VA_ARGS__, fadd) X(__VA_ARGS__, fsub) X(__VA_ARGS__, fmul) X(__VA_ARGS__, frsub)
#define FLOAT_COMPARISONS(X, ...)                                                                             \
  X(__VA_ARGS__, feq) X(__VA_ARGS__, fne) X(__VA_ARGS__, flt) X(__VA_ARGS__, fgt) X(__VA_ARGS__, fle)         \
  X(__VA_ARGS__, fge) X(__VA_ARGS__, fnlt) X(__VA_ARGS__, fngt) X(__VA_ARGS__, fnle) X(__VA_ARGS__, fnge)

#endif
