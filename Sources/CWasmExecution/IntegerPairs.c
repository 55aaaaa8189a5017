// Two integer operations in one instruction, where the first one's result is an operand of the second.
#include "Operations.h"

// (a inner b) outer t -> d.
#define PAIR(W, inner, outer, KB, KT)                                             \
  HANDLER(inner##_##outer##W##_##KB##KT) {                                        \
    u##W x = inner##W(GET_s(a, u##W), GET_##KB(b, u##W));                         \
    SET(d, u##W, outer##W(x, GET_##KT(t, u##W)));                                 \
    NEXT;                                                                         \
  }
#define ALL_KINDS(W, inner, outer) \
  PAIR(W, inner, outer, s, s) PAIR(W, inner, outer, s, i) PAIR(W, inner, outer, i, s) PAIR(W, inner, outer, i, i)
#define ALL_OUTER(W, inner) OUTER_OPERATIONS(ALL_KINDS, W, inner)
INNER_OPERATIONS(ALL_OUTER, 32)
INNER_OPERATIONS(ALL_OUTER, 64)

// Two counters stepped in a row, which is how compilers reduce the strength of array indexing.
#define DOUBLE_ADD(W)                                            \
  HANDLER(double_add##W) {                                       \
    SET(a, u##W, GET_s(a, u##W) + GET_i(b, u##W));               \
    SET(d, u##W, GET_s(d, u##W) + GET_i(t, u##W));               \
    NEXT;                                                        \
  }
DOUBLE_ADD(32)
DOUBLE_ADD(64)

// (a compare b) ? a : b -> d, that is minimum and maximum.
#define COMPARE_SELECT(W, name, KB)                              \
  HANDLER(select_##name##W##_##KB) {                             \
    u##W x = GET_s(a, u##W), y = GET_##KB(b, u##W);              \
    SET(d, u##W, name##W(x, y) ? x : y);                         \
    NEXT;                                                        \
  }
#define COMPARE_SELECTS(W, name) COMPARE_SELECT(W, name, s) COMPARE_SELECT(W, name, i)
COMPARISONS(COMPARE_SELECTS, 32)
COMPARISONS(COMPARE_SELECTS, 64)

// MARK: - Tables

#define KINDS_ENTRY(W, inner, outer)                                                     \
  {{ENTRY(inner##_##outer##W##_ss), ENTRY(inner##_##outer##W##_si)},                     \
   {ENTRY(inner##_##outer##W##_is), ENTRY(inner##_##outer##W##_ii)}},
#define OUTER_ENTRY(W, inner) {OUTER_OPERATIONS(KINDS_ENTRY, W, inner)},
const WasmEntry wasm_pairs32[WASM_FUSED_INT_OPERATIONS][WASM_OUTER_INT_OPERATIONS][WASM_KINDS][WASM_KINDS] = {
    INNER_OPERATIONS(OUTER_ENTRY, 32)};
const WasmEntry wasm_pairs64[WASM_FUSED_INT_OPERATIONS][WASM_OUTER_INT_OPERATIONS][WASM_KINDS][WASM_KINDS] = {
    INNER_OPERATIONS(OUTER_ENTRY, 64)};
const WasmEntry wasm_double_add[2] = {ENTRY(double_add32), ENTRY(double_add64)};
#define SELECT_ENTRY(W, name) {ENTRY(select_##name##W##_s), ENTRY(select_##name##W##_i)},
const WasmEntry wasm_compare_selects[2][WASM_COMPARISONS][WASM_KINDS] = {
    {COMPARISONS(SELECT_ENTRY, 32)}, {COMPARISONS(SELECT_ENTRY, 64)}};
