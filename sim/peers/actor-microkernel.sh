#!/bin/sh
# The C microkernel `actor-microkernel` (github.com/Foundation42/microkernel, commit d3ad81e) throws
# messages without payload between two native actors, with room for as many as our tables have:
#
#     sim/peers/actor-microkernel.sh DIRECTORY-OF-ITS-SOURCES
#
# Its own benchmark is built without wasm and TLS. Each figure is the best of ten runs.
set -eu
sources=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$(ls "$sources"/src/*.c | grep -v -e wasm_actor -e mk_socket_tls)
for places in 16 1024 16384; do
    sed -e "s/runtime_init(0, 1024)/runtime_init(0, $places)/" -e '/"100K:"/d' -e '/"1M:"/d' \
        "$sources/tests/bench_actor.c" > "$work/bench.c"
    # shellcheck disable=SC2086
    cc -O2 -w -std=gnu11 -D_GNU_SOURCE -I"$sources/include" -I"$sources/src" -o "$work/bench" \
        $files "$work/bench.c" -lpthread -lm
    for _ in 1 2 3 4 5 6 7 8 9 10; do "$work/bench" | grep 10K; done |
        awk -v places="$places" '{ if (best == 0 || $(NF - 1) < best) best = $(NF - 1) }
            END { printf "actor-microkernel   %6d places: %6.0f ns each, %5.2f M/s\n", places, best, 1e3 / best }'
done
