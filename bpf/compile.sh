#!/bin/sh
# compile.sh CLANG MULTIARCH SOURCE OBJECT: compiles BPF C. Called by the Maven build.
set -eu
clang=$1 multiarch=$2 source=$3 object=$4

if ! command -v "$clang" >/dev/null; then
    echo "$clang not found: install it (Debian: apt-get install clang-19 libbpf-dev)," \
        "or name another from 16 on with -Dbpf.clang=clang-16" >&2
    exit 1
fi
mkdir -p "$(dirname "$object")"
# -g is for the BTF, which names the sources: from here on, so that the object is the same wherever it is made.
# -mcpu=v3 is for atomics that return the old value.
exec "$clang" -target bpf -mcpu=v3 -O2 -g -fdebug-compilation-dir=. -Wall -Wextra -Werror -Wno-unused-parameter \
    -Isrc/main/c -idirafter "/usr/include/$multiarch" -c "$source" -o "$object"
