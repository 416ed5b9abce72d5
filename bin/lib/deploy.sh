# shellcheck shell=sh
# The test of the two servers: whole Debian hosts beside each other on this machine, set up by the play over SSH.

DEPLOY_VENV=$LOCAL/deploy/venv

# Programs that the hosts and their network need on this machine.
missing_for_hosts() {
    command -v systemd-nspawn >/dev/null 2>&1 || echo systemd-container
    command -v mmdebstrap >/dev/null 2>&1 || echo mmdebstrap
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
    command -v ip >/dev/null 2>&1 || echo iproute2
    command -v nft >/dev/null 2>&1 || echo nftables
    command -v ssh >/dev/null 2>&1 || echo openssh-client
    command -v git >/dev/null 2>&1 || echo git
    [ -n "$(find_python)" ] || echo python3
    can_install_wheels || echo python3-venv
    [ -n "$(find_certificates)" ] || echo ca-certificates
}

# Says why whole hosts surely cannot run here, before anything is installed for them; says nothing when they might.
why_no_hosts() {
    [ "$(id -u)" = 0 ] || { echo "only root may boot hosts"; return 0; }
    grep -q '^ID=debian\|^ID=ubuntu' /etc/os-release || { echo "mmdebstrap and nspawn come from Debian or Ubuntu"; return 0; }
    trial=imis-trial-$$
    unshare --mount --uts --ipc --pid --fork true 2>/dev/null || { echo "the kernel gives no namespaces here"; return 0; }
    unshare --mount sh -c 'mount -t tmpfs none /mnt' 2>/dev/null || { echo "nothing may be mounted here"; return 0; }
    if command -v ip >/dev/null 2>&1; then
        ip netns add "$trial" 2>/dev/null || { echo "no network namespaces here"; return 0; }
        ip netns del "$trial"
    fi
    [ -d /sys/fs/cgroup/systemd ] || [ -e /sys/fs/cgroup/cgroup.controllers ] ||
        { echo "no control groups are mounted here"; return 0; }
    git_here rev-parse --verify HEAD >/dev/null 2>&1 || ! command -v git >/dev/null 2>&1 || echo "no commit is here to release"
}

git_here() { git -c safe.directory="$IMIS_ROOT" -C "$IMIS_ROOT" "$@"; }

# Boots a trial host, in seconds; says why it did not come up, or nothing.
why_no_trial() {
    cd "$IMIS_ROOT" && PYTHONDONTWRITEBYTECODE=1 "$(find_python)" -m tests.deploy.trial 2>&1
}

install_deploy_packages() {
    trust_system_certificates
    [ -n "${HOME:-}" ] || export HOME="$LOCAL" UV_CACHE_DIR="$LOCAL/cache/uv" PIP_CACHE_DIR="$LOCAL/cache/pip"
    rm -rf "$DEPLOY_VENV"
    mkdir -p "$LOCAL/deploy"
    "$(find_python)" -m venv --without-pip "$DEPLOY_VENV"
    uv=$(find_uv)
    if [ -n "$uv" ]; then
        "$uv" pip sync --python "$DEPLOY_VENV/bin/python" --require-hashes "$IMIS_ROOT/requirements/deploy.txt"
    else
        VENV=$DEPLOY_VENV pip_from_wheel -r "$IMIS_ROOT/requirements/deploy.txt"
    fi
}

# ansible-core in an environment of its own: nothing of it belongs on a server or beside the application.
ready_deploy() {
    wanted="$(checksum <"$IMIS_ROOT/requirements/deploy.txt") $IMIS_ROOT"
    if stamped deploy "$wanted" && "$DEPLOY_VENV/bin/python" -c 'import ansible' 2>/dev/null; then return 0; fi
    rm -f "$LOCAL/stamps/deploy"
    step deploy "Python packages for the play" install_deploy_packages
    stamp deploy "$wanted"
}

run_two_hosts() {
    cd "$IMIS_ROOT" || return 1
    export PATH="$DEPLOY_VENV/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
    exec "$DEPLOY_VENV/bin/python" -m tests.deploy.two_hosts --called-from "$CALLED_FROM" "$@"
}
