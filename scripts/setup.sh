#!/usr/bin/env bash
# Makes a clone ready to build: checks Swift, sees to the C libraries, puts libtorch into .libtorch and the headers of
# qdtsne and umappp, which t-SNE and UMAP are, into .assorthead.
#
#   LIBTORCH=DIR                    link .libtorch to this libtorch, install none
#   HYPERSPHERE_LIBTORCH=cpu|cuda   which build to install; otherwise CUDA's where nvidia-smi works
#
# Each failure is one line on stderr that says what to do, and leaves nothing half-installed behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly version=2.13.0
readonly minor=2.13
readonly cpu_index=https://download.pytorch.org/whl/cpu
readonly wheel=.libtorch-wheel
readonly partial=.libtorch-wheel.partial
# The package of headers that has qdtsne 3.0 and umappp 3.2, whose interfaces our code is written for.
readonly headers_version=0.2.2
readonly headers=.assorthead
readonly wanted=${HYPERSPHERE_LIBTORCH:-}
system=$(uname -s)
readonly system
if [[ $system == Darwin ]]; then suffix=.dylib; else suffix=.so; fi
readonly suffix
pip_process=

say() { printf 'setup: %s\n' "$*"; }

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# Ends pip's whole process group: python3 may be a script that runs Python as its child.
clean_up() {
    local tries=0
    if [[ -n $pip_process ]]; then
        kill -- "-$pip_process" 2>/dev/null || true
        wait "$pip_process" 2>/dev/null || true
        while kill -0 -- "-$pip_process" 2>/dev/null && ((tries < 50)); do
            sleep 0.1
            tries=$((tries + 1))
        done
    fi
    rm -rf "$partial"
}

# --- Swift -------------------------------------------------------------------------------------------------------

require_swift() {
    local text found
    text=$(swift --version 2>/dev/null) ||
        fail "Swift is not in PATH: install 6.2 or newer, see https://www.swift.org/install"
    found=$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$text")
    if [[ $found != *.* ]] || ((${found%.*} < 6 || (${found%.*} == 6 && ${found#*.} < 2))); then
        fail "Swift ${found:-of an unknown version} is too old: install 6.2 or newer, see https://www.swift.org/install"
    fi
}

# --- C libraries -------------------------------------------------------------------------------------------------

has_cxx() {
    local compiler
    for compiler in clang++ g++ c++; do
        # Swift's own clang++ is found first, and has no standard library of its own on Linux.
        if command -v "$compiler" >/dev/null; then
            "$compiler" -x c++ -std=c++20 -fsyntax-only - <<<'#include <version>' 2>/dev/null
            return
        fi
    done
    return 1
}

# Prints the Debian packages that are missing, one a line.
missing_packages() {
    command -v pkg-config >/dev/null || echo pkg-config
    pkg-config --exists cairo 2>/dev/null || echo libcairo2-dev
    pkg-config --exists libjpeg 2>/dev/null || echo libjpeg-dev
    pkg-config --exists libpng 2>/dev/null || echo libpng-dev
    pkg-config --exists zlib 2>/dev/null || echo zlib1g-dev
    if command -v dpkg >/dev/null && [[ $(dpkg -s fonts-dejavu-core 2>/dev/null) != *"install ok installed"* ]]; then
        echo fonts-dejavu-core
    fi
    has_cxx || echo g++
}

can_install_packages() { command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; }

install_packages() {
    say "installing $*"
    # Without its lists, which a fresh container lacks, apt-get knows no package.
    if ! apt_get install "$@" && ! { apt_get update && apt_get install "$@"; }; then
        fail "apt-get could not install them: run 'apt-get update && apt-get install $*' and see what it says"
    fi
}

apt_get() {
    local verb=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get "$verb" -y -qq "$@" >/dev/null 2>&1 </dev/null
}

require_libraries() {
    local missing
    missing=$(missing_packages)
    [[ -n $missing ]] || return 0
    missing=${missing//$'\n'/ }
    if [[ $system == Darwin ]]; then
        if [[ $missing == *g++* ]]; then fail "no C++ compiler: run 'xcode-select --install'"; fi
        fail "C libraries are missing: run 'brew install cairo jpeg-turbo libpng pkg-config zlib'"
    elif can_install_packages; then
        # shellcheck disable=SC2086 # One word a package.
        install_packages $missing
        missing=$(missing_packages)
        [[ -z $missing ]] || fail "${missing//$'\n'/, } still not found after installing: see that PATH and PKG_CONFIG_PATH reach them"
    elif command -v apt-get >/dev/null; then
        fail "packages are missing: run 'sudo apt-get install $missing'"
    else
        fail "libraries are missing: install what Debian calls $missing with your package manager"
    fi
}

# --- Checking a libtorch -----------------------------------------------------------------------------------------

version_of() {
    local header
    for header in "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h"; do
        if [[ -f $header ]]; then
            awk '$2 ~ /^TORCH_VERSION_(MAJOR|MINOR|PATCH)$/ { text = text dot $3; dot = "." } END { print text }' "$header"
            return
        fi
    done
}

build_of() { if [[ -e $1/lib/libtorch_cuda$suffix ]]; then echo cuda; else echo cpu; fi; }

# Loads the libraries in a process of its own, since a broken one may end it. Prints what is wrong.
loading_problem() {
    local status=0
    python3 -I - "$1/lib" "$suffix" <<'PYTHON' 2>/dev/null || status=$?
import ctypes, os, sys

folder, suffix = sys.argv[1:]
path = lambda name: os.path.join(folder, name + suffix)
# c10::Error's constructor, which takes a std::string: named so only under the C++11 ABI of libstdc++.
constructor = "_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
try:
    core = ctypes.CDLL(path("libc10"), os.RTLD_LAZY)
    ctypes.CDLL(path("libtorch_cpu"), os.RTLD_LAZY)
    if os.path.exists(path("libtorch_cuda")):
        ctypes.CDLL(path("libtorch_cuda"), os.RTLD_LAZY)
except OSError as error:
    print("does not load (" + " ".join(str(error).split()) + ")")
else:
    if sys.platform == "linux" and not hasattr(core, constructor):
        print("was built with the C++ ABI from before C++11")
PYTHON
    if ((status != 0)); then echo "does not load (the process ended with status $status)"; fi
}

# Prints what is wrong with the libtorch in a folder, to be read after its name; nothing when all is well.
problem_of() {
    local library found
    for library in libc10 libtorch_cpu; do
        if [[ ! -e $1/lib/$library$suffix ]]; then
            echo "has no lib/$library$suffix"
            return
        fi
    done
    found=$(version_of "$1")
    if [[ $found != "$minor".* ]]; then
        echo "is version ${found:-unknown}, $minor is needed"
    elif [[ -n $wanted && $(build_of "$1") != "$wanted" ]]; then
        echo "is a $(build_of "$1") build, HYPERSPHERE_LIBTORCH asks for $wanted"
    elif command -v python3 >/dev/null; then
        loading_problem "$1"
    fi
}

# --- Installing the wheel ----------------------------------------------------------------------------------------

# $1 is what is to be installed.
require_pip() {
    local text
    if ! python3 -m pip --version >/dev/null 2>&1 && can_install_packages; then
        install_packages python3-pip python3-venv
    fi
    if ! command -v python3 >/dev/null; then
        fail "python3 is missing, it installs $1: $(how_to_install_python)"
    fi
    text=$(python3 -m pip --version 2>/dev/null) ||
        fail "$(command -v python3) has no pip, which installs $1: $(how_to_install_python)"
    text=${text#pip }
    if [[ ! ${text%%.*} =~ ^[0-9]+$ ]] || ((${text%%.*} < 22)); then
        fail "pip ${text%% *} is too old: run 'python3 -m pip install --upgrade pip'"
    fi
}

how_to_install_python() {
    if [[ $system == Darwin ]]; then
        echo "run 'brew install python'"
    elif command -v apt-get >/dev/null; then
        echo "run 'sudo apt-get install python3-pip python3-venv'"
    else
        echo "install it with your package manager, or run 'python3 -m ensurepip'"
    fi
}

require_room() {
    local free
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1000000) }')
    ((free >= $1)) || fail "no room: libtorch needs about $1 GB while it is installed, $PWD has $free GB left; free some"
}

# Installs requirement $1 into $partial/wheel; the further arguments are pip's. What pip says on stderr stays in
# $partial/log. pip's own configuration stays in force; one retry and a short time limit keep an index that
# cannot be reached from holding up the rest.
pip_install() {
    local requirement=$1 volume=--quiet status=0
    shift
    rm -rf "$partial"
    mkdir -p "$partial/tmp"
    if [[ -t 1 ]]; then volume=--progress-bar=on; fi
    # In the background and a process group of its own, so that an interrupt ends all of it at once.
    set -m
    TMPDIR=$PWD/$partial/tmp PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore \
        python3 -m pip install "$volume" --disable-pip-version-check --no-input --no-compile --retries 1 --timeout 20 \
        --target "$partial/wheel" "$@" "$requirement" </dev/null 2>"$partial/log" &
    pip_process=$!
    set +m
    wait "$pip_process" || status=$?
    pip_process=
    return "$status"
}

# The log's errors. Its warnings tell of an index out of reach, which is no failure where another one has the wheel.
errors_have() { grep -v '^WARNING' "$partial/log" | grep -Ei "$1" >/dev/null; }

readonly not_found='Could not find a version|No matching distribution'

# $1 is what was to be installed, $2 what to do where pip finds none.
fail_as_pip_did() {
    local network='connection broken|timed out|Max retries|ConnectionError|Name or service not known|ProxyError|SSLError'
    local last
    if errors_have 'No space left on device'; then
        fail "the disk became full while $1 was installed: free some room and run 'make setup' again"
    elif errors_have 'DO NOT MATCH THE HASHES|BadZipFile|wheel.* is invalid|invalid wheel|IncompleteRead|incomplete-download'; then
        fail "the download of $1 was broken: run 'make setup' again, after 'python3 -m pip cache purge' if it stays so"
    elif errors_have "$network" || { errors_have 'from versions: none' && grep -Eiq "$network" "$partial/log"; }; then
        fail "pip could not reach a package index: see to the network (or pip's proxy settings) and run 'make setup' again"
    elif errors_have "$not_found"; then
        fail "pip finds no $1 for this machine ($system $(uname -m)): $2"
    fi
    last=$(grep -v '^WARNING' "$partial/log" | grep . | tail -n 1 || true)
    fail "pip could not install $1: ${last:-no reason given}"
}

fail_as_libtorch_did() {
    fail_as_pip_did "libtorch $version" "set LIBTORCH to one of your own, or HYPERSPHERE_LIBTORCH to the other of cpu and cuda"
}

# Any python3 may install the build for CPython 3.11 (there are ones for 3.10 to 3.14), because only the libraries in it
# are used.
pip_install_torch() {
    pip_install "$@" --python-version 3.11 --implementation cp --only-binary :all: --ignore-requires-python
}

install_cuda() {
    require_room 8
    say "installing libtorch $version (cuda) with pip"
    # '===' keeps pip from taking 2.13.0+cpu, which it holds to be newer than 2.13.0.
    pip_install_torch "torch===$version" || fail_as_libtorch_did
}

install_cpu() {
    local requirement="torch==$version+cpu"
    if [[ $system == Darwin ]]; then requirement="torch==$version"; fi
    require_room 2
    say "installing libtorch $version (cpu) with pip"
    if pip_install_torch "$requirement" --no-deps --extra-index-url "$cpu_index"; then return; fi
    if [[ $system == Darwin || $wanted == cpu ]] || ! errors_have "$not_found" || errors_have 'from versions: none'; then
        fail_as_libtorch_did
    fi
    say "pip sees no CPU build; CUDA's runs without a GPU too, but takes 4 GB"
    install_cuda
}

size_in_mb() { du -sk "$1" | awk '{ print int($1 / 1000) }'; }

install_wheel() {
    local before problem
    trap clean_up EXIT
    require_pip libtorch
    if [[ $wanted == cuda ]] || { [[ -z $wanted ]] && nvidia-smi >/dev/null 2>&1; }; then install_cuda; else install_cpu; fi

    before=$(size_in_mb "$partial/wheel")
    # What C++ builds and runs with stays, and the licences; the rest is Python's.
    find "$partial/wheel" -mindepth 1 -maxdepth 1 \
        ! -name torch ! -name 'torch-*' ! -name 'torch.libs' ! -name 'nvidia*' -exec rm -rf {} +
    find "$partial/wheel/torch" -mindepth 1 -maxdepth 1 \
        ! -name include ! -name lib ! -name share ! -name version.py ! -name .dylibs -exec rm -rf {} +
    problem=$(problem_of "$partial/wheel/torch")
    [[ -z $problem ]] || fail "the libtorch that pip installed $problem: set LIBTORCH to one of your own"
    rm -rf "$wheel"
    mv "$partial/wheel" "$wheel"
    say "kept $(size_in_mb "$wheel") of $before MB: the libraries and headers"
}

# --- .libtorch ---------------------------------------------------------------------------------------------------

link_given() {
    local problem
    [[ -d $LIBTORCH ]] || fail "LIBTORCH names no folder ($LIBTORCH): correct it, or unset it to have libtorch installed"
    problem=$(problem_of "$LIBTORCH")
    [[ -z $problem ]] || fail "LIBTORCH ($LIBTORCH) $problem: set it to a libtorch $minor, or unset it to have one installed"
    if [[ $LIBTORCH -ef .libtorch ]]; then return; fi
    if [[ -e .libtorch && ! -L .libtorch ]]; then
        fail ".libtorch is a folder, LIBTORCH asks for a link: remove .libtorch, or unset LIBTORCH"
    fi
    ln -sfn "$(cd "$LIBTORCH" && pwd -P)" .libtorch
}

# Succeeds when .libtorch is there and whole, and returns 1 when one is to be installed.
is_in_place() {
    local problem target
    target=$(readlink .libtorch || true)
    if [[ ! -e .libtorch ]]; then
        if [[ -n $target ]]; then say ".libtorch led to $target, which is gone"; fi
        return 1
    fi
    problem=$(problem_of .libtorch)
    [[ -n $problem ]] || return 0
    [[ $target == "$wheel/torch" ]] ||
        fail ".libtorch${target:+ ($target)} $problem: remove .libtorch and run 'make setup' again"
    say ".libtorch $problem; installing it anew"
    return 1
}

require_libtorch() {
    case $wanted in
    "" | cpu | cuda) ;;
    *) fail "HYPERSPHERE_LIBTORCH is '$wanted': set it to cpu or cuda, or unset it" ;;
    esac
    if [[ -n ${LIBTORCH:-} ]]; then
        link_given
    elif ! is_in_place; then
        if [[ ! -d $wheel/torch || -n $(problem_of "$wheel/torch") ]]; then install_wheel; fi
        ln -sfn "$wheel/torch" .libtorch
    fi
}

# --- .assorthead -------------------------------------------------------------------------------------------------

require_headers() {
    if [[ -d $headers/assorthead-$headers_version.dist-info && -f $headers/assorthead/include/qdtsne/qdtsne.hpp ]]; then
        return
    fi
    trap clean_up EXIT
    require_pip "the headers of t-SNE and UMAP"
    say "installing the headers of t-SNE and UMAP (assorthead $headers_version) with pip"
    # There is no wheel of it, so pip makes one, which copies files.
    pip_install "assorthead==$headers_version" --no-deps ||
        fail_as_pip_did "assorthead $headers_version" "put its folders into $headers by hand"
    [[ -f $partial/wheel/assorthead/include/qdtsne/qdtsne.hpp ]] ||
        fail "the assorthead that pip installed has no include/qdtsne/qdtsne.hpp: put its folders into $headers by hand"
    rm -rf "$headers"
    mv "$partial/wheel" "$headers"
}

require_swift
require_libraries
require_libtorch
require_headers
say "libtorch $(version_of .libtorch) ($(build_of .libtorch)) in .libtorch, ready"
