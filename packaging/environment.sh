# Sourced by packaging/run and packaging/test: everything that has to be there before Python can start.
#
# What is missing is installed, nothing else is touched: system packages by apt-get on Debian and its kin, Python
# packages by hash from packaging/locks into a virtual environment (.venv, or the folder in ASHORE_VENV).
# ASHORE_PYTHON names the Python to use, where it is not found by itself.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${ASHORE_VENV:-$root/.venv}
apt_is_fresh=no
apt_output=
someone_is_there=no
if [ -t 0 ]; then someone_is_there=yes; fi

if [ -z "${LC_ALL:-}" ] && [ -z "${LANG:-}" ]; then
    export LANG=C.UTF-8
fi

say() {
    printf 'ashore: %s\n' "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

# System packages ------------------------------------------------------------------------------------------------

install_line() {
    printf 'apt-get install --yes --no-install-recommends %s' "$*"
}

# Runs a command as root; fails where that is not possible.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        if [ "$someone_is_there" = yes ]; then sudo "$@"; else sudo --non-interactive "$@"; fi
    else
        say "this needs the rights of root, and there is no sudo."
        return 1
    fi
}

# Installs Debian packages; fails with a sentence where that is not possible.
install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "this system has no apt-get. Please install what corresponds to these Debian packages: $*"
        return 1
    fi
    say "installing system packages: $*"
    if [ "$apt_is_fresh" = no ]; then
        apt_get update || true # an index that is only in part out of date may still do
        apt_is_fresh=yes
    fi
    if ! apt_get install --yes --no-install-recommends "$@"; then
        [ -z "$apt_output" ] || printf '%s\n' "$apt_output" >&2
        say "the system packages could not be installed. As root, with a network, run: $(install_line "$@")"
        return 1
    fi
}

# Runs apt-get without questions; what it says is kept in $apt_output, for the case that it fails.
apt_get() {
    apt_output=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet "$@" 2>&1 </dev/null) || return 1
}

# Python -----------------------------------------------------------------------------------------------------------

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in "${ASHORE_PYTHON:-}" python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Sets $python to a Python that fits.
need_python() {
    if python=$(find_python); then return 0; fi
    if ! command -v python3 >/dev/null 2>&1; then
        install_packages python3 python3-venv ca-certificates || exit 1
        if python=$(find_python); then return 0; fi
    fi
    fail "Python 3.11, 3.12 or 3.13 is needed; found: $(python3 --version 2>&1 || echo none)." \
        "Install one, or name it in ASHORE_PYTHON."
}

need_certificates() {
    if [ ! -e /etc/ssl/certs/ca-certificates.crt ] && [ -e /etc/debian_version ]; then
        install_packages ca-certificates || exit 1
    fi
}

# Qt ---------------------------------------------------------------------------------------------------------------

preflight() {
    PYTHONPATH="$root/app" PYTHONDONTWRITEBYTECODE=1 "$python" -m ashore.desktop.preflight "$@"
}

# Installs the libraries that Qt needs. Those of the camera alone do not stop anything.
need_qt_libraries() {
    local packages
    [ "$(uname -s)" = Linux ] || return 0
    packages=$(preflight packages) || fail "the check of Qt's libraries failed."
    [ -n "$packages" ] || return 0
    # shellcheck disable=SC2086 # one word a package
    if ! install_packages $packages; then
        [ -z "$(preflight window-packages)" ] || exit 1
        say "going on without the camera's libraries."
    fi
}

# Python packages --------------------------------------------------------------------------------------------------

checksum() {
    "$python" - "$1" <<'PYTHON'
import hashlib, pathlib, sys
print(hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())
PYTHON
}

create_venv() {
    if ! mkdir -p "$venv" 2>/dev/null || [ ! -w "$venv" ]; then
        fail "cannot write to $venv. Set ASHORE_VENV to a folder that can be written."
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local version
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install_packages "python$version-venv" || exit 1
    fi
    say "creating the virtual environment $venv"
    "$python" -m venv --clear "$venv" || fail "the virtual environment could not be created in $venv (disk full?)."
}

install_lock() {
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        if uv pip install --quiet --python "$venv/bin/python" --require-hashes --only-binary :all: \
            --compile-bytecode --requirements "$1" >&2; then
            return 0
        fi
        say "uv could not install them, trying pip."
    fi
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m ensurepip --default-pip >/dev/null 2>&1 || return 1
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement "$1" >&2
}

# need_environment NAME: a virtual environment with the packages of packaging/locks/NAME.txt and Ashore's sources.
need_environment() {
    local lock="$root/packaging/locks/$1.txt" sum site
    if [ ! -x "$venv/bin/python" ] || ! fits "$venv/bin/python"; then
        create_venv
    fi
    sum=$(checksum "$lock")
    if [ "$(cat "$venv/.ashore-$1" 2>/dev/null)" != "$sum" ]; then
        say "installing Python packages ($1); the first time this downloads about 300 MB"
        need_certificates
        if ! install_lock "$lock"; then
            fail "the Python packages could not be installed. Is there a network, and space on the disk?" \
                "A mirror is named in PIP_INDEX_URL or pip's configuration. Start it again to go on."
        fi
        printf '%s\n' "$sum" >"$venv/.ashore-$1" || fail "cannot write to $venv."
        if [ "$1" = test ]; then
            # What the tests need includes all that the program needs.
            checksum "$root/packaging/locks/run.txt" >"$venv/.ashore-run"
        fi
    fi
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    if [ "$(cat "$site/ashore-sources.pth" 2>/dev/null)" != "$root/app" ]; then
        printf '%s\n' "$root/app" >"$site/ashore-sources.pth" || fail "cannot write to $venv."
    fi
}
