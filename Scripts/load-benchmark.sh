#!/usr/bin/env bash
# How much CPU it takes to decode and validate the core modules of a component.
#
#   load-benchmark.sh COMPONENT.wasm [ROUNDS]
#
# Extracts the modules with `wasm-tools component unbundle` and sums the CPU time (user and system) of `apus validate`
# over them, less that of validating an empty module as often. The least of ROUNDS counts for each.
# Needs wasm-tools (PATH or WASM_TOOLS) and a release build of apus (APUS, else .build/release/apus).
set -euo pipefail
cd "$(dirname "$0")/.."
component=${1:?usage: load-benchmark.sh COMPONENT.wasm [ROUNDS]}
rounds=${2:-5}
wasm_tools=${WASM_TOOLS:-wasm-tools}
apus=${APUS:-.build/release/apus}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/modules"
"$wasm_tools" component unbundle --threshold 0 --module-dir "$folder/modules" "$component" \
  -o "$folder/rest.wasm"
printf '\0asm\1\0\0\0' > "$folder/empty.wasm"

python3 - "$apus" "$folder" "$rounds" <<'PYTHON'
import glob, os, resource, subprocess, sys
apus, folder, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
modules = sorted(glob.glob(os.path.join(folder, "modules", "*")))
empty = os.path.join(folder, "empty.wasm")

def cpu(path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([apus, "validate", path], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

def least(path):
    return min(cpu(path) for _ in range(rounds))

start = least(empty)
total = sum(max(0.0, least(path) - start) for path in modules)
size = sum(os.path.getsize(path) for path in modules)
print(f"{len(modules)} modules, {size / 1e6:.1f} MB: {total:.3f} s of CPU; a process start is {start * 1e3:.1f} ms")
PYTHON
