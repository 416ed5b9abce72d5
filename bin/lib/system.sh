# shellcheck shell=sh
# Debian and Ubuntu packages: by apt as root or with sudo, else unpacked under .local/sysroot without any right.

SYSROOT=$LOCAL/sysroot
MACHINE=$(uname -m)-linux-gnu

# Adds what .local/sysroot holds to the search paths; does nothing on a machine where apt installed everything.
use_sysroot() {
    [ -d "$SYSROOT/usr" ] || return 0
    PATH=$PATH:$SYSROOT/usr/local/bin:$SYSROOT/usr/bin:$SYSROOT/usr/sbin:$SYSROOT/bin:$SYSROOT/usr/lib/cgi-bin
    libraries=
    for folder in "$SYSROOT/usr/lib/$MACHINE" "$SYSROOT/lib/$MACHINE" "$SYSROOT/usr/lib/$MACHINE"/*/ "$SYSROOT/usr/lib"; do
        [ -d "$folder" ] || continue
        libraries=$libraries${libraries:+:}${folder%/}
    done
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$libraries
    IMIS_SYSROOT=$SYSROOT
    export PATH LD_LIBRARY_PATH IMIS_SYSROOT
    [ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$SYSROOT/fonts.conf"
}

# The unpacked browser looks for fonts where the unpacked fonts are.
write_font_list() {
    cat >"$SYSROOT/fonts.conf" <<TEXT
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>$SYSROOT/usr/share/fonts</dir><cachedir>$LOCAL/cache/fonts</cachedir></fontconfig>
TEXT
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# True when apt may be used: as root, or with a sudo that asks for nothing or can ask on this terminal.
may_install() {
    [ -z "${IMIS_WITHOUT_ROOT:-}" ] || return 1
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null 2>&1 || return 1
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && [ -t 2 ] && sudo -v
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# private_apt ARGUMENTS: apt-get with lists and cache of its own, reading the system's sources and package status.
private_apt() {
    mkdir -p "$LOCAL/apt/state/lists/partial" "$LOCAL/apt/cache/archives/partial"
    apt-get -o Dir::State="$LOCAL/apt/state" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$LOCAL/apt/cache" \
        -o Dir::Log="$LOCAL/apt" -o APT::Sandbox::User= -o Debug::NoLocking=1 -o Acquire::Retries=3 \
        -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success= "$@"
}

# The newest PostgreSQL server in the package lists that also has PostGIS, as a version number.
# Lists are private when apt is (APT_CACHE_OPTIONS is then set).
newest_server_offered() {
    if [ -d "$LOCAL/apt/state/lists" ]; then
        set -- -o Dir::State="$LOCAL/apt/state" -o Dir::Cache="$LOCAL/apt/cache"
    fi
    apt-cache "$@" search --names-only '^postgresql-[0-9]+-postgis-3$' |
        sed -n 's/^postgresql-\([0-9]*\)-postgis-3 .*/\1/p' | sort -n | tail -n 1
}

# Replaces the word POSTGRES by the packages of the newest server with PostGIS.
named_packages() {
    for package in "$@"; do
        if [ "$package" = POSTGRES ]; then
            version=$(newest_server_offered)
            [ -n "$version" ] || { echo "no PostgreSQL with PostGIS in the package lists of this system" >&2; return 1; }
            echo "postgresql-$version postgresql-$version-postgis-3 postgresql-$version-postgis-3-scripts"
        else
            echo "$package"
        fi
    done
}

# Debian would create and start a system cluster on port 5432 with the first server package; this forbids it
# for the time of one installation and puts the file back as it was.
without_system_cluster() {
    conf=/etc/postgresql-common/createcluster.conf
    kept=$LOCAL/run/createcluster.conf
    rm -f "$kept"
    [ ! -e $conf ] || cp $conf "$kept"
    as_root mkdir -p /etc/postgresql-common
    { cat "$kept" 2>/dev/null || true; echo "create_main_cluster = false"; } | as_root tee $conf >/dev/null
    installed=0
    "$@" || installed=$?
    for original in "$kept" $conf.ucf-dist $conf.dpkg-dist; do
        [ ! -e "$original" ] || { as_root cp "$original" $conf; break; }
    done
    as_root rm -f $conf.ucf-dist $conf.dpkg-dist
    return "$installed"
}

install_with_apt() {
    apt update
    packages=$(named_packages "$@")
    # shellcheck disable=SC2086  # package names are words without spaces
    without_system_cluster apt install -y --no-install-recommends $packages
}

unpack_without_root() {
    private_apt update
    packages=$(named_packages "$@")
    # shellcheck disable=SC2086  # package names are words without spaces
    private_apt install -y --no-install-recommends --download-only $packages
    unpack_downloaded
    link_extension_controls
    write_font_list
    bundle_certificates
}

unpack_downloaded() {
    mkdir -p "$SYSROOT"
    for archive in "$LOCAL/apt/cache/archives"/*.deb; do
        dpkg-deb -x "$archive" "$SYSROOT"
        rm -f "$archive"
    done
}

# Debian's package starts a web server for the whole machine, so even root only unpacks it.
unpack_nginx() {
    private_apt update
    private_apt install -y --no-install-recommends --download-only nginx
    unpack_downloaded
}

# What the installation script of ca-certificates would do.
bundle_certificates() {
    [ -d "$SYSROOT/usr/share/ca-certificates" ] || return 0
    mkdir -p "$SYSROOT/etc/ssl/certs"
    cat "$SYSROOT"/usr/share/ca-certificates/mozilla/*.crt >"$SYSROOT/etc/ssl/certs/ca-certificates.crt"
}

# What the PostGIS packages' installation scripts would do by update-alternatives.
link_extension_controls() {
    for control in "$SYSROOT"/usr/share/postgresql/*/extension/postgis-3.control; do
        [ ! -e "$control" ] || ln -sf postgis-3.control "${control%-3.control}.control"
    done
}

# install_packages TITLE NAMES...: makes the packages usable by whichever way this user may.
install_packages() {
    title=$1
    shift
    if may_install; then
        step system "$title (apt)" install_with_apt "$@"
    else
        step system "$title (unpacked under .local/sysroot, no root here)" unpack_without_root "$@"
        use_sysroot
    fi
}

# Names what KIND (runtime, test, bench) still lacks on this machine.
missing_packages() {
    [ -n "$(newest_server)" ] || echo POSTGRES
    [ -n "$(find_python)" ] || echo python3
    can_install_wheels || echo python3-venv
    [ -n "$(find_certificates)" ] || echo ca-certificates
    command -v msgfmt >/dev/null 2>&1 || echo gettext
    [ -n "$(find_mapserver)" ] || echo cgi-mapserver
    [ "$1" != runtime ] || return 0
    command -v pdftotext >/dev/null 2>&1 || echo poppler-utils
    [ -n "$(find_chromium)" ] || grep -q '^ID=ubuntu' /etc/os-release || echo chromium
    command -v shellcheck >/dev/null 2>&1 || echo shellcheck
    has_library libatomic.so.1 || echo libatomic1 # Playwright's own Node needs it
    has_qgis || echo python3-qgis qgis-providers
    [ "$1" != test ] || return 0
    command -v ogr2ogr >/dev/null 2>&1 || echo gdal-bin
}

# MapServer lies where web servers look for programs, not in PATH.
find_mapserver() {
    PATH=$PATH:/usr/lib/cgi-bin:$SYSROOT/usr/lib/cgi-bin command -v mapserv || true
}

has_qgis() {
    for folder in "" "$SYSROOT"; do
        [ ! -d "$folder/usr/lib/python3/dist-packages/qgis" ] || return 0
    done
    return 1
}

has_library() { [ -e "/usr/lib/$MACHINE/$1" ] || [ -e "$SYSROOT/usr/lib/$MACHINE/$1" ]; }

# Ubuntu has Chromium only as a snap, which a test cannot drive everywhere: there the tests use what is installed.
find_chromium() {
    for path in "${IMIS_CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome /snap/bin/chromium "$SYSROOT/usr/lib/chromium/chromium"; do
        [ ! -x "$path" ] || { echo "$path"; return 0; }
    done
}

ready_system() {
    use_sysroot
    missing=$(missing_packages "$1")
    # shellcheck disable=SC2086  # package names are words without spaces
    [ -z "$missing" ] || install_packages "system packages for $1:$(printf ' %s' $missing)" $missing
    [ "$1" = runtime ] || has_nginx || {
        step nginx "nginx for tests (unpacked under .local/sysroot)" unpack_nginx
        use_sysroot
    }
}

has_nginx() { PATH=$PATH:/usr/sbin:$SYSROOT/usr/sbin command -v nginx >/dev/null 2>&1; }
