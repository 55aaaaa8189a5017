// Entering and leaving, traps, function entry, loops, branches, returns, and moving values between slots.
#include "Operations.h"

typedef u64 v128 __attribute__((vector_size(16)));
WASM_ANY(v128)

// MARK: - Entering and leaving

#ifdef WASM_TAIL_CALLS
int32_t wasm_enter(WasmContext *context) {
  const WasmIns *pc = context->pc;
  const WasmMemory *memory = context->instance->memory0;
  return ((WasmHandler *)pc->handler)(pc, context->fp, memory->base, memory->size, 0, 0, 0, 0, 0, 0, context, 0, 0, 0, 0);
}
#else
int32_t wasm_enter(WasmContext *context) {
  const WasmMemory *memory = context->instance->memory0;
  WasmMachine machine = {.pc = context->pc, .fp = context->fp, .mem = memory->base, .memsz = memory->size};
  s32 status;
  do {
    status = ((WasmHandler *)machine.pc->handler)(machine.pc, machine.fp, machine.mem, machine.memsz, &machine, context);
  } while (status == WASM_STEP);
  return status;
}
#endif

HANDLER(base_return) {
  ctx->pc = pc;
  ctx->fp = fp;
  return WASM_DONE;
}
const WasmIns wasm_base_return[1] = {{.handler = ENTRY(base_return)}};

// MARK: - Traps

// A shared memory may have grown in another thread since its size was cached. The instruction has written nothing yet,
// so it can simply run again.
SHARED_HANDLER(wasm_trap_memory) {
  const WasmMemory *memory = ctx->instance->memory0;
  if (memory->shared_size != NULL) {
    u64 size = __atomic_load_n(memory->shared_size, __ATOMIC_SEQ_CST);
    if (size > memsz) {
      memsz = size;
      DISPATCH;
    }
  }
  TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS);
}
SHARED_HANDLER(wasm_trap_divide_by_zero) { TRAP(WASM_TRAP_INTEGER_DIVIDE_BY_ZERO); }
SHARED_HANDLER(wasm_trap_integer_overflow) { TRAP(WASM_TRAP_INTEGER_OVERFLOW); }
SHARED_HANDLER(wasm_trap_invalid_conversion) { TRAP(WASM_TRAP_INVALID_CONVERSION); }
SHARED_HANDLER(wasm_trap_unaligned) { TRAP(WASM_TRAP_UNALIGNED_ATOMIC); }
HANDLER(unreachable) { TRAP(WASM_TRAP_UNREACHABLE); }

// MARK: - Function entry

// Translates the function this instruction is embedded in, then starts it. The frame's header is already written.
HANDLER(lazy) {
  ctx->pc = pc;
  ctx->fp = fp;
  s32 status = ctx->helpers[WASM_HELPER_TRANSLATE](ctx, NULL, 0, 0);
  if (status != WASM_CONTINUE) return status;
  const WasmFunctionCode *code = (const WasmFunctionCode *)((const u8 *)pc - offsetof(WasmFunctionCode, lazy));
  pc = __atomic_load_n(&code->entry, __ATOMIC_ACQUIRE);
  DISPATCH;
}
const WasmIns wasm_lazy_instruction[1] = {{.handler = ENTRY(lazy)}};

void wasm_publish_entry(WasmFunctionCode *code, const WasmIns *entry) {
  __atomic_store_n(&code->entry, entry, __ATOMIC_RELEASE);
}

// Asks for another slice of fuel; goes on behind the instruction, which has been charged for.
SHARED_HANDLER(wasm_refill) { HELP(WASM_HELPER_REFILL_FUEL, NULL, 0, 0); }

SHARED_HANDLER(wasm_grow_stack) {
  ctx->pc = pc;
  ctx->fp = fp;
  s32 status = ctx->helpers[WASM_HELPER_GROW_STACK](ctx, NULL, (u32)pc->a + WASM_STACK_SLACK, 0);
  if (status != WASM_CONTINUE) return status;
  fp = ctx->fp;
  DISPATCH;
}

// Zeroing works on whole groups of four slots: the frame has room, and temporaries hold nothing yet. Suspending for
// fuel comes last, since the thread goes on behind this instruction.
INLINE void zero_group(u8 *slots) {
  ((v128_any *)slots)[0] = (v128){0, 0};
  ((v128_any *)slots)[1] = (v128){0, 0};
}
#define FUNCTION_ENTRY(name, ZERO)                                                                              \
  HANDLER(name) {                                                                                               \
    if (UNLIKELY((s64)(ctx->stack_limit - fp) < (s64)pc->a + WASM_STACK_SLACK)) TAIL(wasm_grow_stack);          \
    u8 *slots = fp + sizeof(WasmFrame);                                                                         \
    ZERO;                                                                                                       \
    s64 fuel = ctx->fuel - pc->d;                                                                               \
    ctx->fuel = fuel;                                                                                           \
    if (UNLIKELY(fuel < 0)) TAIL(wasm_refill);                                                                  \
    NEXT;                                                                                                       \
  }
FUNCTION_ENTRY(entry_0, (void)slots)
FUNCTION_ENTRY(entry_1, zero_group(slots))
FUNCTION_ENTRY(entry_2, zero_group(slots); zero_group(slots + 32))
FUNCTION_ENTRY(entry_n, {
  u8 *end = slots + 32 * (u64)(u32)pc->b;
  _Pragma("clang loop unroll(disable)") while (slots < end) {
    zero_group(slots);
    slots += 32;
  }
})

// MARK: - Loops and branches

HANDLER(loop) {
  s64 fuel = ctx->fuel - pc->a;
  ctx->fuel = fuel;
  if (UNLIKELY(fuel < 0)) TAIL(wasm_refill);
  NEXT;
}
HANDLER(branch) { GOTO; }
HANDLER(branch_loop) { GOTO_LOOP; }

// The entries follow as instructions of which only the target counts; the last one is the default.
HANDLER(branch_table) {
  u32 index = GET_s(a, u32);
  u32 count = (u32)pc->b;
  pc += 1 + (index < count ? index : count);
  GOTO;
}

// MARK: - Returns

#define RETURN                                                              \
  do {                                                                      \
    const WasmFrame *frame = (const WasmFrame *)fp;                         \
    pc = frame->return_pc;                                                  \
    fp -= (s32)frame->caller_delta;                                         \
    if (UNLIKELY(frame->flags & WASM_FRAME_CROSS)) {                        \
      ctx->instance = frame->caller_instance;                               \
      RELOAD_MEMORY;                                                        \
    }                                                                       \
    DISPATCH;                                                               \
  } while (0)

HANDLER(function_return) { RETURN; }
HANDLER(function_return_slot) {
  SET(d, u64, GET_s(a, u64));
  RETURN;
}
HANDLER(function_return_immediate) {
  SET(d, u64, (u32)pc->a);
  RETURN;
}

// Leaves a HOST frame once its results are in place.
HANDLER(host_return) { RETURN; }
static const WasmIns host_return_instruction[1] = {{.handler = ENTRY(host_return)}};

// MARK: - Calls

#define ENTER(function_code)                                                \
  do {                                                                      \
    pc = __atomic_load_n(&(function_code)->entry, __ATOMIC_ACQUIRE);        \
    DISPATCH;                                                               \
  } while (0)

HANDLER(call) {
  const WasmFunctionCode *code = (const WasmFunctionCode *)(uintptr_t)IMM64;
  WasmFrame *frame = (WasmFrame *)(fp + pc->d);
  frame->return_pc = pc + 1;
  frame->code = code;
  frame->caller_delta = (u32)pc->d;
  frame->flags = 0;
  fp = (u8 *)frame;
  ENTER(code);
}

// Runs the host function ctx->callee in the HOST frame at fp, then returns from that frame.
static __attribute__((noinline)) SHARED_HANDLER(run_host) {
  const WasmFunction *function = ctx->callee;
  u32 parameters = function->type->parameter_slots, results = function->type->result_slots;
  ctx->fp = fp;
  ctx->pc = pc = host_return_instruction;
  s32 status = function->host(ctx, function->host_context, (u64 *)fp - (parameters > results ? parameters : results));
  if (LIKELY(status == WASM_CONTINUE)) {
    fp = ctx->fp;
    RETURN;
  }
  if (status == WASM_RESTART) {
    pc = ctx->pc;
    fp = ctx->fp;
    RELOAD_MEMORY;
    DISPATCH;
  }
  return status;
}

// Calls a function of any instance, or the host's. `pc->d` is the distance of the frames.
static SHARED_HANDLER(call_function) {
  const WasmFunction *function = ctx->callee;
  const WasmFunctionCode *code = function->code;
  WasmFrame *frame = (WasmFrame *)(fp + pc->d);
  frame->return_pc = pc + 1;
  frame->code = code;
  frame->caller_delta = (u32)pc->d;
  fp = (u8 *)frame;
  WasmInstance *caller = ctx->instance;
  if (function->instance == caller) {
    frame->flags = 0;
    ENTER(code);
  }
  frame->caller_instance = caller;
  if (code == NULL) {
    frame->flags = WASM_FRAME_CROSS | WASM_FRAME_HOST;
    TAIL(run_host);
  }
  frame->flags = WASM_FRAME_CROSS;
  ctx->instance = function->instance;
  RELOAD_MEMORY;
  ENTER(code);
}

// MARK: - Functions that a host function calls and goes on after

// The host function has put arguments above its HOST frame, set ctx->callee and returned RESTART.
HANDLER(call_from_host) { HOT_TAIL(call_function); }

// The callee has returned to the HOST frame: the C function in the operands goes on for it. What it returns means what a
// host function's status does.
HANDLER(continue_host) {
  const WasmContinuation function = (WasmContinuation)(uintptr_t)IMM64;
  ctx->fp = fp;
  ctx->pc = pc = host_return_instruction;
  s32 status = function(ctx, (u64 *)(fp + sizeof(WasmFrame)));
  if (LIKELY(status == WASM_CONTINUE)) {
    fp = ctx->fp;
    RETURN;
  }
  if (status == WASM_RESTART) {
    pc = ctx->pc;
    fp = ctx->fp;
    RELOAD_MEMORY;
    DISPATCH;
  }
  return status;
}
void wasm_prepare_call_from_host(WasmIns instructions[2], int32_t distance, WasmContinuation continuation) {
  instructions[0] = (WasmIns){.handler = ENTRY(call_from_host), .d = distance};
  instructions[1] = (WasmIns){.handler = ENTRY(continue_host)};
  uint64_t address = (uint64_t)(uintptr_t)continuation;
  __builtin_memcpy(&instructions[1].a, &address, sizeof address);
}

// A host function in the place of a base frame's function: ctx->callee.
HANDLER(enter_host) { TAIL(run_host); }
const WasmIns wasm_enter_host[1] = {{.handler = ENTRY(enter_host)}};

// Replaces the running frame by that of ctx->callee, whose arguments start at slot d. The parameters keep their start;
// the header moves with the size of the argument area.
static SHARED_HANDLER(tail_call_function) {
  const WasmFunction *function = ctx->callee;
  const WasmFunctionCode *code = function->code;
  const WasmTypeInfo *type = function->type;
  WasmFrame header = *(const WasmFrame *)fp;
  u32 parameters = type->parameter_slots, results = type->result_slots;
  s32 old_bytes = (s32)header.code->argument_bytes;
  s32 new_bytes = 8 * (s32)(parameters > results ? parameters : results);
  const u64_any *from = (const u64_any *)(fp + pc->d);
  volatile u64_any *to = (volatile u64_any *)(fp - old_bytes);
  for (u32 i = 0; i < parameters; i++) to[i] = from[i];
  if (function->instance != ctx->instance) {
    if (!(header.flags & WASM_FRAME_CROSS)) header.caller_instance = ctx->instance;
    header.flags |= WASM_FRAME_CROSS;
    if (code == NULL) {
      header.flags |= WASM_FRAME_HOST;
    } else {
      ctx->instance = function->instance;
      RELOAD_MEMORY;
    }
  }
  header.code = code;
  header.caller_delta += (u32)(new_bytes - old_bytes);
  fp += new_bytes - old_bytes;
  *(WasmFrame *)fp = header;
  if (code == NULL) TAIL(run_host);
  ENTER(code);
}

HANDLER(tail_call) {
  const WasmFunctionCode *code = (const WasmFunctionCode *)(uintptr_t)IMM64;
  WasmFrame header = *(const WasmFrame *)fp;
  s32 old_bytes = (s32)header.code->argument_bytes;
  s32 new_bytes = (s32)code->argument_bytes;
  const u64_any *from = (const u64_any *)(fp + pc->d);
  volatile u64_any *to = (volatile u64_any *)(fp - old_bytes);
  for (u32 i = 0; i < code->parameter_slots; i++) to[i] = from[i];
  header.code = code;
  header.caller_delta += (u32)(new_bytes - old_bytes);
  fp += new_bytes - old_bytes;
  *(WasmFrame *)fp = header;
  ENTER(code);
}

HANDLER(call_import) {
  ctx->callee = ctx->instance->functions[(u32)pc->a];
  HOT_TAIL(call_function);
}
HANDLER(tail_call_import) {
  ctx->callee = ctx->instance->functions[(u32)pc->a];
  TAIL(tail_call_function);
}
HANDLER(call_reference) {
  ctx->callee = (const WasmFunction *)(uintptr_t)GET_s(a, u64);
  if (UNLIKELY(ctx->callee == NULL)) TRAP(WASM_TRAP_NULL_FUNCTION_REFERENCE);
  HOT_TAIL(call_function);
}
HANDLER(tail_call_reference) {
  ctx->callee = (const WasmFunction *)(uintptr_t)GET_s(a, u64);
  if (UNLIKELY(ctx->callee == NULL)) TRAP(WASM_TRAP_NULL_FUNCTION_REFERENCE);
  TAIL(tail_call_function);
}

// Most calls find a function of exactly the expected type. Everything else is sorted out out of line: traps, and
// subtypes of an expected type that is not final.
static __attribute__((noinline)) u32 indirect_call_trap(const WasmContext *ctx, const WasmIns *pc, u64 index) {
  const WasmTable *table = ctx->instance->tables[(u32)pc->b];
  if (index >= table->size) return WASM_TRAP_UNDEFINED_ELEMENT;
  const WasmFunction *function = (const WasmFunction *)(uintptr_t)table->elements[index];
  if (function == NULL) return WASM_TRAP_INDIRECT_CALL_TO_NULL;
  const WasmTypeInfo *expected = ctx->instance->types[(u32)pc->t], *actual = function->type;
  u32 matches = actual->depth >= expected->depth && actual->supers[expected->depth] == expected;
  return matches ? WASM_TRAP_NONE : WASM_TRAP_INDIRECT_CALL_TYPE_MISMATCH;
}
#define CALL_INDIRECT(name, call)                                                             \
  static __attribute__((noinline)) SHARED_HANDLER(name##_slow) {                              \
    u64 index = GET_s(a, u64);                                                                \
    u32 reason = indirect_call_trap(ctx, pc, index);                                          \
    if (reason != WASM_TRAP_NONE) TRAP(reason);                                               \
    const WasmTable *table = ctx->instance->tables[(u32)pc->b];                               \
    ctx->callee = (const WasmFunction *)(uintptr_t)table->elements[index];                    \
    HOT_TAIL(call);                                                                             \
  }                                                                                           \
  HANDLER(name) {                                                                             \
    const WasmInstance *instance = ctx->instance;                                             \
    const WasmTable *table = instance->tables[(u32)pc->b];                                    \
    u64 index = GET_s(a, u64);                                                                \
    if (UNLIKELY(index >= table->size)) TAIL(name##_slow);                                    \
    const WasmFunction *function = (const WasmFunction *)(uintptr_t)table->elements[index];   \
    if (UNLIKELY(function == NULL)) TAIL(name##_slow);                                        \
    ctx->callee = function;                                                                   \
    if (UNLIKELY(function->type != instance->types[(u32)pc->t])) TAIL(name##_slow);           \
    HOT_TAIL(call);                                                                             \
  }
CALL_INDIRECT(call_indirect, call_function)
CALL_INDIRECT(tail_call_indirect, tail_call_function)

// MARK: - Helpers

HANDLER(helper) { HELP((u32)pc->t, (u64 *)(fp + pc->a), (u32)pc->b, (u32)pc->d); }

// MARK: - Moving values

HANDLER(move) {
  SET(d, u64, GET_s(a, u64));
  NEXT;
}
HANDLER(move128) {
  SLOT(d, v128) = SLOT(a, v128);
  NEXT;
}
HANDLER(constant) {
  SET(d, u64, IMM64);
  NEXT;
}
HANDLER(constant128) {
  SLOT(d, v128) = GET_k(a, v128);
  NEXT;
}

HANDLER(copy_slots) {
  const volatile u64_any *from = (const volatile u64_any *)(fp + pc->a);
  volatile u64_any *to = (volatile u64_any *)(fp + pc->d);
  for (s32 i = 0; i < pc->b; i++) to[i] = from[i];
  NEXT;
}

// In pairs of moves an immediate is zero-extended.
#define MOVED_s(field) GET_s(field, u64)
#define MOVED_i(field) ((u64)(u32)pc->field)
#define DOUBLE_MOVE(KA, KB)        \
  HANDLER(move_##KA##_move_##KB) { \
    SET(d, u64, MOVED_##KA(a));    \
    SET(t, u64, MOVED_##KB(b));    \
    NEXT;                          \
  }
DOUBLE_MOVE(s, s)
DOUBLE_MOVE(s, i)
DOUBLE_MOVE(i, s)
DOUBLE_MOVE(i, i)

#define SELECT(KA, KB)                                \
  HANDLER(select_##KA##KB) {                          \
    u64 x = MOVED_##KA(a), y = MOVED_##KB(b);         \
    SET(d, u64, GET_s(t, u32) ? x : y);               \
    NEXT;                                             \
  }
SELECT(s, s)
SELECT(s, i)
SELECT(i, s)
SELECT(i, i)
HANDLER(select128) {
  v128 x = SLOT(a, v128), y = SLOT(b, v128);
  SLOT(d, v128) = GET_s(t, u32) ? x : y;
  NEXT;
}

// MARK: - Tables

const WasmEntry wasm_double_moves[WASM_KINDS][WASM_KINDS] = {
    {ENTRY(move_s_move_s), ENTRY(move_s_move_i)}, {ENTRY(move_i_move_s), ENTRY(move_i_move_i)}};
const WasmEntry wasm_selects[WASM_KINDS][WASM_KINDS] = {
    {ENTRY(select_ss), ENTRY(select_si)}, {ENTRY(select_is), ENTRY(select_ii)}};

const WasmEntry wasm_control_specials[WASM_SPECIALS] = {
    [WASM_SPECIAL_LAZY] = ENTRY(lazy),
    [WASM_SPECIAL_ENTRY_0] = ENTRY(entry_0),
    [WASM_SPECIAL_ENTRY_1] = ENTRY(entry_1),
    [WASM_SPECIAL_ENTRY_2] = ENTRY(entry_2),
    [WASM_SPECIAL_ENTRY_N] = ENTRY(entry_n),
    [WASM_SPECIAL_LOOP] = ENTRY(loop),
    [WASM_SPECIAL_BRANCH] = ENTRY(branch),
    [WASM_SPECIAL_BRANCH_LOOP] = ENTRY(branch_loop),
    [WASM_SPECIAL_BRANCH_TABLE] = ENTRY(branch_table),
    [WASM_SPECIAL_UNREACHABLE] = ENTRY(unreachable),
    [WASM_SPECIAL_RETURN] = ENTRY(function_return),
    [WASM_SPECIAL_RETURN_SLOT] = ENTRY(function_return_slot),
    [WASM_SPECIAL_RETURN_IMMEDIATE] = ENTRY(function_return_immediate),
    [WASM_SPECIAL_CALL] = ENTRY(call),
    [WASM_SPECIAL_CALL_IMPORT] = ENTRY(call_import),
    [WASM_SPECIAL_CALL_INDIRECT] = ENTRY(call_indirect),
    [WASM_SPECIAL_CALL_REFERENCE] = ENTRY(call_reference),
    [WASM_SPECIAL_TAIL_CALL] = ENTRY(tail_call),
    [WASM_SPECIAL_TAIL_CALL_IMPORT] = ENTRY(tail_call_import),
    [WASM_SPECIAL_TAIL_CALL_INDIRECT] = ENTRY(tail_call_indirect),
    [WASM_SPECIAL_TAIL_CALL_REFERENCE] = ENTRY(tail_call_reference),
    [WASM_SPECIAL_HELPER] = ENTRY(helper),
    [WASM_SPECIAL_MOVE] = ENTRY(move),
    [WASM_SPECIAL_MOVE128] = ENTRY(move128),
    [WASM_SPECIAL_CONSTANT] = ENTRY(constant),
    [WASM_SPECIAL_CONSTANT128] = ENTRY(constant128),
    [WASM_SPECIAL_SELECT128] = ENTRY(select128),
    [WASM_SPECIAL_COPY_SLOTS] = ENTRY(copy_slots),
};
