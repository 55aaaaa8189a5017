// Globals, tables, references, and objects of the garbage-collected heap, as far as they need no helper.
#include "Operations.h"

typedef u64 v128 __attribute__((vector_size(16)));
WASM_ANY(v128)
#define SET_v128(slot, value) (*(v128_any *)(slot) = (value))

// MARK: - Globals

#define GLOBAL(T) (*(T##_any *)ctx->instance->globals[(u32)pc->a])

HANDLER(global_get) {
  SET(d, u64, GLOBAL(u64));
  NEXT;
}
HANDLER(global_get128) {
  SET(d, v128, GLOBAL(v128));
  NEXT;
}
HANDLER(global_set) {
  GLOBAL(u64) = GET_s(d, u64);
  NEXT;
}
HANDLER(global_set_immediate) {
  GLOBAL(u64) = (u32)pc->d;
  NEXT;
}
HANDLER(global_set128) {
  GLOBAL(v128) = GET_s(d, v128);
  NEXT;
}

// MARK: - Tables and memories

HANDLER(table_get) {
  const WasmTable *table = ctx->instance->tables[(u32)pc->b];
  u64 index = GET_s(a, u64);
  if (UNLIKELY(index >= table->size)) TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
  SET(d, u64, table->elements[index]);
  NEXT;
}
HANDLER(table_set) {
  const WasmTable *table = ctx->instance->tables[(u32)pc->b];
  u64 index = GET_s(a, u64);
  if (UNLIKELY(index >= table->size)) TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
  table->elements[index] = GET_s(d, u64);
  NEXT;
}
HANDLER(table_size) {
  SET(d, u64, ctx->instance->tables[(u32)pc->b]->size);
  NEXT;
}
HANDLER(memory_size) {
  const WasmMemory *memory = ctx->instance->memories[(u32)pc->b];
  u64 size = memory->shared_size ? __atomic_load_n(memory->shared_size, __ATOMIC_SEQ_CST) : memory->size;
  SET(d, u64, size >> memory->page_size_log2);
  NEXT;
}
HANDLER(atomic_fence) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  NEXT;
}

// MARK: - References

HANDLER(ref_func) {
  SET(d, u64, (uintptr_t)ctx->instance->functions[(u32)pc->a]);
  NEXT;
}
HANDLER(ref_as_non_null) {
  if (UNLIKELY(GET_s(a, u64) == 0)) TRAP(WASM_TRAP_NULL_REFERENCE);
  NEXT;
}

// Codes of abstract heap types, as in the syntax room's AbstractHeapType.
enum { HEAP_ANY = 1, HEAP_EQ, HEAP_I31, HEAP_STRUCT, HEAP_ARRAY, HEAP_NONE, HEAP_FUNC, HEAP_NOFUNC, HEAP_EXTERN,
       HEAP_NOEXTERN, HEAP_EXN, HEAP_NOEXN };

// Whether a reference has a heap type. Validation keeps hierarchies apart, so the top types match anything.
INLINE u32 reference_matches(const WasmContext *ctx, u64 reference, u32 heap_type, u32 nullable) {
  if (reference == 0) return nullable;
  if (heap_type & WASM_CONCRETE) {
    if (reference & 1) return 0;
    const WasmTypeInfo *actual = *(const WasmTypeInfo *const *)(uintptr_t)reference;
    const WasmTypeInfo *expected = ctx->instance->types[heap_type & ~(u32)WASM_CONCRETE];
    return actual == expected || (actual->depth >= expected->depth && actual->supers[expected->depth] == expected);
  }
  switch (heap_type) {
    case HEAP_ANY: case HEAP_FUNC: case HEAP_EXTERN: case HEAP_EXN: return 1;
    case HEAP_I31: return reference & 1;
    case HEAP_EQ: case HEAP_STRUCT: case HEAP_ARRAY: break;
    default: return 0;
  }
  if (reference & 1) return heap_type == HEAP_EQ;
  u32 kind = (*(const WasmTypeInfo *const *)(uintptr_t)reference)->kind;
  if (kind == WASM_TYPE_STRUCT) return heap_type != HEAP_ARRAY;
  return kind == WASM_TYPE_ARRAY && heap_type != HEAP_STRUCT;
}

HANDLER(ref_test) {
  SET(d, u32, reference_matches(ctx, GET_s(a, u64), (u32)pc->b, (u32)pc->t));
  NEXT;
}
HANDLER(ref_cast) {
  if (UNLIKELY(!reference_matches(ctx, GET_s(a, u64), (u32)pc->b, (u32)pc->t))) TRAP(WASM_TRAP_CAST_FAILURE);
  NEXT;
}
#define BRANCH_ON_CAST(name, condition, DIR)                                                     \
  HANDLER(name) {                                                                                \
    if (reference_matches(ctx, GET_s(a, u64), (u32)pc->b, (u32)pc->d) == condition) GOTO_##DIR;  \
    NEXT;                                                                                        \
  }
BRANCH_ON_CAST(br_on_cast_f, 1, f)
BRANCH_ON_CAST(br_on_cast_b, 1, b)
BRANCH_ON_CAST(br_on_cast_fail_f, 0, f)
BRANCH_ON_CAST(br_on_cast_fail_b, 0, b)

HANDLER(ref_i31) {
  SET(d, u32, GET_s(a, u32) << 1 | 1);
  NEXT;
}
HANDLER(i31_get_s) {
  u64 reference = GET_s(a, u64);
  if (UNLIKELY(reference == 0)) TRAP(WASM_TRAP_NULL_I31_REFERENCE);
  SET(d, s32, (s32)(u32)reference >> 1);
  NEXT;
}
HANDLER(i31_get_u) {
  u64 reference = GET_s(a, u64);
  if (UNLIKELY(reference == 0)) TRAP(WASM_TRAP_NULL_I31_REFERENCE);
  SET(d, u32, (u32)reference >> 1);
  NEXT;
}

// MARK: - Structures and arrays

#define OBJECT(reason)                                          \
  u8 *object = (u8 *)(uintptr_t)GET_s(a, u64);                  \
  if (UNLIKELY(object == NULL)) TRAP(reason)
#define FIELD(M) (*(M##_any *)(object + (u32)pc->b))
#define ARRAY_ELEMENT                                                                               \
  OBJECT(WASM_TRAP_NULL_ARRAY_REFERENCE);                                                           \
  u64 index = GET_s(b, u32);                                                                        \
  if (UNLIKELY(index >= ((const WasmObject *)object)->length)) TRAP(WASM_TRAP_ARRAY_OUT_OF_BOUNDS)
#define ELEMENT(M) (*(M##_any *)(object + (u32)pc->t + index * sizeof(M)))
#define ARRAY_SET_ELEMENT(M) ELEMENT(M) = GET_s(d, M)

#define GET_FIELD(name, M, R)                   \
  HANDLER(struct_get_##name) {                  \
    OBJECT(WASM_TRAP_NULL_STRUCTURE_REFERENCE); \
    SET(d, R, FIELD(M));                        \
    NEXT;                                       \
  }                                             \
  HANDLER(array_get_##name) {                   \
    ARRAY_ELEMENT;                              \
    SET(d, R, ELEMENT(M));                      \
    NEXT;                                       \
  }
#define SET_FIELD(name, M)                      \
  HANDLER(struct_set_##name) {                  \
    OBJECT(WASM_TRAP_NULL_STRUCTURE_REFERENCE); \
    FIELD(M) = GET_s(d, M);                     \
    NEXT;                                       \
  }                                             \
  HANDLER(array_set_##name) {                   \
    ARRAY_ELEMENT;                              \
    ARRAY_SET_ELEMENT(M);                       \
    NEXT;                                       \
  }
GET_FIELD(8_s, s8, s32)
GET_FIELD(8_u, u8, u32)
GET_FIELD(16_s, s16, s32)
GET_FIELD(16_u, u16, u32)
GET_FIELD(32, u32, u32)
GET_FIELD(64, u64, u64)
GET_FIELD(128, v128, v128)
SET_FIELD(8, u8)
SET_FIELD(16, u16)
SET_FIELD(32, u32)
SET_FIELD(64, u64)
SET_FIELD(128, v128)

HANDLER(array_len) {
  OBJECT(WASM_TRAP_NULL_ARRAY_REFERENCE);
  SET(d, u32, ((const WasmObject *)object)->length);
  NEXT;
}

// MARK: - Tables

#define GET_ENTRIES(prefix)                                                                           \
  {ENTRY(prefix##8_s), ENTRY(prefix##8_u), ENTRY(prefix##16_s), ENTRY(prefix##16_u), ENTRY(prefix##32), \
   ENTRY(prefix##64), ENTRY(prefix##128)}
#define SET_ENTRIES(prefix)                                                                           \
  {ENTRY(prefix##8), ENTRY(prefix##8), ENTRY(prefix##16), ENTRY(prefix##16), ENTRY(prefix##32),       \
   ENTRY(prefix##64), ENTRY(prefix##128)}
const WasmEntry wasm_struct_get[WASM_FIELDS] = GET_ENTRIES(struct_get_);
const WasmEntry wasm_struct_set[WASM_FIELDS] = SET_ENTRIES(struct_set_);
const WasmEntry wasm_array_get[WASM_FIELDS] = GET_ENTRIES(array_get_);
const WasmEntry wasm_array_set[WASM_FIELDS] = SET_ENTRIES(array_set_);

const WasmEntry wasm_reference_specials[WASM_SPECIALS] = {
    [WASM_SPECIAL_GLOBAL_GET] = ENTRY(global_get),
    [WASM_SPECIAL_GLOBAL_GET128] = ENTRY(global_get128),
    [WASM_SPECIAL_GLOBAL_SET] = ENTRY(global_set),
    [WASM_SPECIAL_GLOBAL_SET_IMMEDIATE] = ENTRY(global_set_immediate),
    [WASM_SPECIAL_GLOBAL_SET128] = ENTRY(global_set128),
    [WASM_SPECIAL_TABLE_GET] = ENTRY(table_get),
    [WASM_SPECIAL_TABLE_SET] = ENTRY(table_set),
    [WASM_SPECIAL_TABLE_SIZE] = ENTRY(table_size),
    [WASM_SPECIAL_MEMORY_SIZE] = ENTRY(memory_size),
    [WASM_SPECIAL_REF_FUNC] = ENTRY(ref_func),
    [WASM_SPECIAL_REF_AS_NON_NULL] = ENTRY(ref_as_non_null),
    [WASM_SPECIAL_REF_TEST] = ENTRY(ref_test),
    [WASM_SPECIAL_REF_CAST] = ENTRY(ref_cast),
    [WASM_SPECIAL_BRANCH_ON_CAST] = ENTRY(br_on_cast_f),
    [WASM_SPECIAL_BRANCH_ON_CAST_LOOP] = ENTRY(br_on_cast_b),
    [WASM_SPECIAL_BRANCH_ON_CAST_FAIL] = ENTRY(br_on_cast_fail_f),
    [WASM_SPECIAL_BRANCH_ON_CAST_FAIL_LOOP] = ENTRY(br_on_cast_fail_b),
    [WASM_SPECIAL_REF_I31] = ENTRY(ref_i31),
    [WASM_SPECIAL_I31_GET_S] = ENTRY(i31_get_s),
    [WASM_SPECIAL_I31_GET_U] = ENTRY(i31_get_u),
    [WASM_SPECIAL_ARRAY_LEN] = ENTRY(array_len),
    [WASM_SPECIAL_ATOMIC_FENCE] = ENTRY(atomic_fence),
};
