// Vector types and shapes. Each operation is one line X(opcode, name, operand type, result type, expression of x, y, z)
// in a list; the handlers and the rows are both made from it.
#ifndef WASM_VECTORS_H
#define WASM_VECTORS_H

#include "Operations.h"

#define WASM_VECTOR(T, N)                             \
  typedef T T##x##N __attribute__((vector_size(16))); \
  WASM_ANY(T##x##N)
WASM_VECTOR(s8, 16)
WASM_VECTOR(u8, 16)
WASM_VECTOR(s16, 8)
WASM_VECTOR(u16, 8)
WASM_VECTOR(s32, 4)
WASM_VECTOR(u32, 4)
WASM_VECTOR(s64, 2)
WASM_VECTOR(u64, 2)
WASM_VECTOR(f32, 4)
WASM_VECTOR(f64, 2)

// Halves, and vectors of twice the size for intermediate results.
typedef s8 s8x8 __attribute__((vector_size(8)));
typedef u8 u8x8 __attribute__((vector_size(8)));
typedef s16 s16x4 __attribute__((vector_size(8)));
typedef u16 u16x4 __attribute__((vector_size(8)));
typedef s32 s32x2 __attribute__((vector_size(8)));
typedef u32 u32x2 __attribute__((vector_size(8)));
typedef f32 f32x2 __attribute__((vector_size(8)));
typedef s32 s32x8 __attribute__((vector_size(32)));

#define VECTOR_UNARY(opcode, name, T, R, ...)             \
  HANDLER(name) {                                         \
    T x = SLOT(a, T);                                     \
    SLOT(d, R) = (R)(__VA_ARGS__);                        \
    NEXT;                                                 \
  }
#define VECTOR_BINARY(opcode, name, T, R, ...)            \
  HANDLER(name) {                                         \
    T x = SLOT(a, T), y = SLOT(b, T);                     \
    SLOT(d, R) = (R)(__VA_ARGS__);                        \
    NEXT;                                                 \
  }
#define VECTOR_TERNARY(opcode, name, T, R, ...)           \
  HANDLER(name) {                                         \
    T x = SLOT(a, T), y = SLOT(b, T), z = SLOT(t, T);     \
    SLOT(d, R) = (R)(__VA_ARGS__);                        \
    NEXT;                                                 \
  }
// A vector and an i32 (y).
#define VECTOR_SHIFT(opcode, name, T, R, ...)             \
  HANDLER(name) {                                         \
    T x = SLOT(a, T);                                     \
    u32 y = SLOT(b, u32);                                 \
    SLOT(d, R) = (R)(__VA_ARGS__);                        \
    NEXT;                                                 \
  }
// A vector to an i32.
#define VECTOR_TEST(opcode, name, T, R, ...)              \
  HANDLER(name) {                                         \
    T x = SLOT(a, T);                                     \
    SET(d, u32, __VA_ARGS__);                             \
    NEXT;                                                 \
  }
// A scalar x of type T to a vector.
#define VECTOR_SPLAT(opcode, name, T, R, ...) VECTOR_UNARY(opcode, name, T, R, __VA_ARGS__)

#define ROW_UNARY(opcode, name, ...) {opcode, WASM_SHAPE_UNARY, 0, {ENTRY(name)}},
#define ROW_BINARY(opcode, name, ...) {opcode, WASM_SHAPE_BINARY, 0, {ENTRY(name)}},
#define ROW_TERNARY(opcode, name, ...) {opcode, WASM_SHAPE_TERNARY, 0, {ENTRY(name)}},

// The lanes of x given to a scalar function, one by one.
#define LANES(N, R, expression)                      \
  ({                                                 \
    R result;                                        \
    for (u32 i = 0; i < N; i++) result[i] = expression; \
    result;                                          \
  })
#define HALVES_8_LOW 0, 1, 2, 3, 4, 5, 6, 7
#define HALVES_8_HIGH 8, 9, 10, 11, 12, 13, 14, 15
#define HALVES_4_LOW 0, 1, 2, 3
#define HALVES_4_HIGH 4, 5, 6, 7
#define HALVES_2_LOW 0, 1
#define HALVES_2_HIGH 2, 3
#define EVEN_8 0, 2, 4, 6, 8, 10, 12, 14
#define ODD_8 1, 3, 5, 7, 9, 11, 13, 15
#define EVEN_4 0, 2, 4, 6
#define ODD_4 1, 3, 5, 7
// Picks lanes of v and widens them to R.
#define WIDEN(v, R, ...) __builtin_convertvector(__builtin_shufflevector(v, v, __VA_ARGS__), R)

#endif
