#!/usr/bin/env bash
# Builds the fuzzers and runs each for FUZZ_SECONDS (60), from the seeds and what it learnt before. A finding stays in
# Fuzz/.build/findings, and the status is then 1. FUZZERS names some of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

read -ra programs <<<"${FUZZERS:-FuzzWeights FuzzSafetensors FuzzPairs FuzzImages FuzzRecords FuzzPacks}"
readonly work=Fuzz/.build

# Optimised: arithmetic that overflows traps all the same, and more inputs are tried.
flags=(-Xswiftc -sanitize=fuzzer -Xswiftc "-sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp")
# gold, the default, fails on what the fuzzer's instrumentation leaves in the debug information.
if [[ $(uname) == Linux ]]; then flags+=(-Xswiftc -use-ld=lld); fi
# The C in front of the image libraries is instrumented too; libtorch's readers are Swift, and do not go with AddressSanitizer.
readonly coverage=-fsanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp
checked=(-Xswiftc -sanitize=address -Xcc -fsanitize=address -Xcc "$coverage")

is_checked() { [[ $1 == FuzzImages || $1 == FuzzRecords || $1 == FuzzPacks ]]; }
folder() { is_checked "$1" && echo "$work/checked" || echo "$work"; }

for program in "${programs[@]}"; do
    extra=()
    if is_checked "$program"; then extra=("${checked[@]}"); fi
    "${SWIFT:-swift}" build -c release --package-path Fuzz --scratch-path "$(folder "$program")" --product "$program" \
        "${flags[@]}" "${extra[@]}"
done
python3 Fuzz/seeds.py "$work/seeds"

status=0
for program in "${programs[@]}"; do
    mkdir -p "$work/corpus/$program" "$work/findings"
    # Swift's own report of a trap would end the process before libFuzzer has kept the input.
    SWIFT_BACKTRACE=enable=no "$(folder "$program")/release/$program" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 \
        -rss_limit_mb=3000 -max_len=8192 -dict=Fuzz/words -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$work/findings/$program-" "$work/corpus/$program" "$work/seeds/$program" || status=1
done
exit "$status"
