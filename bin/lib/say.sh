# shellcheck shell=sh
# Progress with seconds, failures that name their log, and the folder .local that holds everything made here.

say() { printf '%s\n' "imis: $*" >&2; }

refuse() {
    say "$*"
    exit 2
}

need_number() {
    case $2 in '' | *[!0-9]*) refuse "$1 needs a whole number, not '$2'" ;; esac
}

# .local must be ours: a checkout first used by root cannot be continued by another user.
own_local_folder() {
    umask 022
    mkdir -p "$LOCAL" 2>/dev/null || refuse "cannot write to $IMIS_ROOT; clone the project where you may write"
    owner=$(stat -c %u "$LOCAL")
    me=$(id -u)
    if [ "$me" != 0 ] && [ "$me" != "$owner" ]; then
        refuse "$LOCAL belongs to $(stat -c %U "$LOCAL"); run as that user or use a clone of your own"
    fi
    mkdir -p "$LOCAL/log" "$LOCAL/run" "$LOCAL/stamps"
}

# step LOG TITLE COMMAND...: runs a command with its output in .local/log/LOG.log and prints the seconds it took.
# The subshell stands outside any condition, because a condition would switch `set -e` off inside the command.
step() {
    log=$LOCAL/log/$1.log title=$2
    shift 2
    begun=$(date +%s)
    printf 'imis: %s ... ' "$title" >&2
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    printf '%s s\n' $(($(date +%s) - begun)) >&2
    [ "$status" = 0 ] || fail_with_log "$title" "$log"
}

fail_with_log() {
    tail -n 15 "$2" | sed 's/^/    /' >&2
    say "$1 failed; the whole log is $2"
    exit 1
}

stamped() { [ "$(cat "$LOCAL/stamps/$1" 2>/dev/null)" = "$2" ]; }

stamp() { printf '%s\n' "$2" >"$LOCAL/stamps/$1"; }

checksum() { sha256sum | cut -c 1-16; }

# quoted TEXT: the text as one word for a POSIX shell.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }
