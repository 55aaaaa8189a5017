// What every instruction handler is made of: its signature, how it reads operands and how it goes on.
//
// A handler is one small function per instruction and operand shape. Compiled normally, handlers form a
// direct-threaded interpreter: each ends in a tail call of the next one, and the machine state stays in registers.
// Operands are read and written only through the macros below, so that the same definitions can be compiled a second
// time with operands as relocation holes.
#ifndef WASM_HANDLERS_H
#define WASM_HANDLERS_H

#include "CWasmExecution.h"

// A product and a sum in one handler must round twice.
#pragma STDC FP_CONTRACT OFF

typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef float f32;
typedef double f64;

// The same types as found in slots and linear memory: any alignment, aliasing everything.
#define WASM_ANY(T) typedef T T##_any __attribute__((may_alias, aligned(1)));
WASM_ANY(s8) WASM_ANY(s16) WASM_ANY(s32) WASM_ANY(s64)
WASM_ANY(u8) WASM_ANY(u16) WASM_ANY(u32) WASM_ANY(u64)
WASM_ANY(f32) WASM_ANY(f64)

#define INLINE static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

// MARK: - Signature and dispatch

// `mem` and `memsz` cache memory 0 of the running instance. r0...r5 and f0...f3 are passed on untouched: they belong
// to compiled code, which calls and is called by these handlers.
#if defined(__has_attribute)
#if __has_attribute(musttail) && __has_attribute(preserve_none) && !defined(WASM_TRAMPOLINE)
#define WASM_TAIL_CALLS 1
#endif
#endif

#ifdef WASM_TAIL_CALLS
#define PARAMS                                                                                                  \
  const WasmIns *pc, u8 *fp, u8 *mem, u64 memsz, u64 r0, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, WasmContext *ctx, \
      f64 f0, f64 f1, f64 f2, f64 f3
#define PASS pc, fp, mem, memsz, r0, r1, r2, r3, r4, r5, ctx, f0, f1, f2, f3
#define HANDLER_ATTRIBUTES __attribute__((preserve_none))
#define TAIL(handler) __attribute__((musttail)) return handler(PASS)

typedef HANDLER_ATTRIBUTES s32 WasmHandler(PARAMS);

// Emits nothing. The cold path needs a stack frame, so the compiler builds one there and not in the handler's hot
// path, where -fno-omit-frame-pointer would otherwise push and pop the frame pointer in every handler.
#if defined(__OPTIMIZE__)
HANDLER_ATTRIBUTES s32 wasm_cold_path(PARAMS);
#define DISPATCH                                  \
  do {                                            \
    __label__ cold;                               \
    __asm__ goto("" : : : : cold);                \
    TAIL(((WasmHandler *)pc->handler));           \
  cold:                                           \
    return wasm_cold_path(PASS);                  \
  } while (0)
// For handlers that end in a tail call of a known handler.
#define HOT_TAIL(handler)            \
  do {                               \
    __label__ cold;                  \
    __asm__ goto("" : : : : cold);   \
    TAIL(handler);                   \
  cold:                              \
    return wasm_cold_path(PASS);     \
  } while (0)
#else
#define DISPATCH TAIL(((WasmHandler *)pc->handler))
#define HOT_TAIL(handler) TAIL(handler)
#endif

#else
// Without guaranteed tail calls each handler returns to a loop in `wasm_enter`, which holds the machine state.
typedef struct {
  const WasmIns *pc;
  u8 *fp, *mem;
  u64 memsz;
} WasmMachine;
#define PARAMS const WasmIns *pc, u8 *fp, u8 *mem, u64 memsz, WasmMachine *machine, WasmContext *ctx
#define PASS pc, fp, mem, memsz, machine, ctx
#define HANDLER_ATTRIBUTES
#define TAIL(handler) return handler(PASS)
#define HOT_TAIL(handler) TAIL(handler)
typedef s32 WasmHandler(PARAMS);
enum { WASM_STEP = -1 };
#define DISPATCH                                                       \
  do {                                                                 \
    *machine = (WasmMachine){.pc = pc, .fp = fp, .mem = mem, .memsz = memsz}; \
    return WASM_STEP;                                                  \
  } while (0)
#endif

#define HANDLER(name) static HANDLER_ATTRIBUTES s32 name(PARAMS)
#define SHARED_HANDLER(name) HANDLER_ATTRIBUTES s32 name(PARAMS)

#define NEXT \
  do {       \
    pc++;    \
    DISPATCH; \
  } while (0)

// The target of a branch.
#define TARGET ((const WasmIns *)((const u8 *)pc + pc->t))

#define GOTO     \
  do {           \
    pc = TARGET; \
    DISPATCH;    \
  } while (0)

// A branch to a loop's head charges the loop's fuel here and goes on behind the head. When the slice is used up the
// head itself runs: it charges again and asks for more.
#define GOTO_LOOP                          \
  do {                                     \
    pc = TARGET;                           \
    s64 fuel = ctx->fuel - (s64)pc->a;     \
    if (UNLIKELY(fuel < 0)) DISPATCH;      \
    ctx->fuel = fuel;                      \
    NEXT;                                  \
  } while (0)

#define GOTO_f GOTO
#define GOTO_b GOTO_LOOP

// MARK: - Leaving

// Kept out of line so that a check costs a compare and a forward jump.
SHARED_HANDLER(wasm_trap_memory);  // rereads the size of a shared memory and retries before it traps
SHARED_HANDLER(wasm_trap_divide_by_zero);
SHARED_HANDLER(wasm_trap_integer_overflow);
SHARED_HANDLER(wasm_trap_invalid_conversion);
SHARED_HANDLER(wasm_trap_unaligned);

#define TRAP(reason)       \
  do {                     \
    ctx->trap = (reason);  \
    ctx->pc = pc;          \
    ctx->fp = fp;          \
    return WASM_TRAP;      \
  } while (0)

// Memory 0 of the running instance, after anything that may have grown it or switched instances.
#define RELOAD_MEMORY                                                    \
  do {                                                                   \
    const WasmMemory *memory = ctx->instance->memory0;                   \
    mem = memory->base;                                                  \
    memsz = __atomic_load_n(&memory->size, __ATOMIC_RELAXED);            \
  } while (0)

// Goes on as a helper's status says.
#define FINISH(status)                   \
  do {                                   \
    s32 result = (status);               \
    if (LIKELY(result == WASM_CONTINUE)) { \
      fp = ctx->fp;                      \
      RELOAD_MEMORY;                     \
      NEXT;                              \
    }                                    \
    if (result == WASM_RESTART) {        \
      pc = ctx->pc;                      \
      fp = ctx->fp;                      \
      RELOAD_MEMORY;                     \
      DISPATCH;                          \
    }                                    \
    if (result == WASM_SUSPEND) ctx->pc = pc + 1; \
    return result;                       \
  } while (0)

#define HELP(index, slots, imm0, imm1)                               \
  do {                                                               \
    ctx->pc = pc;                                                    \
    ctx->fp = fp;                                                    \
    FINISH(ctx->helpers[index](ctx, (slots), (imm0), (imm1)));       \
  } while (0)

// MARK: - Operands

// Kinds of operands, the letters in handler names: s a slot, i a sign-extended 32-bit immediate, k a constant in the
// pool behind the function's instructions (displacement from the instruction).
#define SLOT(field, T) (*(T##_any *)(fp + pc->field))
#define GET_s(field, T) SLOT(field, T)
#define GET_i(field, T) ((T)(s32)pc->field)
#define GET_k(field, T) (*(const T##_any *)((const u8 *)pc + pc->field))
#define IMM64 (*(const u64_any *)&pc->a)

// Slots are written whole: a narrow store followed by a wide copy would defeat store forwarding.
INLINE u64 bits_of_f32(f32 x) {
  u32 bits;
  __builtin_memcpy(&bits, &x, 4);
  return bits;
}
#define SET_u32(slot, value) (*(u64_any *)(slot) = (u64)(u32)(value))
#define SET_s32(slot, value) (*(u64_any *)(slot) = (u64)(u32)(value))
#define SET_u64(slot, value) (*(u64_any *)(slot) = (u64)(value))
#define SET_s64(slot, value) (*(u64_any *)(slot) = (u64)(value))
#define SET_f32(slot, value) (*(u64_any *)(slot) = bits_of_f32(value))
#define SET_f64(slot, value) (*(f64_any *)(slot) = (value))
#define SET(field, T, value) SET_##T(fp + pc->field, value)

// MARK: - Memory 0 with 32-bit addresses

// Kinds of addresses: s slot a + offset b; w slot a + constant b, wrapping; x slot a + slot b, wrapping; n the
// constant a; y1...y3 slot a + (slot b << k), wrapping. Sums of 32-bit parts cannot overflow 64 bits, so that
// `address + size > memsz` is exact.
#define ADDRESS_s(A, B) ((u64)SLOT(A, u32) + (u32)pc->B)
#define ADDRESS_w(A, B) ((u64)(u32)(SLOT(A, u32) + (u32)pc->B))
#define ADDRESS_x(A, B) ((u64)(u32)(SLOT(A, u32) + SLOT(B, u32)))
#define ADDRESS_n(A, B) ((u64)(u32)pc->A)
#define ADDRESS_y1(A, B) ((u64)(u32)(SLOT(A, u32) + (SLOT(B, u32) << 1)))
#define ADDRESS_y2(A, B) ((u64)(u32)(SLOT(A, u32) + (SLOT(B, u32) << 2)))
#define ADDRESS_y3(A, B) ((u64)(u32)(SLOT(A, u32) + (SLOT(B, u32) << 3)))

// A check precedes everything the handler writes: the trap handler may run the instruction again.
#define CHECK(address, size) \
  if (UNLIKELY((address) + (size) > memsz)) TAIL(wasm_trap_memory)
#define MEMORY(address, T) (*(T##_any *)(mem + (address)))

// MARK: - Any memory, 64-bit addresses and offsets

// The stack form: operands lie in consecutive slots from d, the address first, and the result replaces them; a and b
// hold the offset, t the memory's index and a lane.
#define STACK_SLOT(n, T) (*(T##_any *)(fp + pc->d + 8 * (n)))
#define STACK_MEMORY (ctx->instance->memories[(u32)pc->t >> 4])
#define STACK_LANE ((u32)pc->t & 15)

// The address of `size` bytes, NULL when they are out of bounds.
INLINE u8 *wasm_stack_address(const WasmIns *pc, const u8 *fp, const WasmContext *ctx, u64 size) {
  const WasmMemory *memory = STACK_MEMORY;
  u64 address;
  if (__builtin_add_overflow(*(const u64_any *)(fp + pc->d), IMM64, &address)) return NULL;
  u64 limit = memory->shared_size ? __atomic_load_n(memory->shared_size, __ATOMIC_SEQ_CST) : memory->size;
  if (limit < size || address > limit - size) return NULL;
  return memory->base + address;
}

#define STACK_ADDRESS(pointer, size)                              \
  u8 *pointer = wasm_stack_address(pc, fp, ctx, size);            \
  if (UNLIKELY(pointer == NULL)) TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS)

// MARK: - Tables

#define ENTRY(handler) ((const void *)(handler))

#endif
