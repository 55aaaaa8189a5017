// The tables of all files brought together for the translator.
#include "Operations.h"

#ifdef WASM_TAIL_CALLS
#if defined(__OPTIMIZE__)
// Never reached; see DISPATCH. In a file of its own, so that no caller can see that it does nothing.
SHARED_HANDLER(wasm_cold_path) {
  (void)pc, (void)fp, (void)mem, (void)memsz, (void)r0, (void)r1, (void)r2, (void)r3, (void)r4, (void)r5;
  (void)f0, (void)f1, (void)f2, (void)f3;
  ctx->trap = WASM_TRAP_BUG;
  return WASM_TRAP;
}
#endif
#endif

#define GROUP(name)                                \
  extern const WasmHandlerRow wasm_##name##_rows[]; \
  extern const u32 wasm_##name##_row_count;
GROUP(integer)
GROUP(float)
GROUP(memory)
GROUP(atomic)
GROUP(vector_integer)
GROUP(vector_float)
GROUP(vector_memory)

const WasmHandlerRow *wasm_handler_rows(uint32_t group, uint32_t *count) {
#define CASE(index, name)             \
  case index:                         \
    *count = wasm_##name##_row_count; \
    return wasm_##name##_rows;
  switch (group) {
    CASE(0, integer)
    CASE(1, float)
    CASE(2, memory)
    CASE(3, atomic)
    CASE(4, vector_integer)
    CASE(5, vector_float)
    CASE(6, vector_memory)
    default: *count = 0; return NULL;
  }
}

extern const WasmEntry wasm_control_specials[WASM_SPECIALS];
extern const WasmEntry wasm_reference_specials[WASM_SPECIALS];

WasmEntry wasm_special(enum WasmSpecial special) {
  WasmEntry control = wasm_control_specials[special];
  return control ? control : wasm_reference_specials[special];
}
