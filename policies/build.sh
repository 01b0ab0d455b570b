#!/usr/bin/env bash
# Builds the object beside each C source: needs clang (CLANG names another), llvm-strip and libbpf's headers.
# Objects name no directories, so that they are the same wherever they are built.
set -euo pipefail
cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
strip=${LLVM_STRIP:-llvm-strip-19}
for source in *.c ovs/*.c; do
  "$clang" -target bpf -O2 -g -Wall -Werror -fdebug-compilation-dir=. -idirafter "/usr/include/$(uname -m)-linux-gnu" \
    -c "$source" -o "${source%.c}.o"
  # BTF stays; what debuggers read goes.
  "$strip" -g "${source%.c}.o"
done
