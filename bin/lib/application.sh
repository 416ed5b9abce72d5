# shellcheck shell=sh
# IMIS itself: its settings, its tables, its demo city.

DEMO_ACCOUNTS=$LOCAL/demo-accounts.json

make_secret_key() {
    [ -s "$LOCAL/secret-key" ] || (umask 077 && head -c 48 /dev/urandom | base64 | tr -d '\n' >"$LOCAL/secret-key")
    cat "$LOCAL/secret-key"
}

# Tests call the browser `chromium`, wherever it lies.
name_chromium() {
    case $IMIS_CHROMIUM in '' | /usr/bin/chromium) return 0 ;; esac
    mkdir -p "$LOCAL/bin"
    ln -sf "$IMIS_CHROMIUM" "$LOCAL/bin/chromium"
    PATH=$LOCAL/bin:$PATH
}

# Settings of a private checkout; a production host sets its own (docs/guide/settings.md).
set_environment() {
    IMIS_SECRET_KEY=$(make_secret_key)
    IMIS_CHROMIUM=$(find_chromium)
    export IMIS_SECRET_KEY IMIS_CHROMIUM
    name_chromium
    export DJANGO_SETTINGS_MODULE=imis.settings IMIS_DEMO="${IMIS_DEMO:-1}" IMIS_LOCAL_DIR="$LOCAL"
    export IMIS_DB_HOST="$SOCKET_DIR" IMIS_DB_PORT="" IMIS_DB_NAME=imis IMIS_DB_USER="${IMIS_DB_USER:-imis_owner}"
    export VIRTUAL_ENV="$VENV" PATH="$VENV/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
}

print_environment() {
    for name in PATH LD_LIBRARY_PATH FONTCONFIG_FILE IMIS_SYSROOT VIRTUAL_ENV DJANGO_SETTINGS_MODULE IMIS_DEMO IMIS_LOCAL_DIR IMIS_SECRET_KEY \
        IMIS_DB_HOST IMIS_DB_NAME IMIS_DB_USER IMIS_CHROMIUM; do
        eval "value=\${$name:-}"
        # shellcheck disable=SC2154  # set by the eval above
        [ -z "$value" ] || echo "export $name=$(quoted "$value")"
    done
}

# ready KIND: everything below the application stands (packages, Python, database) and its settings are exported.
ready() {
    ready_system "$1"
    ready_python "$1"
    ready_cluster
    set_environment
}

manage() { (cd "$IMIS_ROOT" && "$VENV/bin/python" manage.py "$@"); }

# One checksum over all that `release` may put into the database: if none of it changed, nothing runs.
source_checksum() {
    (
        cd "$IMIS_ROOT" || exit 1
        find . \( -name .git -o -name .local -o -name tests -o -name node_modules -o -name docs -o -name __pycache__ \) -prune \
            -o -type f ! -name '*.mo' ! -name '*.pyc' -exec cksum {} + | LC_ALL=C sort | checksum
    )
}

# Compiled translations are not kept in the repository.
compile_messages() {
    now=$(cat "$IMIS_ROOT"/imis/locale/*/LC_MESSAGES/*.po | checksum)
    if stamped messages "$now" && [ -e "$IMIS_ROOT/imis/locale/bn/LC_MESSAGES/django.mo" ]; then return 0; fi
    step messages "translations" manage compilemessages --ignore .local --ignore node_modules
    stamp messages "$now"
}

# Pages are served with the static files in one folder, in tests as in production.
gather_static_files() {
    now=$(cd "$IMIS_ROOT" && find . -path ./.local -prune -o -path '*/static/*' -type f -exec cksum {} + | LC_ALL=C sort | checksum)
    if stamped static "$now" && [ -d "$LOCAL/static" ]; then return 0; fi
    step static "static files" manage collectstatic --no-input --clear
    stamp static "$now"
}

release_application() {
    now="$(source_checksum) $(stat -c %i "$PG_DATA")"
    stamped release "$now" && return 0
    step release "tables and rights" manage release
    stamp release "$now"
}

load_demo() {
    state="$1 $(cat "$LOCAL/stamps/release")"
    if stamped demo "$state" && [ -e "$DEMO_ACCOUNTS" ]; then return 0; fi
    printed=no
    [ ! -e "$DEMO_ACCOUNTS" ] || printed=yes
    step demo "demo city ($1)" manage demo --size "$1"
    stamp demo "$state"
    [ ! -e "$DEMO_ACCOUNTS" ] || chmod 600 "$DEMO_ACCOUNTS"
    [ $printed = yes ] || print_accounts
}

print_accounts() {
    say "demo accounts (also in $DEMO_ACCOUNTS):"
    "$VENV/bin/python" - "$DEMO_ACCOUNTS" <<'PYTHON' >&2
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    for username, password in json.load(file).items():
        print(f"    {username:<20} {password}")
PYTHON
}

confirm_reset() {
    case $1 in
        --yes) return 0 ;;
        '') ;;
        *) refuse "reset knows only --yes" ;;
    esac
    [ -t 0 ] || return 0
    printf 'imis: delete the database, uploads and demo accounts of %s? [y/N] ' "$IMIS_ROOT" >&2
    read -r answer
    case $answer in y | Y | yes) ;; *) refuse "nothing was deleted" ;; esac
}

remove_data() {
    if [ -z "${PG_HOME:-}" ]; then locate_cluster; fi
    rm -rf "${PG_HOME:?}" "${LOCAL:?}/media" "$LOCAL/static" "$LOCAL/stamps/release" "$LOCAL/stamps/demo" "$DEMO_ACCOUNTS"
}
