"""What stands on the booted hosts: pages behind TLS, the database's doors, the units' walls."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

from tests.deploy.hosts import Host
from tests.deploy.network import PUBLIC_NAME, WEB, inside

# Above this `systemd-analyze security` calls a unit's walls too low (its scale ends at 10.0).
EXPOSURE = 2.0
UNITS = ("imis-web", "imis-worker", "imis-ows", "imis-check-books", "imis-copy")
_PAGES = """
import http.client, json, socket, ssl, sys
name, address, authority = sys.argv[1:4]
trust = ssl.create_default_context(cafile=authority)
class Line(http.client.HTTPSConnection):
    def connect(self):
        self.sock = trust.wrap_socket(socket.create_connection((address, 443), 20), server_hostname=name)
def ask(path, method="GET", **headers):
    line = Line(name, timeout=60)
    line.request(method, path, headers={"Host": name, **headers})
    answer = line.getresponse()
    body = answer.read()
    return [answer.status, {key.lower(): value for key, value in answer.getheaders()}, len(body)]
said = {path: ask(path) for path in json.loads(sys.argv[4])}
said["again"] = ask(json.loads(sys.argv[4])[-1])
said["forged"] = ask("/health", **{"X-Forwarded-For": "10.8.0.9", "X-Forwarded-Proto": "http"})
said["guesses"] = [ask("/sign-in/")[0] for _ in range(14)]
plain = http.client.HTTPConnection(address, timeout=20)
plain.request("GET", "/health", headers={"Host": name})
answer = plain.getresponse()
said["plain"] = [answer.status, answer.getheader("location"), 0]
try:
    foreign = trust.wrap_socket(socket.create_connection((address, 443), 20), server_hostname="other.test")
    said["foreign"] = "answered"
except ssl.SSLError as refusal:
    said["foreign"] = str(refusal.reason)
print(json.dumps(said))
"""


def expect(true: bool, sentence: str) -> None:
    """Raises AssertionError with the sentence; `python -O` cannot take it away."""
    if not true:
        raise AssertionError(sentence)


def pages(authority: str, tile: str) -> dict[str, Any]:
    """What the public gets from the web host."""
    words = [*inside("public"), sys.executable, "-c", _PAGES, PUBLIC_NAME, WEB, authority]
    words.append(json.dumps(["/health", "/sign-in/", _MAP, tile]))
    done = subprocess.run(words, capture_output=True, text=True, timeout=180, check=False)
    expect(done.returncode == 0, done.stderr)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def check_pages(web: Host, folder: str) -> str:
    """Real requests from the public, over TLS that is believed; returns a sentence."""
    authority = f"{folder}/authority.pem"
    with open(authority, "w", encoding="utf-8") as file:
        file.write(web.run("cat", "/etc/imis/tls/authority.pem"))
    tile = web.run("imis-manage", "shell", "-c", _TILE).strip().splitlines()[-1]
    said = pages(authority, tile)
    expect(said["/health"][0] == 200, f"/health {said['/health']}")
    expect(said["/sign-in/"][0] == 200, f"/sign-in/ {said['/sign-in/']}")
    expect(said["/sign-in/"][1].get("strict-transport-security", "").startswith("max-age=31536000"), "no HSTS")
    expect("content-security-policy" in said["/sign-in/"][1], "no content policy")
    expect(said["forged"][0] == 200, "a forged X-Forwarded-Proto was believed")
    expect(said["plain"][:2] == [301, f"https://{PUBLIC_NAME}/health"], f"plain http: {said['plain']}")
    expect("answered" not in said["foreign"], "another name was answered")
    expect(429 in said["guesses"] and said["guesses"][0] == 200, f"sign-in was never slowed: {said['guesses']}")
    first, again = said[tile], said["again"]
    expect(first[0] == 200 and again[1].get("x-tile-cache") == "HIT", f"tile: {first[:2]} then {again[:2]}")
    drawn = said[_MAP]
    expect(drawn[0] == 200 and drawn[1]["content-type"] == "image/png" and drawn[2] > 2000, f"map service: {drawn}")
    refused = said["guesses"].count(429)
    return f"tile {first[1].get('x-tile-cache')} then HIT, a map of {drawn[2]} bytes, {refused} of 14 guesses refused"


_MAP = (
    "/ows/?service=WMS&version=1.3.0&request=GetMap&layers=wards&styles=&crs=EPSG:3857&format=image/png"
    "&bbox=9960000,2600000,9990000,2640000&width=300&height=300"
)
_TILE = """
import math
from layers.catalogue import LAYERS
from layers.queries import city_bounds, ward_places
from layers.versions import data_version, full_version
west, south, east, north = city_bounds(ward_places())
across = 2 ** 11
middle = math.radians((south + north) / 2)
x = int((west + east + 360) / 720 * across)
y = int((1 - math.asinh(math.tan(middle)) / math.pi) / 2 * across)
layer = next(layer for layer in LAYERS if layer.name == "wards")
print(f"/map/tiles/wards/11/{x}/{y}.mvt?v={full_version(data_version(layer))}")
"""


def check_units(web: Host) -> str:
    """The walls of the units as systemd measures them on the running host."""
    said = []
    for unit in UNITS:
        most = f"--threshold={round(EXPOSURE * 10)}"
        out = web.run("systemd-analyze", "security", "--no-pager", most, f"{unit}.service")
        said.append(f"{unit} {out.strip().splitlines()[-1].split(':')[1].split()[0]}")
    failed = web.run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "imis*", "nginx*", "postgresql*")
    expect(not failed.strip(), f"failed units: {failed}")
    return ", ".join(said)


def check_nights(web: Host) -> str:
    """Each nightly unit is run once, now."""
    timers = web.run("systemctl", "list-timers", "--all", "--plain", "--no-legend", "imis-*")
    names = re.findall(r"imis-[a-z-]+\.service", timers)
    expect(len(names) >= 10, f"only these are timed: {names}")
    nightly = [name for name in names if not re.match("imis-(backup|copy|rehearse)", name)]
    for name in nightly:
        web.run("systemctl", "start", name)
    anchors = web.run("cat", "/var/lib/imis/anchors/anchors.txt")
    expect(anchors.strip() != "", "no anchor was written")
    return f"{len(nightly)} nightly units ran, {len(anchors.splitlines())} anchors"


def check_database_doors(web: Host, geoserver: Host) -> str:
    """TLS, certificate, password and rights, each tried with and without."""
    secret = web.run("sh", "-c", "cat /var/lib/imis/geoserver/database-staff 2>/dev/null || true").strip()
    if not secret:
        # No GeoServer was published to, so its logins have no password yet.
        secret = "only-for-this-test-0123456789"
        login = f"ALTER ROLE geoserver_staff LOGIN PASSWORD '{secret}'"
        web.run("psql", "-X", "-q", "-U", "postgres", "-d", "imis", "-c", login)
    home = "/var/lib/geoserver/.postgresql"
    base = f"host={WEB} dbname=imis user=geoserver_staff connect_timeout=5"
    known = f"{base} password={secret} sslmode=verify-full sslrootcert={home}/root.crt"
    good = f"{known} sslcert={home}/postgresql.crt sslkey={home}/postgresql.key"

    def ask(words: str, sql: str) -> tuple[str, ...]:
        return ("psql", "-X", "-q", "-t", "-A", words, "-c", sql)

    seen = geoserver.run(*ask(good, "SELECT count(*) > 0 FROM gis_staff.wards"), user="geoserver")
    expect(seen.strip() == "t", "the view shows no ward")
    refusals = {
        "without a certificate": (f"{known} sslcert=/none sslkey=/none", "SELECT 1"),
        "without TLS": (f"{base} password={secret} sslmode=disable", "SELECT 1"),
        "with a wrong password": (good.replace(secret, "wrong"), "SELECT 1"),
        "as the application": (good.replace("geoserver_staff", "imis_app"), "SELECT 1"),
        "a table": (good, "SELECT * FROM public.holdings_holding LIMIT 1"),
        "the tax views": (good, "SELECT 1 FROM gis_tax.wards"),
        "writing": (good, "CREATE TABLE gis_staff.x (a int)"),
        "a temporary table": (good, "SET default_transaction_read_only = off; CREATE TEMP TABLE x (a int)"),
        "a long statement": (good, "SET statement_timeout = '200ms'; SELECT pg_sleep(2)"),
    }
    for what, (words, sql) in refusals.items():
        said = geoserver.fails(*ask(words, sql), user="geoserver")
        expect("timeout expired" not in said and "could not translate" not in said, f"{what}: {said}")
    limit = geoserver.run(*ask(good, "SHOW statement_timeout"), user="geoserver")
    expect(limit.strip() == "1min", f"statement_timeout is {limit}")
    return f"the view answers; {len(refusals)} other ways are refused"


def check_planner(web: Host, geoserver: Host) -> str:
    """A planner's login works through the VPN and ends when it is removed."""
    password = web.run("imis-planner", "add", "planner_trial", "gis_public").strip()
    words = f"host={WEB} dbname=imis user=planner_trial password={password} sslmode=require connect_timeout=5"
    ask = ("psql", "-X", "-q", "-t", "-A", words, "-c")
    expect(geoserver.run(*ask, "SELECT count(*) >= 0 FROM gis_public.wards", network="vpn").strip() == "t", "no view")
    geoserver.fails(*ask, "SELECT 1 FROM gis_staff.wards", network="vpn")
    geoserver.fails(*ask, "CREATE TEMP TABLE x (a int)", network="vpn")
    web.run("imis-planner", "remove", "planner_trial")
    geoserver.fails(*ask, "SELECT 1", network="vpn")
    return "a planner reads gis_public through the VPN, until removed"
