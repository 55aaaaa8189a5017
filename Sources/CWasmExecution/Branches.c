// Conditional branches, each fused with the comparison that makes its condition and often with what comes before it.
// Every branch has a forward form (suffix f) and one to a loop's head (suffix b), which also charges fuel.
#include "Operations.h"

// MARK: - compare a, b

#define BRANCH(W, name, KB, DIR)                                                        \
  HANDLER(br_##name##W##_##KB##DIR) {                                                   \
    if (name##W(GET_s(a, u##W), GET_##KB(b, u##W))) GOTO_##DIR;                         \
    NEXT;                                                                               \
  }
#define BRANCHES(W, name) BRANCH(W, name, s, f) BRANCH(W, name, s, b) BRANCH(W, name, i, f) BRANCH(W, name, i, b)
COMPARISONS(BRANCHES, 32)
COMPARISONS(BRANCHES, 64)

// MARK: - slot a += d; compare a, b: the end of a counting loop

#define ADD_BRANCH(W, name, KB, DIR)                          \
  HANDLER(count_br_##name##W##_##KB##DIR) {                     \
    u##W x = GET_s(a, u##W) + GET_i(d, u##W);                 \
    SET(a, u##W, x);                                          \
    if (name##W(x, GET_##KB(b, u##W))) GOTO_##DIR;            \
    NEXT;                                                     \
  }
#define ADD_BRANCHES(W, name) \
  ADD_BRANCH(W, name, s, f) ADD_BRANCH(W, name, s, b) ADD_BRANCH(W, name, i, f) ADD_BRANCH(W, name, i, b)
COMPARISONS(ADD_BRANCHES, 32)
COMPARISONS(ADD_BRANCHES, 64)

// MARK: - (a operation b) compare d: bit tests and range tests

#define OPERATION_BRANCH(W, operation, name, KB, DIR)                                        \
  HANDLER(operation##_br_##name##W##_##KB##DIR) {                                            \
    if (name##W(operation##W(GET_s(a, u##W), GET_##KB(b, u##W)), GET_i(d, u##W))) GOTO_##DIR; \
    NEXT;                                                                                    \
  }
#define OPERATION_BRANCHES(W, operation, name)                                       \
  OPERATION_BRANCH(W, operation, name, s, f) OPERATION_BRANCH(W, operation, name, s, b) \
  OPERATION_BRANCH(W, operation, name, i, f) OPERATION_BRANCH(W, operation, name, i, b)
COMPARISONS(OPERATION_BRANCHES, 32, and)
COMPARISONS(OPERATION_BRANCHES, 32, add)
COMPARISONS(OPERATION_BRANCHES, 64, and)
COMPARISONS(OPERATION_BRANCHES, 64, add)

// MARK: - (load a, b) compare d

#define LOAD_BRANCH(load, M, W, name, KA, KD, DIR)                                      \
  HANDLER(load##_br_##name##_##KA##KD##DIR) {                                           \
    u64 address = ADDRESS_##KA(a, b);                                                   \
    CHECK(address, sizeof(M));                                                          \
    if (name##W((u##W)MEMORY(address, M), GET_##KD(d, u##W))) GOTO_##DIR;               \
    NEXT;                                                                               \
  }
#define LOAD_BRANCHES(load, M, W, name)                                                            \
  LOAD_BRANCH(load, M, W, name, s, s, f) LOAD_BRANCH(load, M, W, name, s, s, b)                    \
  LOAD_BRANCH(load, M, W, name, s, i, f) LOAD_BRANCH(load, M, W, name, s, i, b)                    \
  LOAD_BRANCH(load, M, W, name, w, s, f) LOAD_BRANCH(load, M, W, name, w, s, b)                    \
  LOAD_BRANCH(load, M, W, name, w, i, f) LOAD_BRANCH(load, M, W, name, w, i, b)
COMPARISONS(LOAD_BRANCHES, load32, u32, 32)
COMPARISONS(LOAD_BRANCHES, load8_s, s8, 32)
COMPARISONS(LOAD_BRANCHES, load8_u, u8, 32)
COMPARISONS(LOAD_BRANCHES, load16_s, s16, 32)
COMPARISONS(LOAD_BRANCHES, load16_u, u16, 32)
COMPARISONS(LOAD_BRANCHES, load64, u64, 64)

// MARK: - Tables

#define BRANCH_ENTRY(prefix, suffix, name)                                            \
  {{ENTRY(prefix##name##suffix##_sf), ENTRY(prefix##name##suffix##_sb)},              \
   {ENTRY(prefix##name##suffix##_if), ENTRY(prefix##name##suffix##_ib)}},
#define LOAD_BRANCH_ENTRY(prefix, name)                                               \
  {{{ENTRY(prefix##name##_ssf), ENTRY(prefix##name##_ssb)},                           \
    {ENTRY(prefix##name##_sif), ENTRY(prefix##name##_sib)}},                          \
   {{ENTRY(prefix##name##_wsf), ENTRY(prefix##name##_wsb)},                           \
    {ENTRY(prefix##name##_wif), ENTRY(prefix##name##_wib)}}},

const WasmEntry wasm_branches[2][WASM_COMPARISONS][WASM_KINDS][WASM_DIRECTIONS] = {
    {COMPARISONS(BRANCH_ENTRY, br_, 32)}, {COMPARISONS(BRANCH_ENTRY, br_, 64)}};
const WasmEntry wasm_add_branches[2][WASM_COMPARISONS][WASM_KINDS][WASM_DIRECTIONS] = {
    {COMPARISONS(BRANCH_ENTRY, count_br_, 32)}, {COMPARISONS(BRANCH_ENTRY, count_br_, 64)}};
const WasmEntry wasm_operation_branches[2][2][WASM_COMPARISONS][WASM_KINDS][WASM_DIRECTIONS] = {
    {{COMPARISONS(BRANCH_ENTRY, and_br_, 32)}, {COMPARISONS(BRANCH_ENTRY, and_br_, 64)}},
    {{COMPARISONS(BRANCH_ENTRY, add_br_, 32)}, {COMPARISONS(BRANCH_ENTRY, add_br_, 64)}}};
const WasmEntry wasm_load_branches[WASM_LOAD64 + 1][WASM_COMPARISONS][2][WASM_KINDS][WASM_DIRECTIONS] = {
    {COMPARISONS(LOAD_BRANCH_ENTRY, load32_br_)},   {COMPARISONS(LOAD_BRANCH_ENTRY, load8_s_br_)},
    {COMPARISONS(LOAD_BRANCH_ENTRY, load8_u_br_)},  {COMPARISONS(LOAD_BRANCH_ENTRY, load16_s_br_)},
    {COMPARISONS(LOAD_BRANCH_ENTRY, load16_u_br_)}, {COMPARISONS(LOAD_BRANCH_ENTRY, load64_br_)}};
