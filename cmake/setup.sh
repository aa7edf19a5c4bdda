#!/bin/sh
# Brings a bare Debian 12 or 13 to a built and running kahn. Needs nothing but apt; installs only what is missing.
set -eu

usage() {
    cat <<'TEXT'
usage: sh cmake/setup.sh COMMAND

  run    install what is missing, build the release, run an example pipeline with it
  test   install what is missing, build the release, run every test
  deps   install what building and testing need, nothing else

Needs Debian 12 or 13 (or a distribution with the same packages) and root or sudo, for apt-get alone.
KAHN_JOBS=N overrides how many compilers and tests run at once.
TEXT
}

# Debian 12 has two versions of Boost, and its own choice of them is too old. Since 13, libcrypto.a wants libraries to compress with.
case $(cat /etc/debian_version 2>/dev/null) in
    12 | 12.*) boost=1.81 wanted_by_openssl= ;;
    *) boost= wanted_by_openssl="zlib1g-dev libzstd-dev" ;;
esac
build_packages="g++ cmake ninja-build libboost$boost-dev libboost-json$boost-dev libboost-filesystem$boost-dev
libyaml-cpp-dev libcli11-dev libssl-dev libsqlite3-dev libsqlitecpp-dev libpugixml-dev $wanted_by_openssl"
test_packages="libboost-test$boost-dev clang-19 clang-tools-19 git strace valgrind chromium
doxygen dpkg-dev lintian pkgconf python3-jsonschema python3-yaml bash zsh fish groff-base openssh-client openssh-server rsync"
# Node from elsewhere brings its npm along, and Debian's npm would be in its way.
command -v npm >/dev/null 2>&1 || test_packages="$test_packages nodejs npm"

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'setup.sh: %s\n' "$*" >&2; exit 1; }

missing_packages() {
    for package in "$@"; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=absent
        [ "$status" = installed ] || printf '%s ' "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "packages are missing and this is neither root nor is there sudo. As root: apt-get install $missing"
    fi
}

install_missing() {
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        say "No apt here: going on with what is installed. The Debian packages would be:" "$@"
        return
    fi
    missing=$(missing_packages "$@")
    if [ -z "$missing" ]; then
        say "All packages are installed"
        return
    fi
    say "Installing: $missing"
    # A third party's broken source must not stop us: whether the packages can be had shows when they are installed.
    as_root apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 update || say "apt-get update had errors; trying anyway"
    # shellcheck disable=SC2086  # a list of package names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Use-Pty=0 install --no-install-recommends $missing || fail "apt-get could not install: $missing"
}

# A compiler of this project takes up to 1.3 GiB; as many run at once as the cores and the memory allow.
job_count() {
    if [ -n "${KAHN_JOBS:-}" ]; then
        echo "$KAHN_JOBS"
        return
    fi
    cores=$(nproc)
    memory_kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
    for limit_file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        limit=$(cat "$limit_file" 2>/dev/null) || continue
        case $limit in
            '' | *[!0-9]*) ;;
            *) [ $((limit / 1024)) -ge "$memory_kib" ] || memory_kib=$((limit / 1024)) ;;
        esac
    done
    by_memory=$((memory_kib / 1400000))
    [ "$by_memory" -ge 1 ] || by_memory=1
    if [ "$by_memory" -lt "$cores" ]; then echo "$by_memory"; else echo "$cores"; fi
}

build() {
    cd "$root"
    jobs=$(job_count)
    say "Configuring the release build in build/release"
    cmake --preset release "$@"
    say "Building, $jobs at once"
    cmake --build --preset release --parallel "$jobs"
}

[ $# -eq 1 ] || { usage >&2; exit 2; }
command=$1
exec </dev/null # nothing here may wait for an answer
case $command in
    deps)
        # shellcheck disable=SC2086  # lists of package names
        install_missing $build_packages $test_packages
        ;;
    run)
        # shellcheck disable=SC2086
        install_missing $build_packages
        build -D KAHN_BUILD_TESTS=OFF
        say "Running apps/examples/hello.yaml"
        build/release/apps/kahn/kahn run apps/examples/hello.yaml
        say "kahn is build/release/apps/kahn/kahn; the pipeline's result is in build/hello, its logs are in .kahn/runs"
        ;;
    test)
        # shellcheck disable=SC2086
        install_missing $build_packages $test_packages
        build -D KAHN_BUILD_TESTS=ON
        say "Testing, $jobs at once"
        ctest --preset release --parallel "$jobs"
        ;;
    -h | --help | help) usage ;;
    *)
        printf 'setup.sh: unknown command: %s\n' "$command" >&2
        usage >&2
        exit 2
        ;;
esac
