// Which handlers there are, for the translator: one row per opcode, and tables of the fused forms.
//
// The names of operand kinds (s, i, k) and address kinds (s, w, x, n, y1...y3) are explained in Handlers.h.
#ifndef WASM_HANDLER_TABLE_H
#define WASM_HANDLER_TABLE_H

#include <stdint.h>

// How an instruction's operands are encoded.
enum WasmShape {
  WASM_SHAPE_NONE = 0,        // the translator knows the instruction itself
  WASM_SHAPE_NOTHING,         // the value's slot already holds the result
  WASM_SHAPE_STACK,           // operands and results in consecutive slots from d
  WASM_SHAPE_UNARY,           // a -> d
  WASM_SHAPE_BINARY,          // a, b -> d
  WASM_SHAPE_TERNARY,         // a, b, t -> d
  WASM_SHAPE_EXTRACT_LANE,    // a, lane b -> d
  WASM_SHAPE_REPLACE_LANE,    // a, b, lane t -> d
  WASM_SHAPE_SHUFFLE,         // a, b, constant t -> d
  WASM_SHAPE_INT_BINARY,      // family: WasmIntOperation; handlers ss, si, is
  WASM_SHAPE_INT_COMPARE,     // family: WasmComparison; handlers ss, si
  WASM_SHAPE_INT_TEST,        // eqz
  WASM_SHAPE_FLOAT_BINARY,    // family: WasmFloatOperation; handlers ss, sk, ks (the last two may be NULL)
  WASM_SHAPE_FLOAT_COMPARE,   // family: WasmFloatComparison
  WASM_SHAPE_LOAD,            // family: WasmLoad; handlers: the stack form
  WASM_SHAPE_STORE,           // family: WasmStore; handlers: the stack form
  WASM_SHAPE_VECTOR_LOAD,     // a + offset b -> d; handlers: fast form, stack form
  WASM_SHAPE_LOAD_LANE,       // a + offset b, t = vector slot << 1 | lane -> d; likewise
  WASM_SHAPE_STORE_LANE,      // vector d, lane t -> a + offset b; likewise
  WASM_SHAPE_ATOMIC,          // the stack form
};

typedef struct WasmHandlerRow {
  uint16_t opcode;            // the dense opcode of the instruction table
  uint8_t shape;              // WASM_SHAPE_*
  uint8_t family;             // place in the fused tables
  const void *handlers[3];
} WasmHandlerRow;

// The rows come in groups, one per source file; NULL behind the last.
const WasmHandlerRow *wasm_handler_rows(uint32_t group, uint32_t *count);

// MARK: - Families

enum WasmIntOperation {
  WASM_ADD, WASM_SUB, WASM_MUL, WASM_AND, WASM_OR, WASM_XOR, WASM_SHL, WASM_SHR_S, WASM_SHR_U, WASM_ROTL,
  WASM_FUSED_INT_OPERATIONS,  // the operations above have fused forms
  WASM_REVERSED_SUB = WASM_FUSED_INT_OPERATIONS,  // only as the outer half of a fused form: t - inner
  WASM_OUTER_INT_OPERATIONS,
  WASM_ROTR = WASM_OUTER_INT_OPERATIONS, WASM_DIV_S, WASM_DIV_U, WASM_REM_S, WASM_REM_U,
};
enum WasmComparison {
  WASM_EQ, WASM_NE, WASM_LT_S, WASM_LT_U, WASM_GT_S, WASM_GT_U, WASM_LE_S, WASM_LE_U, WASM_GE_S, WASM_GE_U,
  WASM_COMPARISONS,
};
enum WasmFloatOperation {
  WASM_FADD, WASM_FSUB, WASM_FMUL,
  WASM_FUSED_FLOAT_OPERATIONS,
  WASM_REVERSED_FSUB = WASM_FUSED_FLOAT_OPERATIONS,
  WASM_OUTER_FLOAT_OPERATIONS,
  WASM_FDIV = WASM_OUTER_FLOAT_OPERATIONS, WASM_FMIN, WASM_FMAX, WASM_FCOPYSIGN,
};
// Greater-than is less-than with the operands exchanged; "not less" differs from "greater or equal" on NaN.
enum WasmFloatComparison {
  WASM_FEQ, WASM_FNE, WASM_FLT, WASM_FGT, WASM_FLE, WASM_FGE,
  WASM_FNLT, WASM_FNGT, WASM_FNLE, WASM_FNGE,
  WASM_FLOAT_COMPARISONS,
};
enum WasmLoad {
  WASM_LOAD32, WASM_LOAD8_S, WASM_LOAD8_U, WASM_LOAD16_S, WASM_LOAD16_U,  // fused in both widths where it fits
  WASM_LOAD64, WASM_LOAD8_S64, WASM_LOAD16_S64, WASM_LOAD32_S64,
  WASM_LOAD128,
  WASM_LOADS,
};
enum WasmStore { WASM_STORE8, WASM_STORE16, WASM_STORE32, WASM_STORE64, WASM_STORE128, WASM_STORES };
enum WasmAddress {
  WASM_ADDRESS_S, WASM_ADDRESS_W, WASM_ADDRESS_X, WASM_ADDRESS_N, WASM_ADDRESS_Y1, WASM_ADDRESS_Y2, WASM_ADDRESS_Y3,
  WASM_ADDRESSES,
};
enum { WASM_FORWARD, WASM_BACKWARD, WASM_DIRECTIONS };
enum { WASM_SLOT, WASM_IMMEDIATE, WASM_KINDS };  // the kind of one operand (immediates of floats are constants)

// MARK: - Fused forms. Widths: 0 is 32 bits, 1 is 64. A missing form is NULL.

typedef const void *WasmEntry;

// compare a, b; branch to t.
extern const WasmEntry wasm_branches[2][WASM_COMPARISONS][WASM_KINDS][WASM_DIRECTIONS];
// slot a += d; compare a, b; branch to t.
extern const WasmEntry wasm_add_branches[2][WASM_COMPARISONS][WASM_KINDS][WASM_DIRECTIONS];
// (a & b) compare d, or (a + b) compare d, d an immediate; branch to t. First index: 0 and, 1 add.
extern const WasmEntry wasm_operation_branches[2][2][WASM_COMPARISONS][WASM_KINDS][WASM_DIRECTIONS];
// load a, b; compare d; branch to t. Loads up to WASM_LOAD64, addresses S and W.
extern const WasmEntry wasm_load_branches[WASM_LOAD64 + 1][WASM_COMPARISONS][2][WASM_KINDS][WASM_DIRECTIONS];
// (a compare b) ? a : b -> d.
extern const WasmEntry wasm_compare_selects[2][WASM_COMPARISONS][WASM_KINDS];
// (a inner b) outer t -> d.
extern const WasmEntry wasm_pairs32[WASM_FUSED_INT_OPERATIONS][WASM_OUTER_INT_OPERATIONS][WASM_KINDS][WASM_KINDS];
extern const WasmEntry wasm_pairs64[WASM_FUSED_INT_OPERATIONS][WASM_OUTER_INT_OPERATIONS][WASM_KINDS][WASM_KINDS];
// slot a += b; slot d += t.
extern const WasmEntry wasm_double_add[2];

// compare a, b -> d. Kinds of a and b: ss, sk, ks.
extern const WasmEntry wasm_float_compares[2][WASM_FLOAT_COMPARISONS][3];
extern const WasmEntry wasm_float_branches[2][WASM_FLOAT_COMPARISONS][3][WASM_DIRECTIONS];
// (a inner b) outer t -> d.
extern const WasmEntry
    wasm_float_pairs[2][WASM_FUSED_FLOAT_OPERATIONS][WASM_OUTER_FLOAT_OPERATIONS][WASM_KINDS][WASM_KINDS];

// load -> d.
extern const WasmEntry wasm_loads[WASM_LOADS][WASM_ADDRESSES];
// d -> memory.
extern const WasmEntry wasm_stores[WASM_STORES][WASM_ADDRESSES][WASM_KINDS];
// (load a, b) outer t -> d. Addresses S, W and X; 32 bits: loads up to LOAD16_U; 64 bits: only LOAD64.
extern const WasmEntry wasm_load_operations32[WASM_LOAD16_U + 1][WASM_OUTER_INT_OPERATIONS][3][WASM_KINDS];
extern const WasmEntry wasm_load_operations64[WASM_OUTER_INT_OPERATIONS][3][WASM_KINDS];
extern const WasmEntry wasm_load_float_operations[2][WASM_OUTER_FLOAT_OPERATIONS][3];
// d operation t -> memory a, b. Addresses S, W and N (third); 32 bits: stores up to STORE32.
extern const WasmEntry wasm_operation_stores[2][WASM_FUSED_INT_OPERATIONS][WASM_STORE64 + 1][3][WASM_KINDS];
extern const WasmEntry wasm_float_operation_stores[2][WASM_FUSED_FLOAT_OPERATIONS][3];
// memory a, b -> memory d, t. Addresses S, W, X and N.
extern const WasmEntry wasm_copies[WASM_STORE64 + 1][4][4];

// a -> d, then b -> t.
extern const WasmEntry wasm_double_moves[WASM_KINDS][WASM_KINDS];
// t ? a : b -> d.
extern const WasmEntry wasm_selects[WASM_KINDS][WASM_KINDS];

// MARK: - Single handlers the translator names

enum WasmSpecial {
  WASM_SPECIAL_LAZY,          // the `lazy` instruction of a WasmFunctionCode
  WASM_SPECIAL_ENTRY_0,       // a: frame bytes, d: fuel; how many groups of four slots to zero from fp + 32
  WASM_SPECIAL_ENTRY_1,
  WASM_SPECIAL_ENTRY_2,
  WASM_SPECIAL_ENTRY_N,       // b: groups
  WASM_SPECIAL_LOOP,          // a: fuel
  WASM_SPECIAL_BRANCH,        // t
  WASM_SPECIAL_BRANCH_LOOP,   // t: a loop's head
  WASM_SPECIAL_BRANCH_TABLE,  // a: index slot, b: number of entries before the default; entries follow, each with t
  WASM_SPECIAL_UNREACHABLE,
  WASM_SPECIAL_RETURN,
  WASM_SPECIAL_RETURN_SLOT,       // a -> d, then return
  WASM_SPECIAL_RETURN_IMMEDIATE,  // likewise
  WASM_SPECIAL_CALL,              // ab: WasmFunctionCode, d: frame displacement
  WASM_SPECIAL_CALL_IMPORT,       // a: function, d
  WASM_SPECIAL_CALL_INDIRECT,     // a: index slot, b: table, d, t: type
  WASM_SPECIAL_CALL_REFERENCE,    // a: slot, d
  WASM_SPECIAL_TAIL_CALL,           // ab: WasmFunctionCode, d: first argument slot
  WASM_SPECIAL_TAIL_CALL_IMPORT,    // a: function, d
  WASM_SPECIAL_TAIL_CALL_INDIRECT,  // a: index slot, b: table, d, t: type
  WASM_SPECIAL_TAIL_CALL_REFERENCE, // a: slot, d
  WASM_SPECIAL_HELPER,        // a: first slot, b: imm0, d: imm1, t: helper
  WASM_SPECIAL_MOVE,          // a -> d
  WASM_SPECIAL_MOVE128,
  WASM_SPECIAL_CONSTANT,      // ab -> d
  WASM_SPECIAL_CONSTANT128,   // pool constant a -> d
  WASM_SPECIAL_SELECT128,     // t ? a : b -> d
  WASM_SPECIAL_COPY_SLOTS,    // b slots from a to d, which lies lower or does not overlap
  WASM_SPECIAL_GLOBAL_GET,    // global a -> d
  WASM_SPECIAL_GLOBAL_GET128,
  WASM_SPECIAL_GLOBAL_SET,    // d -> global a
  WASM_SPECIAL_GLOBAL_SET_IMMEDIATE,
  WASM_SPECIAL_GLOBAL_SET128,
  WASM_SPECIAL_TABLE_GET,     // index slot a, table b -> d
  WASM_SPECIAL_TABLE_SET,     // d -> index slot a, table b
  WASM_SPECIAL_TABLE_SIZE,    // table b -> d
  WASM_SPECIAL_MEMORY_SIZE,   // memory b -> d
  WASM_SPECIAL_REF_FUNC,      // function a -> d
  WASM_SPECIAL_REF_AS_NON_NULL,  // a
  WASM_SPECIAL_REF_TEST,      // a, heap type b, nullable t -> d
  WASM_SPECIAL_REF_CAST,      // a, heap type b, nullable t
  WASM_SPECIAL_BRANCH_ON_CAST,       // a, heap type b, nullable d; t
  WASM_SPECIAL_BRANCH_ON_CAST_LOOP,
  WASM_SPECIAL_BRANCH_ON_CAST_FAIL,
  WASM_SPECIAL_BRANCH_ON_CAST_FAIL_LOOP,
  WASM_SPECIAL_REF_I31,       // a -> d
  WASM_SPECIAL_I31_GET_S,
  WASM_SPECIAL_I31_GET_U,
  WASM_SPECIAL_ARRAY_LEN,     // a -> d
  WASM_SPECIAL_ATOMIC_FENCE,
  WASM_SPECIALS,
};
WasmEntry wasm_special(enum WasmSpecial special);

// Heap types in operands: an abstract heap type's code, or WASM_CONCRETE plus the module's type index.
enum { WASM_CONCRETE = 0x40000000 };

// Fields of structures and elements of arrays. get: object a, field offset b -> d, or object a, index slot b,
// elements from t -> d; set: d -> likewise.
enum WasmField {
  WASM_FIELD8_S, WASM_FIELD8_U, WASM_FIELD16_S, WASM_FIELD16_U, WASM_FIELD32, WASM_FIELD64, WASM_FIELD128, WASM_FIELDS,
};
extern const WasmEntry wasm_struct_get[WASM_FIELDS];
extern const WasmEntry wasm_struct_set[WASM_FIELDS];
extern const WasmEntry wasm_array_get[WASM_FIELDS];
extern const WasmEntry wasm_array_set[WASM_FIELDS];

// MARK: - Lookups, for Swift, which does not see arrays of C

static inline WasmEntry wasm_branch(uint32_t width, uint32_t comparison, uint32_t kind, uint32_t direction) {
  return wasm_branches[width][comparison][kind][direction];
}
static inline WasmEntry wasm_add_branch(uint32_t width, uint32_t comparison, uint32_t kind, uint32_t direction) {
  return wasm_add_branches[width][comparison][kind][direction];
}
static inline WasmEntry wasm_operation_branch(
    uint32_t is_add, uint32_t width, uint32_t comparison, uint32_t kind, uint32_t direction) {
  return wasm_operation_branches[is_add][width][comparison][kind][direction];
}
static inline WasmEntry wasm_load_branch(
    uint32_t load, uint32_t comparison, uint32_t address, uint32_t kind, uint32_t direction) {
  return wasm_load_branches[load][comparison][address][kind][direction];
}
static inline WasmEntry wasm_compare_select(uint32_t width, uint32_t comparison, uint32_t kind) {
  return wasm_compare_selects[width][comparison][kind];
}
static inline WasmEntry wasm_pair(
    uint32_t width, uint32_t inner, uint32_t outer, uint32_t inner_kind, uint32_t outer_kind) {
  return (width ? wasm_pairs64 : wasm_pairs32)[inner][outer][inner_kind][outer_kind];
}
static inline WasmEntry wasm_add_add(uint32_t width) { return wasm_double_add[width]; }
static inline WasmEntry wasm_float_compare(uint32_t width, uint32_t comparison, uint32_t kinds) {
  return wasm_float_compares[width][comparison][kinds];
}
static inline WasmEntry wasm_float_branch(
    uint32_t width, uint32_t comparison, uint32_t kinds, uint32_t direction) {
  return wasm_float_branches[width][comparison][kinds][direction];
}
static inline WasmEntry wasm_float_pair(
    uint32_t width, uint32_t inner, uint32_t outer, uint32_t inner_kind, uint32_t outer_kind) {
  return wasm_float_pairs[width][inner][outer][inner_kind][outer_kind];
}
static inline WasmEntry wasm_load(uint32_t load, uint32_t address) { return wasm_loads[load][address]; }
static inline WasmEntry wasm_store(uint32_t store, uint32_t address, uint32_t kind) {
  return wasm_stores[store][address][kind];
}
static inline WasmEntry wasm_load_operation(
    uint32_t width, uint32_t load, uint32_t outer, uint32_t address, uint32_t kind) {
  return width ? wasm_load_operations64[outer][address][kind] : wasm_load_operations32[load][outer][address][kind];
}
static inline WasmEntry wasm_load_float_operation(uint32_t width, uint32_t outer, uint32_t address) {
  return wasm_load_float_operations[width][outer][address];
}
static inline WasmEntry wasm_operation_store(
    uint32_t width, uint32_t operation, uint32_t store, uint32_t address, uint32_t kind) {
  return wasm_operation_stores[width][operation][store][address][kind];
}
static inline WasmEntry wasm_float_operation_store(uint32_t width, uint32_t operation, uint32_t address) {
  return wasm_float_operation_stores[width][operation][address];
}
static inline WasmEntry wasm_copy(uint32_t store, uint32_t from, uint32_t to) { return wasm_copies[store][from][to]; }
static inline WasmEntry wasm_double_move(uint32_t first, uint32_t second) { return wasm_double_moves[first][second]; }
static inline WasmEntry wasm_select(uint32_t first, uint32_t second) { return wasm_selects[first][second]; }
static inline WasmEntry wasm_field_get(uint32_t field) { return wasm_struct_get[field]; }
static inline WasmEntry wasm_field_set(uint32_t field) { return wasm_struct_set[field]; }
static inline WasmEntry wasm_element_get(uint32_t field) { return wasm_array_get[field]; }
static inline WasmEntry wasm_element_set(uint32_t field) { return wasm_array_set[field]; }

#endif
