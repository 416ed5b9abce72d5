# shellcheck shell=sh
# A private PostgreSQL cluster for this checkout: reached by socket only, never a port, never a system cluster.

# Versions of installed servers that have PostGIS, newest last, as "version folder-of-programs".
installed_servers() {
    for prefix in /usr "$SYSROOT/usr"; do
        for control in "$prefix"/share/postgresql/*/extension/postgis.control; do
            [ -e "$control" ] || continue
            version=${control%/extension/*}
            version=${version##*/}
            [ ! -x "$prefix/lib/postgresql/$version/bin/initdb" ] ||
                printf '%s %s\n' "$version" "$prefix/lib/postgresql/$version/bin"
        done
    done | sort -n
}

newest_server() { installed_servers | tail -n 1; }

# root may not run a server; an existing data folder is run by its owner, a new one by postgres.
choose_server_user() {
    SERVER_USER=$(id -un)
    [ "$(id -u)" = 0 ] || return 0
    SERVER_USER=postgres
    [ ! -e "$LOCAL/pg/data/PG_VERSION" ] || SERVER_USER=$(stat -c %U "$LOCAL/pg/data")
}

as_server() {
    if [ "$(id -un)" = "$SERVER_USER" ]; then
        (cd / && "$@")
    else
        (cd / && setpriv --reuid="$SERVER_USER" --regid="$(id -gn "$SERVER_USER")" --init-groups "$@")
    fi
}

# Data lie in .local/pg, or under /var/lib/postgresql when the server's user cannot enter the checkout (a clone in /root).
choose_data_folder() {
    PG_HOME=$LOCAL/pg
    if ! as_server test -x "$LOCAL"; then
        PG_HOME=/var/lib/postgresql/imis-$(printf '%s' "$IMIS_ROOT" | checksum)
    fi
    PG_DATA=$PG_HOME/data
}

# A socket's path may have 107 bytes, so its folder is short and named by a checksum, whatever the checkout is called.
choose_socket_folder() {
    SOCKET_DIR=/tmp/imis-$(printf '%s %s' "$IMIS_ROOT" "$(id -u "$SERVER_USER")" | checksum)
}

make_socket_folder() {
    as_server mkdir -m 700 "$SOCKET_DIR" 2>/dev/null || true
    [ "$(stat -c %U "$SOCKET_DIR")" = "$SERVER_USER" ] || { echo "$SOCKET_DIR belongs to somebody else" >&2; return 1; }
}

# The programs must be of the version that made the data; PG_BIN stays empty when those are not installed.
choose_programs() {
    PG_BIN=$(newest_server) made_by=
    if as_server test -e "$PG_DATA/PG_VERSION"; then
        made_by=$(as_server cat "$PG_DATA/PG_VERSION")
        PG_BIN=$(installed_servers | sed -n "s/^$made_by /$made_by /p" | tail -n 1)
    fi
    PG_BIN=${PG_BIN#* }
}

locate_cluster() {
    choose_server_user
    choose_data_folder
    choose_socket_folder
    choose_programs
    [ ! -d "$SYSROOT/usr/share/proj" ] || SERVER_PROJ=$SYSROOT/usr/share/proj
}

server_settings() {
    cat <<TEXT
listen_addresses = ''
unix_socket_directories = '$SOCKET_DIR'
unix_socket_permissions = 0700
# Two test processes of fifty tills each, and a served demo beside them.
max_connections = 150
shared_buffers = 512MB
effective_cache_size = 2GB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = on
jit = off
random_page_cost = 1.1
log_min_duration_statement = -1
log_line_prefix = '%m [%p] %u '
timezone = 'Asia/Dhaka'
TEXT
}

# Who may be whom: the two accounts that can enter the socket's folder, and nobody by password.
identity_map() {
    for person in root "$SERVER_USER"; do
        for role in imis_admin imis_owner imis_app ows_public ows_staff ows_tax; do
            echo "imis $person $role"
        done
    done | sort -u
}

write_as_server() { as_server tee "$1" >/dev/null; }

configure_cluster() {
    server_settings | write_as_server "$PG_DATA/imis.conf"
    identity_map | write_as_server "$PG_DATA/pg_ident.conf"
    echo "local all imis_admin,imis_owner,imis_app,ows_public,ows_staff,ows_tax peer map=imis" | write_as_server "$PG_DATA/pg_hba.conf"
    grep -q "^include 'imis.conf'" "$PG_DATA/postgresql.conf" ||
        echo "include 'imis.conf'" | as_server tee -a "$PG_DATA/postgresql.conf" >/dev/null
}

start_cluster() {
    make_socket_folder
    configure_cluster
    as_server env ${SERVER_PROJ:+PROJ_LIB="$SERVER_PROJ"} "$PG_BIN/pg_ctl" -D "$PG_DATA" -l "$PG_HOME/server.log" -w -t 120 start ||
        { tail -n 20 "$PG_HOME/server.log"; return 1; }
}

cluster_runs() { [ -e "$PG_DATA/postmaster.pid" ] && as_server "$PG_BIN/pg_ctl" -D "$PG_DATA" status >/dev/null 2>&1; }

as_admin() { as_server "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKET_DIR" -U imis_admin "$@"; }

# Extensions go into template1, so that creating a test database needs no superuser.
# imis_owner owns tables, makes test databases and sets the limits of imis_app; imis_app gets its rights by `manage.py release`.
# Neither is a superuser, so a step that needs one fails here before it fails in production.
create_roles_and_database() {
    for extension in postgis pg_trgm btree_gist; do
        as_admin -d template1 -c "CREATE EXTENSION IF NOT EXISTS $extension"
    done
    as_admin -d postgres -c "CREATE ROLE imis_owner LOGIN CREATEDB CREATEROLE" -c "CREATE ROLE imis_app LOGIN" \
        -c "GRANT imis_app TO imis_owner WITH ADMIN OPTION" -c "CREATE DATABASE imis OWNER imis_owner"
    let_tests_play_the_intruder
}

# Tests alter rows of the books with the triggers switched off, to prove that the proof notices.
# PostgreSQL 14 cannot grant one parameter, so there the owner of this private cluster becomes a superuser.
let_tests_play_the_intruder() {
    if [ "$(as_server cat "$PG_DATA/PG_VERSION")" -ge 15 ]; then
        as_admin -d postgres -c "GRANT SET ON PARAMETER session_replication_role TO imis_owner"
    else
        as_admin -d postgres -c "ALTER ROLE imis_owner SUPERUSER"
    fi
}

# A half-made cluster is thrown away: it becomes this checkout's only when everything in it stands.
create_cluster() {
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$PG_HOME"
        chown "$SERVER_USER" "$PG_HOME"
    fi
    as_server rm -rf "$PG_DATA"
    as_server mkdir -p "$PG_HOME"
    as_server "$PG_BIN/initdb" -D "$PG_DATA" --username=imis_admin --auth=peer --encoding=UTF8 --locale=C.UTF-8 \
        --data-checksums --no-instructions
    start_cluster
    create_roles_and_database
    as_server touch "$PG_HOME/complete"
}

ready_cluster() {
    locate_cluster
    [ -n "$PG_BIN$made_by" ] || refuse "found no PostgreSQL server with PostGIS, though one was installed; see $LOCAL/log/system.log"
    [ -n "$PG_BIN" ] || refuse "this checkout's database was made by PostgreSQL $made_by, no longer installed; install it again or run bin/imis reset"
    if [ ! -e "$PG_HOME/complete" ]; then
        ! cluster_runs || stop_cluster
        step postgres "private database cluster" create_cluster
    elif ! cluster_runs; then
        step postgres "starting the database" start_cluster
    fi
}

stop_cluster() {
    use_sysroot
    locate_cluster
    [ -n "$PG_BIN" ] && cluster_runs || return 0
    step postgres "stopping the database" as_server "$PG_BIN/pg_ctl" -D "$PG_DATA" -m fast -w stop
    rm -rf "$SOCKET_DIR"
}
