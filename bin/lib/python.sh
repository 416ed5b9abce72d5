# shellcheck shell=sh
# Python and the hash-locked packages in .local/venv.

VENV=$LOCAL/venv

# The first interpreter between 3.10 and 3.13 that can make a virtual environment.
find_python() {
    for name in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10 "$SYSROOT/usr/bin/python3"; do
        path=$(command -v "$name" 2>/dev/null) || continue
        [ "${path#"$VENV"/}" = "$path" ] || continue
        "$path" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null || continue
        echo "$path"
        return 0
    done
}

# Debian keeps pip as a wheel for virtual environments; elsewhere it lies inside the module ensurepip.
find_pip_wheel() {
    for path in /usr/share/python-wheels/pip-*.whl "$SYSROOT"/usr/share/python-wheels/pip-*.whl; do
        [ ! -e "$path" ] || { echo "$path"; return 0; }
    done
    "$(find_python)" -c 'import ensurepip, pathlib
print(*sorted((pathlib.Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")))' 2>/dev/null || true
}

find_uv() { command -v uv 2>/dev/null || { [ ! -x "$LOCAL/uv/bin/uv" ] || echo "$LOCAL/uv/bin/uv"; }; }

can_install_wheels() {
    [ -x "$VENV/bin/python" ] || [ -n "$(find_uv)" ] || [ -n "$(find_pip_wheel)" ]
}

# A city network may inspect TLS with an authority of its own: the system's list then knows it, the bundled lists do not.
trust_system_certificates() {
    bundle=${SSL_CERT_FILE:-$(find_certificates)}
    [ -r "$bundle" ] || return 0
    export SSL_CERT_FILE="$bundle" PIP_CERT="${PIP_CERT:-$bundle}"
}

find_certificates() {
    for path in /etc/ssl/certs/ca-certificates.crt "$SYSROOT/etc/ssl/certs/ca-certificates.crt"; do
        [ ! -r "$path" ] || { echo "$path"; return 0; }
    done
}

# Debian's pip reads the system's certificates before it looks at any option; where there are none it is told of ours.
unpack_pip() {
    rm -rf "$LOCAL/pip"
    "$VENV/bin/python" -m zipfile -e "$(find_pip_wheel)" "$LOCAL/pip"
    [ -r /etc/ssl/certs/ca-certificates.crt ] ||
        sed -i 's#^DEBIAN_CA_CERTS_PATH = .*#import os; DEBIAN_CA_CERTS_PATH = os.environ["PIP_CERT"]#' \
            "$LOCAL/pip/pip/_vendor/certifi/core.py"
}

pip_from_wheel() {
    unpack_pip
    "$VENV/bin/python" "$LOCAL/pip/pip" install --disable-pip-version-check --no-input --require-hashes "$@"
}

# rank KIND: each set of packages contains the one before it.
rank() { case $1 in runtime) echo 1 ;; test) echo 2 ;; bench) echo 3 ;; *) echo 0 ;; esac; }

install_python_packages() {
    trust_system_certificates
    [ -n "${HOME:-}" ] || export HOME="$LOCAL" UV_CACHE_DIR="$LOCAL/cache/uv" PIP_CACHE_DIR="$LOCAL/cache/pip"
    rm -rf "$VENV"
    "$(find_python)" -m venv --without-pip "$VENV"
    uv=$(find_uv)
    if [ -z "$uv" ]; then
        pip_from_wheel --quiet --target "$LOCAL/uv" -r "$IMIS_ROOT/requirements/uv.txt" || true
        uv=$(find_uv)
    fi
    if [ -n "$uv" ]; then
        "$uv" pip sync --python "$VENV/bin/python" --require-hashes "$IMIS_ROOT/requirements/$1.txt"
    else
        pip_from_wheel -r "$IMIS_ROOT/requirements/$1.txt"
    fi
}

# The environment is made again when a lock, the interpreter or the checkout's place changed, or when more is needed.
ready_python() {
    locks=$(cat "$IMIS_ROOT"/requirements/*.txt | checksum)
    wanted="$locks $IMIS_ROOT"
    have=$(cat "$LOCAL/stamps/python" 2>/dev/null || true)
    if [ "${have#* }" = "$wanted" ] && [ "$(rank "${have%% *}")" -ge "$(rank "$1")" ] &&
        "$VENV/bin/python" -c '' 2>/dev/null; then
        return 0
    fi
    kind=$1
    [ "$(rank "${have%% *}")" -le "$(rank "$kind")" ] || kind=${have%% *}
    rm -f "$LOCAL/stamps/python"
    step python "Python packages for $kind" install_python_packages "$kind"
    stamp python "$kind $wanted"
}
