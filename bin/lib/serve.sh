# shellcheck shell=sh
# The web server and the worker: started together, stopped together.

# The first free port from PORT on.
free_port() {
    "$VENV/bin/python" - "$1" <<'PYTHON'
import socket
import sys

for port in range(int(sys.argv[1]), 65536):
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PYTHON
}

# launch NAME COMMAND...: a background process as imis_app, its output in .local/log/NAME.log, its number in .local/run.
launch() {
    name=$1
    shift
    IMIS_DB_USER=imis_app "$@" >"$LOCAL/log/$name.log" 2>&1 </dev/null &
    echo $! >"$LOCAL/run/$name.pid"
}

# served_pid NAME: the process number if that process still is ours.
served_pid() {
    pid=$(cat "$LOCAL/run/$1.pid" 2>/dev/null) || return 0
    { tr '\0' ' ' <"/proc/${pid:-none}/cmdline"; } 2>/dev/null | grep -qF "$VENV/bin/python" || return 0
    echo "$pid"
}

stop_one() {
    pid=$(served_pid "$1")
    rm -f "$LOCAL/run/$1.pid"
    [ -n "$pid" ] || return 0
    kill -TERM "$pid" 2>/dev/null || return 0
    waited=0
    while kill -0 "$pid" 2>/dev/null && [ $waited -lt 150 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    ! kill -0 "$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
}

stop_served() {
    stop_one web
    stop_one worker
    stop_one ows
}

# Waits until the home page answers; a server that ends before is a failure with its log.
await_answer() {
    "$VENV/bin/python" - "$1" "$2" <<'PYTHON'
import os
import sys
import time
import urllib.error
import urllib.request

url, pid = sys.argv[1], int(sys.argv[2])
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for _ in range(600):
    try:
        opener.open(url, timeout=60)
        sys.exit(0)
    except urllib.error.HTTPError as answer:
        sys.exit(0 if answer.code < 500 else f"{url} answers {answer.code}")
    except OSError:
        os.kill(pid, 0)
        time.sleep(0.1)
sys.exit(f"{url} does not answer")
PYTHON
}

start_served() {
    cd "$IMIS_ROOT" || return 1
    # QR codes begin with it: the demo's are opened on this machine.
    export IMIS_PUBLIC_URL="${IMIS_PUBLIC_URL:-http://127.0.0.1:$1}"
    launch web "$VENV/bin/python" -m gunicorn --config "$IMIS_ROOT/deploy/gunicorn.conf.py" --bind "127.0.0.1:$1" imis.wsgi:application
    launch worker "$VENV/bin/python" "$IMIS_ROOT/manage.py" worker
    # Map services for QGIS (/ows/), where MapServer is there to draw them.
    [ -z "$(find_mapserver)" ] || launch ows "$VENV/bin/python" "$IMIS_ROOT/manage.py" serve_ows
}

both_run() { [ -n "$(served_pid web)" ] && [ -n "$(served_pid worker)" ]; }

serve_until_interrupted() {
    stop_served
    port=$(free_port "$1")
    [ "$port" = "$1" ] || say "port $1 is taken, using $port"
    trap 'stop_served; exit 130' INT
    trap 'stop_served; exit 143' TERM HUP
    start_served "$port"
    step wait "starting the web server" await_answer "http://127.0.0.1:$port/" "$(cat "$LOCAL/run/web.pid")"
    say "IMIS: http://127.0.0.1:$port/   accounts: $DEMO_ACCOUNTS   Ctrl-C ends it; the database keeps running until bin/imis stop"
    while both_run; do sleep 1; done
    stop_served
    say "the web server or the worker ended by itself; see $LOCAL/log/web.log and $LOCAL/log/worker.log"
    exit 1
}
