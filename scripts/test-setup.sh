#!/usr/bin/env bash
# Tests scripts/setup.sh in temporary folders and with a PATH of false commands only, so without network, Swift or
# libtorch. Variables named FAKE_... steer the false commands. The last line counts the results.
#
# shellcheck disable=SC2016 # The checks given to expect_ready are expanded there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

setup=$PWD/setup.sh
here=$(mktemp -d "${TMPDIR:-/tmp}/test-setup.XXXXXX")
here=$(cd "$here" && pwd -P)
readonly setup here
trap 'rm -rf "$here"' EXIT
passed=0
failed=0
name=
clone=
status=0

# --- False commands ----------------------------------------------------------------------------------------------

mkdir "$here/tools"
for tool in awk bash cat chmod cp dirname env find grep head kill ln mkdir mv readlink rm sed sleep sort tail touch; do
    ln -s "$(command -v "$tool")" "$here/tools/$tool"
done
# The interpreter itself, because what is in PATH may be a script that needs the rest of PATH.
real_python=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null || true)

false_command() {
    {
        printf '#!%s\n' "$here/tools/bash"
        cat
    } >"$here/tools/$1"
    chmod +x "$here/tools/$1"
}

# The system is Linux unless a test says otherwise, whatever runs the tests.
false_command uname <<'FALSE'
if [[ ${1:-} == -m ]]; then echo x86_64; else echo "${FAKE_SYSTEM:-Linux}"; fi
FALSE
false_command id <<'FALSE'
echo "${FAKE_USER:-1000}"
FALSE
false_command df <<'FALSE'
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
echo "/dev/false 99999999 1 ${FAKE_FREE:-50000000} 1% /"
FALSE
false_command du <<'FALSE'
echo "1000 ${*: -1}"
FALSE
false_command swift <<'FALSE'
echo "${FAKE_SWIFT:-Swift version 6.3.1 (swift-6.3.1-RELEASE)}"
FALSE
false_command pkg-config <<'FALSE'
[[ " ${FAKE_MISSING:-} " != *" $2 "* || -e installed ]]
FALSE
false_command dpkg <<'FALSE'
if [[ " ${FAKE_MISSING:-} " == *" fonts "* && ! -e installed ]]; then exit 1; fi
echo "Status: install ok installed"
FALSE
false_command clang++ <<'FALSE'
[[ " ${FAKE_MISSING:-} " != *" c++ "* || -e installed ]]
FALSE
false_command apt-get <<'FALSE'
echo "$*" >>apt-calls
if [[ ${FAKE_APT:-} == fails ]]; then exit 100; fi
if [[ ${FAKE_APT:-} == "has no lists" && $1 == install && ! -e lists ]]; then exit 100; fi
if [[ $1 == update ]]; then touch lists; else touch installed; fi
FALSE
false_command nvidia-smi <<'FALSE'
[[ ${FAKE_GPU:-} == yes ]]
FALSE

# python3 stands for three things: pip, the process that loads the libraries, and the machine without either.
false_command python3 <<'FALSE'
if [[ $1 == -I ]]; then
    if [[ ${FAKE_LOADING:-} == crashes ]]; then kill -SEGV $$; fi
    if [[ ${FAKE_LOADING:-} == real ]]; then exec "$REAL_PYTHON" "$@"; fi
    if [[ -n ${FAKE_LOADING:-} ]]; then echo "$FAKE_LOADING"; fi
    exit 0
fi
if [[ ${FAKE_PIP:-} == absent && ! -e installed ]]; then
    echo "No module named pip" >&2
    exit 1
fi
if [[ $3 == --version ]]; then
    echo "pip ${FAKE_PIP_VERSION:-23.2.1} from somewhere (python 3.11)"
    exit 0
fi

echo "$*" >>pip-calls
for word; do
    if [[ ${previous:-} == --target ]]; then target=$word; fi
    previous=$word
done
requirement=$previous
unreachable="WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': /whl/cpu/torch/"
mkdir -p "$target/torch/lib"
case ${FAKE_PIP:-} in
"has no room")
    echo "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" >&2
    exit 1
    ;;
"finds nothing")
    echo "ERROR: Could not find a version that satisfies the requirement $requirement (from versions: 2.1.0, 2.2.0)" >&2
    echo "ERROR: No matching distribution found for $requirement" >&2
    exit 1
    ;;
"reaches no index")
    echo "$unreachable" >&2
    echo "ERROR: Could not find a version that satisfies the requirement $requirement (from versions: none)" >&2
    exit 1
    ;;
"reaches PyPI only")
    echo "$unreachable" >&2
    if [[ $requirement == *+cpu ]]; then
        echo "ERROR: Could not find a version that satisfies the requirement $requirement (from versions: 2.13.0)" >&2
        exit 1
    fi
    ;;
"times out")
    echo "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='x', port=443): Read timed out." >&2
    exit 2
    ;;
"sees a wrong hash")
    echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2
    exit 1
    ;;
"sees a broken wheel")
    echo "$unreachable" >&2
    echo "ERROR: Wheel 'torch' located at /a/torch.whl is invalid." >&2
    exit 1
    ;;
"fails otherwise")
    printf 'WARNING: one\nERROR: the moon is full\n\n' >&2
    exit 1
    ;;
"is slow")
    sleep 20 >/dev/null 2>&1 &
    echo $! >pip-process
    wait
    ;;
esac
if [[ $requirement == torch===* ]]; then touch "$target/torch/lib/libtorch_cuda.so"; fi
if [[ $requirement == assorthead==* ]]; then
    rm -rf "${target:?}"
    mkdir -p "$target/assorthead/include/qdtsne" "$target/assorthead-${requirement#*==}.dist-info"
    if [[ ${FAKE_HEADERS:-} != none ]]; then touch "$target/assorthead/include/qdtsne/qdtsne.hpp"; fi
    exit 0
fi
"$MAKE_LIBTORCH" "$target/torch" "${FAKE_VERSION:-2.13.0}"
mkdir -p "$target/torch/test" "$target/torchgen" "$target/nvidia/lib" "$target/torch-2.13.0.dist-info"
FALSE

false_command make-libtorch <<'FALSE'
mkdir -p "$1/lib" "$1/include/torch/headeronly"
touch "$1/lib/libc10.so" "$1/lib/libtorch_cpu.so" "$1/lib/libc10.dylib" "$1/lib/libtorch_cpu.dylib" "$1/version.py"
IFS=. read -r major minor patch <<<"$2"
printf '#define TORCH_VERSION_%s\n' "MAJOR $major" "MINOR $minor" "PATCH $patch" >"$1/include/torch/headeronly/version.h"
FALSE

# --- Helpers -----------------------------------------------------------------------------------------------------

# Begins a test in a fresh clone.
begin() {
    name=$1
    clone="$here/clone $((passed + failed))"
    rm -rf "$clone"
    mkdir -p "$clone/scripts"
    cp "$setup" "$clone/scripts/setup.sh"
    cd "$clone"
    mkdir -p .assorthead/assorthead/include/qdtsne .assorthead/assorthead-0.2.2.dist-info
    touch .assorthead/assorthead/include/qdtsne/qdtsne.hpp
}

# Runs the script with the variables given as NAME=VALUE.
run() {
    status=0
    rm -f pip-calls apt-calls
    env -i PATH="$here/tools" HOME="$here" MAKE_LIBTORCH="$here/tools/make-libtorch" REAL_PYTHON="$real_python" "$@" \
        bash scripts/setup.sh >out 2>err || status=$?
}

make_libtorch() { env -i PATH="$here/tools" "$here/tools/make-libtorch" "$@"; }

# Ends a test: $1 is empty, or tells what was otherwise than it should be.
end() {
    if [[ -z $1 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'failed: %s: %s\n' "$name" "$1"
        sed 's/^/    /' out err 2>/dev/null || true
    fi
}

leftovers() { find . -name '.libtorch*' -print; }

# The run failed with status 1 and this one line on stderr, and left no libtorch.
expect_failure() {
    local problem=''
    if ((status != 1)); then
        problem="status $status"
    elif (($(grep -c '' err) != 1)); then
        problem="not one line on stderr"
    elif ! grep -Eq "^setup: .*$1" err; then
        problem="stderr lacks '$1'"
    elif [[ -n $(leftovers) ]]; then
        problem="left $(leftovers)"
    fi
    end "$problem"
}

# The run succeeded, said so in its last line, and each further argument, a command, succeeds too.
expect_ready() {
    local problem='' check
    if ((status != 0)); then
        problem="status $status"
    elif [[ -s err ]]; then
        problem="wrote to stderr"
    elif [[ $(tail -n 1 out) != "setup: libtorch 2.13.0 ($1) in .libtorch, ready" ]]; then
        problem="last line"
    elif [[ ! -d .libtorch/include || -e .libtorch-wheel.partial ]]; then
        problem="no whole .libtorch"
    fi
    shift
    for check; do
        if [[ -z $problem ]] && ! eval "$check"; then problem="not so: $check"; fi
    done
    end "$problem"
}

# --- Swift and libraries -----------------------------------------------------------------------------------------

begin "an old Swift is refused"
run FAKE_SWIFT="Swift version 6.1.2 (swift-6.1.2-RELEASE)"
expect_failure 'Swift 6\.1 is too old: .*swift\.org/install'

begin "a Swift of an old major version is refused"
run FAKE_SWIFT="Apple Swift version 5.10 (swiftlang-5.10.0.13)"
expect_failure 'Swift 5\.10 is too old'

begin "a Swift whose version cannot be read is refused"
run FAKE_SWIFT="something else"
expect_failure 'Swift of an unknown version'

begin "Apple's Swift with two-digit minor version is taken"
run FAKE_SWIFT="swift-driver version: 1.127 Apple Swift version 6.10 (swiftlang)"
expect_ready cpu

begin "a missing Swift is told"
mv "$here/tools/swift" "$here/swift"
run
mv "$here/swift" "$here/tools/swift"
expect_failure 'Swift is not in PATH: .*swift\.org/install'

begin "missing libraries are named with the command, to who is not root"
run FAKE_MISSING="cairo libjpeg libpng zlib fonts c++"
expect_failure "run 'sudo apt-get install libcairo2-dev libjpeg-dev libpng-dev zlib1g-dev fonts-dejavu-core g\+\+'"

begin "root has missing libraries installed, without an update of the lists"
run FAKE_MISSING="cairo c++" FAKE_USER=0
expect_ready cpu '[[ $(cat apt-calls) == "install -y -qq libcairo2-dev g++" ]]'

begin "lists are updated when the first try fails"
run FAKE_MISSING=zlib FAKE_USER=0 FAKE_APT="has no lists"
expect_ready cpu '[[ $(grep -c "" apt-calls) == 3 ]]' 'grep -q "^update" apt-calls'

begin "a failing apt-get is told"
run FAKE_MISSING=zlib FAKE_USER=0 FAKE_APT=fails
expect_failure "apt-get could not install them: run 'apt-get update && apt-get install zlib1g-dev'"

begin "macOS is told Homebrew's names"
run FAKE_MISSING=cairo FAKE_SYSTEM=Darwin
expect_failure "run 'brew install cairo jpeg-turbo libpng pkg-config zlib'"

begin "macOS without a compiler is told Xcode's"
run FAKE_MISSING="cairo c++" FAKE_SYSTEM=Darwin
expect_failure "run 'xcode-select --install'"

begin "a system without apt-get is told Debian's names"
mv "$here/tools/apt-get" "$here/apt-get"
run FAKE_MISSING=cairo
mv "$here/apt-get" "$here/tools/apt-get"
expect_failure 'install what Debian calls libcairo2-dev'

# --- Installing the wheel ----------------------------------------------------------------------------------------

begin "the CPU wheel is installed, trimmed and linked"
run
expect_ready cpu '[[ $(readlink .libtorch) == .libtorch-wheel/torch ]]' \
    'grep -q -- "--no-deps --extra-index-url https://download.pytorch.org/whl/cpu .* torch==2.13.0+cpu$" pip-calls' \
    '[[ ! -e .libtorch-wheel/torchgen && ! -e .libtorch/test && -e .libtorch/version.py ]]' \
    '[[ -d .libtorch-wheel/torch-2.13.0.dist-info ]]'

begin "a second run installs nothing and is quick"
run
TIMEFORMAT=%R
seconds=$({ time run; } 2>&1)
run
expect_ready cpu '[[ ! -e pip-calls && $(grep -c "" out) == 1 ]]' "[[ $seconds == 0.* ]]"

begin "a removed link is made anew from the wheel that is there"
run
rm .libtorch
run
expect_ready cpu '[[ ! -e pip-calls ]]'

begin "macOS takes the wheel without a local version"
run FAKE_SYSTEM=Darwin
expect_ready cpu 'grep -q " torch==2.13.0$" pip-calls'

begin "a machine with a GPU gets the CUDA build with its dependencies"
run FAKE_GPU=yes
expect_ready cuda 'grep -q " torch===2.13.0$" pip-calls' '! grep -q -e --no-deps pip-calls' \
    '[[ -d .libtorch-wheel/nvidia && ! -e .libtorch-wheel/torchgen ]]'

begin "the wish for the CPU build outweighs a GPU"
run FAKE_GPU=yes HYPERSPHERE_LIBTORCH=cpu
expect_ready cpu

begin "the wish for CUDA needs no GPU"
run HYPERSPHERE_LIBTORCH=cuda
expect_ready cuda

begin "a changed wish replaces the build"
run
run HYPERSPHERE_LIBTORCH=cuda
expect_ready cuda

begin "an unknown wish is refused"
run HYPERSPHERE_LIBTORCH=tpu
expect_failure "HYPERSPHERE_LIBTORCH is 'tpu': set it to cpu or cuda"

begin "without the CPU index, PyPI's build is taken"
run FAKE_PIP="reaches PyPI only"
expect_ready cuda 'grep -q "pip sees no CPU build" out' '[[ $(grep -c "" pip-calls) == 2 ]]'

begin "without the CPU index, the wish for the CPU build fails"
run FAKE_PIP="reaches PyPI only" HYPERSPHERE_LIBTORCH=cpu
expect_failure 'pip finds no libtorch 2\.13\.0'

begin "a wheel of another version is refused"
run FAKE_VERSION=2.12.1
expect_failure 'the libtorch that pip installed is version 2\.12\.1, 2\.13 is needed'

begin "a wheel that does not load is refused"
run FAKE_LOADING="does not load (libmoon.so.1: cannot open shared object file)"
expect_failure 'the libtorch that pip installed does not load \(libmoon'

begin "a wheel whose loading crashes is refused"
run FAKE_LOADING=crashes
expect_failure 'the process ended with status 139'

if [[ -n $real_python ]]; then
    begin "an empty library does not load"
    run FAKE_LOADING=real
    expect_failure 'does not load \(.*libc10'
fi

begin "no Python is told"
mv "$here/tools/python3" "$here/python3"
run
mv "$here/python3" "$here/tools/python3"
expect_failure "python3 is missing.*run 'sudo apt-get install python3-pip python3-venv'"

begin "a Python without pip is told"
run FAKE_PIP=absent
expect_failure "has no pip.*run 'sudo apt-get install python3-pip python3-venv'"

begin "root has pip installed"
run FAKE_PIP=absent FAKE_USER=0
expect_ready cpu '[[ $(cat apt-calls) == "install -y -qq python3-pip python3-venv" ]]'

begin "an old pip is refused"
run FAKE_PIP_VERSION=20.3.4
expect_failure "pip 20\.3\.4 is too old: run 'python3 -m pip install --upgrade pip'"

begin "too little room is told before pip runs"
run FAKE_FREE=1500000
problem=$(if [[ -e pip-calls ]]; then echo "pip ran"; fi)
if [[ -n $problem ]]; then end "$problem"; else expect_failure 'no room: libtorch needs about 2 GB .* has 1 GB left'; fi

begin "too little room for CUDA is told"
run FAKE_FREE=5000000 HYPERSPHERE_LIBTORCH=cuda
expect_failure 'no room: libtorch needs about 8 GB'

while IFS='|' read -r cause message; do
    begin "pip $cause"
    run FAKE_PIP="$cause"
    expect_failure "$message"
done <<'CAUSES'
has no room|the disk became full .*free some room
finds nothing|pip finds no libtorch 2\.13\.0 for this machine \(Linux x86_64\): set LIBTORCH
reaches no index|could not reach a package index: see to the network
times out|could not reach a package index: see to the network
sees a wrong hash|the download of libtorch 2\.13\.0 was broken: run 'make setup' again
sees a broken wheel|the download of libtorch 2\.13\.0 was broken: run 'make setup' again
fails otherwise|pip could not install libtorch 2\.13\.0: ERROR: the moon is full
CAUSES

begin "no second try where no index answers"
run FAKE_PIP="reaches no index"
end "$(if [[ $(grep -c '' pip-calls) != 1 ]]; then echo "pip was called again"; fi)"

# Starts a run whose pip is slow in a process group of its own, as a terminal does, and sends it signal $1 ($2: the
# word 'group' sends it to pip too, as Control-C does). Signals are as a terminal leaves them: where the whole test was started
# in the background, Control-C would be ignored for good, since bash cannot trap what it was told to ignore.
interrupt() {
    local process waited=0 perl
    perl=$(command -v perl)
    set -m
    env -i PATH="$here/tools" MAKE_LIBTORCH="$here/tools/make-libtorch" FAKE_PIP="is slow" \
        "$perl" -e '$SIG{INT} = $SIG{TERM} = "DEFAULT"; exec @ARGV' bash scripts/setup.sh >out 2>err &
    process=$!
    set +m
    while [[ ! -s pip-process ]] && ((waited < 100)); do
        sleep 0.05
        waited=$((waited + 1))
    done
    SECONDS=0
    if [[ ${2:-} == group ]]; then kill "-$1" -- "-$process"; else kill "-$1" "$process"; fi
    status=0
    wait "$process" 2>/dev/null || status=$?
}

expect_interrupted() {
    local problem=''
    if ((status != $1)); then
        problem="status $status"
    elif [[ -n $(leftovers) ]]; then
        problem="left $(leftovers)"
    elif ((SECONDS > 9)); then
        problem="waited $SECONDS seconds for pip"
    elif kill -0 "$(cat pip-process)" 2>/dev/null; then
        kill "$(cat pip-process)"
        problem="pip still runs"
    fi
    end "$problem"
}

begin "Control-C leaves nothing"
interrupt INT group
expect_interrupted 130

begin "termination leaves nothing, pip neither"
interrupt TERM
expect_interrupted 143

begin "what a killed run left is replaced"
mkdir -p .libtorch-wheel.partial/wheel/torch
run
expect_ready cpu

# --- LIBTORCH and an existing .libtorch --------------------------------------------------------------------------

begin "LIBTORCH is checked and linked"
make_libtorch own 2.13.1
make_libtorch own 2.13.0
run LIBTORCH=own
expect_ready cpu '[[ $(readlink .libtorch) == "$clone/own" && ! -e pip-calls ]]'

begin "LIBTORCH replaces another link"
run
make_libtorch own 2.13.0
run LIBTORCH="$clone/own"
expect_ready cpu '[[ $(readlink .libtorch) == "$clone/own" && ! -e .libtorch-wheel/torch/own ]]'

begin "LIBTORCH of another version is refused"
make_libtorch own 2.11.0
run LIBTORCH="$clone/own"
expect_failure 'LIBTORCH \(.*/own\) is version 2\.11\.0, 2\.13 is needed: set it to a libtorch 2\.13'

begin "LIBTORCH without libraries is refused"
mkdir own
run LIBTORCH="$clone/own"
expect_failure 'LIBTORCH \(.*/own\) has no lib/libc10\.so'

begin "LIBTORCH for another system is refused"
make_libtorch own 2.13.0
rm own/lib/*.dylib
run LIBTORCH="$clone/own" FAKE_SYSTEM=Darwin
expect_failure 'has no lib/libc10\.dylib'

begin "LIBTORCH that names no folder is refused"
run LIBTORCH=/nowhere/at/all
expect_failure 'LIBTORCH names no folder \(/nowhere/at/all\)'

begin "a .libtorch folder of one's own is used"
make_libtorch .libtorch 2.13.0
run
expect_ready cpu '[[ ! -L .libtorch && ! -e pip-calls ]]'

begin "LIBTORCH may name .libtorch itself"
make_libtorch .libtorch 2.13.0
run LIBTORCH="$clone/.libtorch"
expect_ready cpu '[[ ! -L .libtorch ]]'

begin "a .libtorch folder of one's own is not deleted for LIBTORCH"
make_libtorch .libtorch 2.13.0
make_libtorch own 2.13.0
run LIBTORCH="$clone/own"
end "$(if ((status != 1)) || [[ ! -d .libtorch/lib ]] || ! grep -q 'remove .libtorch, or unset LIBTORCH' err; then echo "status $status"; fi)"

begin "a .libtorch of one's own and another version is refused, and kept"
make_libtorch own 2.12.0
ln -s own .libtorch
run
end "$(if ((status != 1)) || [[ ! -d .libtorch/lib ]] || ! grep -q "^setup: .libtorch (own) is version 2.12.0, 2.13 is needed: remove .libtorch" err; then echo "status $status"; fi)"

begin "a dangling .libtorch is replaced"
ln -s /nowhere/at/all .libtorch
run
expect_ready cpu 'grep -q ".libtorch led to /nowhere/at/all, which is gone" out'

begin "an installed wheel that is no longer whole is replaced"
run
rm .libtorch-wheel/torch/lib/libc10.so
run
expect_ready cpu 'grep -q "has no lib/libc10.so; installing it anew" out'

begin "an installed wheel of another version is replaced"
run
make_libtorch .libtorch 2.12.0
run
expect_ready cpu 'grep -q "is version 2.12.0" out'

begin "a wheel in use stays when its replacement fails"
run
run HYPERSPHERE_LIBTORCH=cuda FAKE_PIP="times out"
end "$(if ((status != 1)) || [[ ! -e .libtorch/lib/libc10.so || -e .libtorch-wheel.partial ]]; then echo "status $status"; fi)"

begin "without Python, a libtorch that is there is taken"
make_libtorch own 2.13.0
mv "$here/tools/python3" "$here/python3"
run LIBTORCH="$clone/own"
mv "$here/python3" "$here/tools/python3"
expect_ready cpu

# --- The headers -------------------------------------------------------------------------------------------------

begin "headers are installed after libtorch"
rm -r .assorthead
run
expect_ready cpu '[[ $(tail -n 1 pip-calls) == *" --no-deps assorthead==0.2.2" && $(grep -c "" pip-calls) == 2 ]]' \
    '[[ -f .assorthead/assorthead/include/qdtsne/qdtsne.hpp && $(tail -n 1 pip-calls) != *--only-binary* ]]'

begin "headers of another version are replaced"
run
mv .assorthead/assorthead-0.2.2.dist-info .assorthead/assorthead-0.2.1.dist-info
touch .assorthead/old
run
expect_ready cpu '[[ $(grep -c "" pip-calls) == 1 && ! -e .assorthead/old ]]' '[[ -d .assorthead/assorthead-0.2.2.dist-info ]]'

begin "headers that cannot be had are told, and libtorch stays"
run
rm -r .assorthead
run FAKE_PIP="finds nothing"
end "$(if ((status != 1)) || [[ -e .assorthead || ! -e .libtorch/lib || -e .libtorch-wheel.partial ]] ||
    ! grep -q '^setup: pip finds no assorthead 0.2.2 .*: put its folders into .assorthead by hand' err; then echo "status $status"; fi)"

begin "a package without the headers is refused"
run
rm -r .assorthead
run FAKE_HEADERS=none
end "$(if ((status != 1)) || [[ -e .assorthead || -e .libtorch-wheel.partial ]] ||
    ! grep -q '^setup: the assorthead that pip installed has no include' err; then echo "status $status"; fi)"

cd "$here"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
