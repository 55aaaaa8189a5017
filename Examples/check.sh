#!/usr/bin/env bash
# Builds the examples and the programs that the documentation consists of, runs them, and compares what they print with
# what they should print.
#
# An article is a program in pieces: its blocks of Swift, one after the other, are the program, its blocks of `wat` are
# files that the program finds where it runs, under the name in their first line, and its blocks of text are the output.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
articles=$root/.build/articles
rm -rf "$articles" Examples/Articles

extract() { # FILE NAME
  mkdir -p "$articles/$2" "Examples/Articles/$2"
  : > "$articles/$2/expected.txt"
  awk -v program="Examples/Articles/$2/main.swift" -v folder="$articles/$2" '
    /^```/ && language == "" {
      language = substr($0, 4)
      if (language == "") language = "none"
      if (language == "swift") printf "#sourceLocation(file: \"%s\", line: %d)\n", FILENAME, FNR + 1 > program
      file = ""
      next
    }
    /^```$/ { language = ""; next }
    language == "swift" { print > program }
    language == "text" { print > (folder "/expected.txt") }
    language == "wat" {
      if (file == "") file = folder "/" $2
      print > file
    }' "$1"
}
extract README.md README
names=README
for article in Sources/Apus/Apus.docc/*.md; do
  grep -q '^```swift$' "$article" || continue
  name=$(basename "$article" .md)
  extract "$article" "$name"
  names="$names $name"
done

export APUS_ARTICLES="$names"
# A plan that SwiftPM has kept knows nothing of files that are new in the library.
rm -f .build/examples/debug.yaml
swift build --package-path Examples --scratch-path .build/examples
programs=$(swift build --package-path Examples --scratch-path .build/examples --show-bin-path)

passed=0
failed=0
check() { # PROGRAM EXPECTED
  status=0
  timeout 120 "$programs/$1" > "$articles/output" 2>&1 || status=$?
  if [ "$status" = 0 ] && diff -u --label "$1: expected" --label "$1: printed" "$2" "$articles/output"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%s ended with status %s and printed:\n' "$1" "$status"
    cat "$articles/output"
  fi
}
for expected in Examples/*/expected.txt; do
  check "$(basename "$(dirname "$expected")")" "$root/$expected"
done
for name in $names; do
  # The README speaks of files of the repository.
  if [ "$name" = README ]; then cd "$root"; else cd "$articles/$name"; fi
  check "$name" "$articles/$name/expected.txt"
done
echo "examples: $passed passed, $failed failed"
[ "$failed" = 0 ]
