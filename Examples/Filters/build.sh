#!/usr/bin/env bash
# Makes number-lines.wasm of number-lines.c and number-lines.wat. Only needed after a change of these: the result is in
# the repository. Needs a clang that knows WebAssembly, with lld (that of the Swift toolchain does), and a built `apus`.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

"${CLANG:-clang}" --target=wasm32 -std=c17 -O2 -mbulk-memory -ffreestanding -nostdlib -fno-ident \
  -Wall -Wextra -Werror \
  -Wl,--no-entry,--import-memory,--global-base=1024,-z,stack-size=8192,--strip-debug \
  -o "$scratch/number-lines" number-lines.c

# Each byte as `\hh`, which text may have in strings.
od -An -v -tx1 "$scratch/number-lines" | tr -d '\n' | sed 's/ /\\\\/g' > "$scratch/bytes"
sed "s/\"PROGRAM\"/\"$(cat "$scratch/bytes")\"/" number-lines.wat > "$scratch/component.wat"

apus=${APUS:-../../.build/release/apus}
"$apus" parse "$scratch/component.wat" -o number-lines.wasm
"$apus" validate number-lines.wasm
