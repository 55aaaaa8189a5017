#!/usr/bin/env python3
"""Compare Apus, fused and unfused, with Wasmtime on generated modules.

    differential.py [--count 5000] [--seed 1] [--keep DIR] [--jobs 2]

Each module comes from `wasm-tools smith --ensure-termination` with a fixed set of exports and canonical NaNs. A fixed
harness calls the exports with fixed arguments, reduces every result to integers and, in the end, hashes the memory and
reads globals and the table. Wasmtime runs it first; what it observed becomes a .wast script of exact assertions, which
`apus wast` then runs with and without instruction fusion: a failing assertion is a difference.

Needs `wasm-tools` (PATH or WASM_TOOLS), the Python package `wasmtime` (`pip install wasmtime`) and a release build of
apus (APUS, else .build/release/apus). Exit status 1 if anything differs.
"""
import argparse
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile

import wasmtime

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WASM_TOOLS = os.environ.get("WASM_TOOLS") or shutil.which("wasm-tools")
APUS = os.environ.get("APUS") or os.path.join(ROOT, ".build", "release", "apus")

# The exports every generated module has; what is behind them is random.
FUNCTIONS = [
    ("f0", [], ["i32"]),
    ("f1", ["i32", "i64", "f32", "f64", "v128"], ["i64"]),
    ("f2", ["f32", "f64"], ["f64", "f32"]),
    ("f3", ["i64", "i64"], ["i32", "i64", "f32", "f64", "v128"]),
    ("f4", ["externref", "funcref", "anyref", "i32"], ["externref", "funcref"]),
    ("f5", ["i32", "i32"], []),
    ("f6", ["v128", "v128"], ["v128"]),
]
GLOBALS = [("g0", "i32"), ("g1", "i64"), ("g2", "f64"), ("g3", "v128")]
CONSTANTS = {
    "i32": ["0", "1", "-1", "65536", "0x80000000", "77"],
    "i64": ["0", "1", "-1", "0x8000000000000000", "4294967296", "123456789012"],
    "f32": ["0", "-0", "1.5", "-1e30", "inf", "nan"],
    "f64": ["0", "-0", "-2.5", "1e300", "-inf", "nan"],
    "v128": ["i64x2 0 0", "i32x4 1 2 3 4", "i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 255",
             "f32x4 1.5 -0 nan inf", "i64x2 -1 -1", "f64x2 1e300 -2.5"],
}
ROUNDS = 4

# Wasmtime's trap messages in the words of the reference suite.
TRAP_MESSAGES = [
    ("uninitialized element", "uninitialized element"),
    ("undefined element", "undefined element"),
    ("out of bounds table access", "out of bounds table access"),
    ("out of bounds memory access", "out of bounds memory access"),
    ("out of bounds array access", "out of bounds array access"),
    ("null reference", "null"),
    ("null i31 reference", "null"),
    ("cast failure", "cast failure"),
    ("unaligned atomic", "unaligned atomic"),
    ("integer divide by zero", "integer divide by zero"),
    ("integer overflow", "integer overflow"),
    ("invalid conversion to integer", "invalid conversion to integer"),
    ("indirect call type mismatch", "indirect call type mismatch"),
    ("unreachable", "unreachable"),
    ("atomic wait on non-shared memory", "expected shared memory"),
]


# (Wasmtime's words, Apus's) that say the same: Wasmtime has one code for a table index out of bounds, and of an atomic
# access that is both unaligned and out of bounds the specification does not say which trap it is.
EQUIVALENT = [
    ("undefined element", "out of bounds table access"),
    ("unaligned atomic", "out of bounds memory access"),
    ("out of bounds memory access", "unaligned atomic"),
]
# Encodings of relaxed madd, nmadd, min and max, whose NaNs wasm-smith does not make canonical.
RELAXED_FLOAT = [bytes([0xFD, sub, 0x02]) for sub in [*range(0x85, 0x89), *range(0x8D, 0x91)]]


class Inconclusive(Exception):
    """Wasmtime met a limit of its own: nothing can be compared from here on."""


def template():
    fields = []
    for name, params, results in FUNCTIONS:
        fields.append(f'(func (export "{name}") (param {" ".join(params)}) '
                      f'(result {" ".join(results)}) unreachable)')
    for name, type_ in GLOBALS:
        zero = "i64x2 0 0" if type_ == "v128" else "0"
        fields.append(f'(global (export "{name}") (mut {type_}) ({type_}.const {zero}))')
    return f'(module {" ".join(fields)} (memory (export "m0") 1 8) (table (export "t0") 3 10 funcref))'


def reduced(type_):
    """The integers a value of the type is reduced to, and the code that does it to local $v."""
    return {
        "i32": (["i32"], "local.get $v_i32"),
        "i64": (["i64"], "local.get $v_i64"),
        "f32": (["i32"], "local.get $v_f32 i32.reinterpret_f32"),
        "f64": (["i64"], "local.get $v_f64 i64.reinterpret_f64"),
        "v128": (["i64", "i64"],
                 "local.get $v_v128 i64x2.extract_lane 0 local.get $v_v128 i64x2.extract_lane 1"),
        "externref": (["i32"], "local.get $v_externref ref.is_null"),
        "funcref": (["i32"], "local.get $v_funcref ref.is_null"),
    }[type_]


def harness():
    """The text of the harness, and for each of its exports the types of its results."""
    imports, functions, exports = [], [], []
    for name, params, results in FUNCTIONS:
        imports.append(f'(import "m" "{name}" (func ${name} (param {" ".join(params)}) '
                       f'(result {" ".join(results)})))')
        # Each result goes to a local of its type and position, then all come back reduced.
        store, load, types, locals_ = [], [], [], []
        for position, type_ in reversed(list(enumerate(results))):
            store.append(f"local.set $r{position}")
        for position, type_ in enumerate(results):
            integers, code = reduced(type_)
            types += integers
            locals_.append(f"(local $r{position} {type_})")
            load.append(code.replace(f"$v_{type_}", f"$r{position}"))
        for round_ in range(ROUNDS if params else 1):
            arguments = []
            for position, type_ in enumerate(params):
                if type_ in CONSTANTS:
                    pool = CONSTANTS[type_]
                    arguments.append(f"{type_}.const {pool[(round_ + position) % len(pool)]}")
                elif type_ == "anyref" and round_ % 2:
                    arguments.append("i32.const 5 ref.i31")
                else:
                    arguments.append(f"ref.null {type_.removesuffix('ref')}")
            export = f"{name}.{round_}"
            functions.append(
                f'(func (export "{export}") (result {" ".join(types)}) {" ".join(locals_)} '
                f'{" ".join(arguments)} call ${name} {" ".join(store)} {" ".join(load)})')
            exports.append((export, types))
    for name, type_ in GLOBALS:
        imports.append(f'(import "m" "{name}" (global ${name} (mut {type_})))')
        integers, code = reduced(type_)
        code = code.replace("local.get $v_" + type_, f"global.get ${name}")
        functions.append(f'(func (export "{name}") (result {" ".join(integers)}) {code})')
        exports.append((name, integers))
    imports.append('(import "m" "m0" (memory 1 8))')
    imports.append('(import "m" "t0" (table 3 10 funcref))')
    # FNV-1a over words of 64 bits.
    functions.append('''
      (func (export "memory") (result i32 i64) (local $i i32) (local $hash i64)
        i64.const 0xcbf29ce484222325 local.set $hash
        loop $next
          local.get $hash local.get $i i64.load i64.xor i64.const 0x100000001b3 i64.mul
          local.set $hash
          local.get $i i32.const 8 i32.add local.tee $i
          memory.size i32.const 16 i32.shl i32.lt_u br_if $next
        end
        memory.size local.get $hash)''')
    exports.append(("memory", ["i32", "i64"]))
    functions.append('''
      (func (export "table") (result i32 i32) (local $i i32) (local $null i32)
        loop $next
          local.get $null i32.const 1 i32.shl local.get $i table.get 0 ref.is_null i32.or
          local.set $null
          local.get $i i32.const 1 i32.add local.tee $i table.size 0 i32.lt_u br_if $next
        end
        table.size 0 local.get $null)''')
    exports.append(("table", ["i32", "i32"]))
    fields = " ".join(imports + functions)
    return f"(module definition $harness {fields})", exports


def engine():
    config = wasmtime.Config()
    for name in ["wasm_memory64", "wasm_multi_memory", "wasm_multi_value", "wasm_reference_types",
                 "wasm_relaxed_simd", "wasm_relaxed_simd_deterministic", "wasm_simd",
                 "wasm_tail_call", "wasm_threads", "wasm_exceptions", "wasm_function_references",
                 "wasm_gc", "wasm_bulk_memory", "wasm_wide_arithmetic", "shared_memory"]:
        setattr(config, name, True)
    # Small reservations: with the default of gigabytes, mapping them would take most of the time.
    config.memory_reservation = 1 << 20
    config.memory_reservation_for_growth = 1 << 20
    config.memory_guard_size = 0
    config.cranelift_opt_level = "none"
    return wasmtime.Engine(config)


def failure(error):
    """What a failed call or instantiation was: ("trap", words), ("exception", None), or Inconclusive."""
    text = str(error)
    if "thrown Wasm exception" in text or "uncaught exception" in text:
        return "exception", None
    for needle, words in TRAP_MESSAGES:
        if needle in text:
            return "trap", words
    raise Inconclusive(text.strip().splitlines()[-1])


def constant(type_, value):
    return f"({type_}.const {value})"


def script(wasm, text, exports, wt_engine, harness_module):
    """Runs a module under Wasmtime; returns the script of what it did, and why it ends early if it does.

    Every function gets an instance of its own, because the termination counter of an instance runs out for good.
    """
    binary = "".join(f"\\{byte:02x}" for byte in wasm)
    module = wasmtime.Module(wt_engine, wasm)
    lines = [f'(module definition $M binary "{binary}")', text]
    inconclusive = None
    for function, _, _ in FUNCTIONS:
        store = wasmtime.Store(wt_engine)
        try:
            instance = wasmtime.Instance(store, module, [])
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            kind, words = failure(error)
            if kind == "exception":
                raise Inconclusive("exception during instantiation")
            return f'(assert_trap (module binary "{binary}") "{words}")\n', None
        linker = wasmtime.Linker(wt_engine)
        linker.define_instance(store, "m", instance)
        harness_instance = linker.instantiate(store, harness_module)
        lines.append("(module instance $I $M)")
        lines.append('(register "m" $I)')
        lines.append("(module instance $harness_instance $harness)")
        for name, types in exports:
            if name[0] == "f" and name.split(".")[0] != function:
                continue
            try:
                result = harness_instance.exports(store)[name](store)
            except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
                try:
                    kind, words = failure(error)
                except Inconclusive as why:
                    inconclusive = str(why)
                    break
                if kind == "trap":
                    lines.append(f'(assert_trap (invoke "{name}") "{words}")')
                else:
                    lines.append(f'(assert_exception (invoke "{name}"))')
                continue
            values = result if isinstance(result, list) else [] if result is None else [result]
            expected = " ".join(constant(t, v) for t, v in zip(types, values))
            lines.append(f'(assert_return (invoke "{name}") {expected})')
    return "\n".join(lines) + "\n", inconclusive


def generate(seed, index, folder, template_path, relaxed=True):
    """The path of a generated module; None if wasm-smith could not make one."""
    rng = random.Random(f"{seed}/{index}")
    entropy = os.path.join(folder, f"{index}.seed")
    with open(entropy, "wb") as file:
        file.write(rng.randbytes(rng.choice([500, 2000, 5000, 12000])))
    wasm = os.path.join(folder, f"{index}.wasm")
    done = subprocess.run(
        [WASM_TOOLS, "smith", entropy, "-o", wasm, "--ensure-termination", "--fuel", "1000",
         "--canonicalize-nans", "true", "--exports", template_path, "--max-imports", "0",
         "--compact-imports-enabled", "false", "--custom-descriptors-enabled", "false",
         "--memory-max-size-required", "true", "--table-max-size-required", "true",
         "--max-memory32-bytes", "1048576", "--max-memory64-bytes", "1048576",
         "--max-table-elements", "10000", "--max-memories", "3", "--max-tables", "3",
         "--max-instructions", str(rng.choice([30, 100, 400])),
         "--relaxed-simd-enabled", str(relaxed).lower(), "--wide-arithmetic-enabled", "true", "--limit-arrays-in-const-exprs", "true"],
        capture_output=True, text=True)
    os.unlink(entropy)
    if done.returncode != 0:
        return None
    with open(wasm, "rb") as file:
        contents = file.read()
    if relaxed and any(encoding in contents for encoding in RELAXED_FLOAT):
        return generate(seed, index, folder, template_path, relaxed=False)
    return wasm


class Worker:
    """A process that generates modules and runs them under Wasmtime."""

    @classmethod
    def start(cls, seed, folder):
        cls.seed, cls.folder = seed, folder
        cls.engine = engine()
        cls.text, cls.exports = harness()
        cls.harness = wasmtime.Module(cls.engine, cls.text.replace("definition ", "", 1))

    @classmethod
    def make(cls, index):
        """The path of a script, its number of assertions, and why it is missing or ends early."""
        template_path = os.path.join(cls.folder, "template.wasm")
        wasm_path = generate(cls.seed, index, cls.folder, template_path)
        if wasm_path is None:
            return None, 0, "refused"
        with open(wasm_path, "rb") as file:
            wasm = file.read()
        try:
            body, why = script(wasm, cls.text, cls.exports, cls.engine, cls.harness)
        except (Inconclusive, wasmtime.WasmtimeError) as error:
            return None, 0, str(error).strip().splitlines()[-1]
        path = os.path.join(cls.folder, f"{index}.wast")
        with open(path, "w") as file:
            file.write(body)
        return path, body.count("(assert_"), why


def run_apus(paths, fusion):
    """The lines of the directives that failed, and how apus ended if it crashed."""
    done = subprocess.run([APUS, "wast", "-W", f"instruction-fusion={fusion}", *paths],
                          capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode not in (0, 1) or not lines:
        return [f"apus ended with status {done.returncode} on {paths[0]} ... {paths[-1]}", *lines]
    return [line for line in lines[:-1] if not any(
        line.endswith(f'expected "{theirs}", got wasm trap: {ours}') for theirs, ours in EQUIVALENT)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="index of the first module")
    parser.add_argument("--keep", metavar="DIR", help="keep modules and scripts here")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--batch", type=int, default=50, help="scripts per apus process")
    args = parser.parse_args()
    if not WASM_TOOLS:
        sys.exit("wasm-tools not found: put it on PATH or set WASM_TOOLS")
    if not os.access(APUS, os.X_OK):
        sys.exit(f"{APUS} not found: build it or set APUS")
    folder = args.keep or tempfile.mkdtemp(prefix="apus-differential-")
    os.makedirs(folder, exist_ok=True)
    template_path = os.path.join(folder, "template.wasm")
    with open(template_path, "wb") as file:
        file.write(wasmtime.wat2wasm(template()))
    compared = refused = early = assertions = 0
    reasons, paths = {}, []
    indices = range(args.first, args.first + args.count)
    with concurrent.futures.ProcessPoolExecutor(
            args.jobs, initializer=Worker.start, initargs=(args.seed, folder)) as pool:
        for path, count, why in pool.map(Worker.make, indices, chunksize=8):
            if why == "refused":
                refused += 1
            elif why:
                early += 1
                reasons[why] = reasons.get(why, 0) + 1
            if path:
                compared += 1
                assertions += count
                paths.append(path)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        differences = 0
        batches = [paths[i:i + args.batch] for i in range(0, len(paths), args.batch)]
        for fusion in ["y", "n"]:
            for lines in pool.map(lambda batch: run_apus(batch, fusion), batches):
                differences += len(lines)
                for line in lines[:20]:
                    print(f"fusion={fusion}: {line}")
    print(f"{compared} modules compared ({assertions} assertions, fused and unfused), "
          f"{refused} not generated, {early} cut short by Wasmtime's own limits")
    for why, count in sorted(reasons.items(), key=lambda item: -item[1]):
        print(f"  {count}: {why}")
    print(f"{differences} differences")
    if not args.keep and not differences:
        shutil.rmtree(folder)
    else:
        print(f"scripts kept in {folder}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
