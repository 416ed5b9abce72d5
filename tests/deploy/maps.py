"""A real GeoServer on its host: hardened, published to from the web host, and alone behind `/ows/`."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from typing import Any

from tests.deploy import books
from tests.deploy.hosts import Host
from tests.deploy.network import GEOSERVER, PUBLIC_NAME, WEB, inside
from tests.deploy.services import EXPOSURE, expect

_REST = """
import json, sys, urllib.error, urllib.request
method, url, kind, account = json.loads(sys.argv[1])
body = sys.stdin.buffer.read() or None
request = urllib.request.Request(url, body, {"Content-Type": kind, "Authorization": account}, method=method)
try:
    answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)
except urllib.error.HTTPError as refusal:
    answer = refusal
sys.stdout.write(str(answer.status) + "\\n" + answer.read().decode("utf-8", "replace"))
"""
_ASK = """
import base64, http.client, json, socket, ssl, sys
name, address, authority, path, account = sys.argv[1:]
trust = ssl.create_default_context(cafile=authority)
line = http.client.HTTPSConnection(name, timeout=60)
line.sock = trust.wrap_socket(socket.create_connection((address, 443), 20), server_hostname=name)
line.request("GET", path, headers={"Host": name, **({"Authorization": account} if account else {})})
answer = line.getresponse()
print(json.dumps([answer.status, answer.getheader("content-type"), base64.b64encode(answer.read()).decode()]))
"""
MAP = (
    "service=WMS&version=1.3.0&request=GetMap&layers=wards&styles=&crs=EPSG:3857&format=image/png"
    "&bbox=9960000,2600000,9990000,2640000&width=300&height=300"
)
FEATURES = "service=WFS&version=2.0.0&request=GetFeature&typenames={}&outputformat=application/json&count=500"
_TOKEN = """
from imis.models import User
from layers.tokens import make_token
print("token", make_token(User.objects.get(username="auditor")))
"""
_STORES = """SELECT DISTINCT concat_ws(' ', a.usename, s.ssl::text, coalesce(s.client_dn, 'none'), host(a.client_addr))
    FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.usename LIKE 'geoserver%' ORDER BY 1"""


def ask(folder: str, path: str, account: str = "") -> tuple[int, str, bytes]:
    """What the public gets for an address of the site: status, kind, body."""
    words = [*inside("public"), sys.executable, "-c", _ASK, PUBLIC_NAME, WEB, f"{folder}/authority.pem", path, account]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    expect(done.returncode == 0, done.stderr)
    status, kind, body = json.loads(done.stdout)
    return int(status), str(kind), base64.b64decode(body)


def rest(web: Host, method: str, path: str, body: str = "", kind: str = "application/json") -> str:
    """A request of GeoServer's administrator, from the web server's user on the web host. Raises AssertionError."""
    secret = web.run("cat", "/var/lib/imis/geoserver/admin").strip()
    account = "Basic " + base64.b64encode(f"admin:{secret}".encode()).decode()
    words = json.dumps([method, f"http://{GEOSERVER}:8080/geoserver{path}", kind, account])
    status, _line, said = web.run("python3", "-c", _REST, words, user="imis", stdin=body).partition("\n")
    expect(status.startswith("2"), f"{method} {path}: {status} {said[:300]}")
    return said


def check_unit(web: Host, geoserver: Host, version: str) -> str:
    """The service runs as its own user behind its walls, and is the version that was brought."""
    most = f"--threshold={round(EXPOSURE * 10)}"
    out = geoserver.run("systemd-analyze", "security", "--no-pager", most, "geoserver.service")
    exposure = out.strip().splitlines()[-1].split(":")[1].split()[0]
    number = geoserver.run("systemctl", "show", "--property=MainPID", "--value", "geoserver").strip()
    status = geoserver.run("cat", f"/proc/{number}/status")
    kept = dict(re.findall(r"^(\w+):\s+(\S+)", status, flags=re.MULTILINE))
    user = geoserver.run("id", "-u", "geoserver").strip()
    walls = (kept["Uid"], kept["NoNewPrivs"], kept["Seccomp"], int(kept["CapBnd"], 16))
    expect(walls == (user, "1", "2", 0), f"user, no new privileges, seccomp, capabilities: {walls}")
    expect(geoserver.run("systemctl", "is-enabled", "geoserver").strip() == "enabled", "it does not start by itself")
    about = json.loads(rest(web, "GET", "/rest/about/version.json"))["about"]["resource"]
    runs = next(str(each["Version"]) for each in about if each["@name"] == "GeoServer")
    expect(runs == version, f"{runs} runs, {version} was brought")
    written = geoserver.run(
        "find", "/var/lib/geoserver", "/tmp", "/var/tmp", "-user", "geoserver", "-perm", "/o+w", "-type", "f"
    )
    expect(not written.strip(), f"anybody may read or write {written}")
    since = geoserver.run("systemctl", "show", "--property=NRestarts", "--value", "geoserver").strip()
    expect(since == "0", f"it fell and was started again {since} times")
    memory = int(kept["VmRSS"]) // 1024
    return f"GeoServer {runs} as its own user, exposure {exposure}, {memory} MB, no capability, never fell"


def differs(web: Host) -> str:
    """What a check says that must end with 1."""
    return web.fails("imis-publish", "--check")


def check_published(web: Host, geoserver: Host) -> str:
    """From the web host: what new wards change is planned, applied once, and nothing is left to do."""
    planned = web.run("imis-publish", "--plan")
    found = int(re.findall(r"(\d+) differences", planned)[-1])
    expect(found > 0, f"the wards are new, and nothing differs: {planned}")
    expect(web.run("imis-publish", "--plan") == planned, "a plan changed something")
    differs(web)
    begun = time.monotonic()
    first = web.run("imis-publish", "--apply")
    seconds = time.monotonic() - begun
    again = web.run("imis-publish", "--apply")
    things = re.findall(r"(\d+) things as wanted, (\d+) changes made", first + again)
    expect(len(things) == 2 and things[0][1] != "0" and things[1][1] == "0", f"{first}\n{again}")
    web.run("imis-publish", "--check")
    return f"{things[0][0]} things; {found} differ with the wards, applied in {seconds:.1f} s; again: 0 changes"


def check_damage(web: Host, geoserver: Host) -> str:
    """What somebody breaks or opens through REST is named by --check, and put right by --apply."""
    wards = "/rest/workspaces/gis_public/datastores/postgis/featuretypes/wards"
    rest(web, "PUT", "/rest/security/acl/layers", json.dumps({"gis_tax.*.r": "*"}))
    style = rest(web, "GET", "/rest/workspaces/gis_public/styles/wards.sld")
    raw = "application/vnd.ogc.sld+xml"
    rest(web, "PUT", "/rest/workspaces/gis_public/styles/wards?raw=true", style.replace("#", "#1", 1), raw)
    rest(web, "PUT", wards, json.dumps({"featureType": {"enabled": False}}))
    told = differs(web)
    names = ("gis_tax.*.r", "style gis_public:wards", "feature type gis_public:wards")
    missing = [name for name in names if name not in told]
    expect(not missing, f"{missing} is damaged, and --check says only:\n{told}")
    mended = web.run("imis-publish", "--apply")
    expect(all(name in mended for name in names), f"put right was only:\n{mended}")
    web.run("imis-publish", "--check")
    expect(rest(web, "GET", "/rest/workspaces/gis_public/styles/wards.sld") == style, "the style is another one")
    expect(", 0 changes made" in web.run("imis-publish", "--apply"), "a second time changed something")
    return f"an opened rule, a changed style, a shut layer: {len(told.splitlines()) - 1} lines, put right"


def look(web: Host, folder: str) -> tuple[int, int]:
    """A map and the features of the wards as the public; returns the bytes of one and the number of the other."""
    status, kind, drawn = ask(folder, f"/ows/public/?{MAP}")
    expect((status, kind) == (200, "image/png") and len(drawn) > 2000, f"map: {status} {kind} {len(drawn)}")
    status, kind, said = ask(folder, f"/ows/public/?{FEATURES.format('wards')}")
    expect(status == 200 and "json" in kind, f"features: {status} {kind} {said[:300]!r}")
    features: list[dict[str, Any]] = json.loads(said)["features"]
    there = books.ask(web, "SELECT count(*) FROM gis_public.wards")
    expect(str(len(features)) == there, f"{len(features)} wards came, the view has {there}")
    return len(drawn), len(features)


def check_door(web: Host, geoserver: Host, folder: str) -> str:
    """Map and features through nginx and Django: without MapServer they stay, without GeoServer they end."""
    web.run("systemctl", "stop", "imis-ows")
    drawn, features = look(web, folder)
    expect(ask(folder, f"/ows/tax/?{FEATURES.format('wards')}")[0] == 401, "a stranger gets the layers of tax")
    token = web.run("imis-manage", "shell", "-c", _TOKEN).split("token ")[-1].strip()
    account = "Basic " + base64.b64encode(f"auditor:{token}".encode()).decode()
    status, kind, said = ask(folder, f"/ows/tax/?{FEATURES.format('buildings')}", account)
    expect(status == 200 and len(json.loads(said)["features"]) > 0, f"tax: {status} {kind} {said[:300]!r}")
    stores = books.ask(web, _STORES).splitlines()
    wanted = [f"geoserver_{name} true /CN=imis-geoserver {GEOSERVER}" for name in ("public", "tax")]
    expect(
        set(wanted) <= set(stores) and all("true /CN=imis-geoserver" in each for each in stores), f"stores: {stores}"
    )
    web.run("systemctl", "start", "imis-ows")
    geoserver.run("systemctl", "stop", "geoserver")
    without = ask(folder, f"/ows/public/?{MAP}")[0]
    begun = time.monotonic()
    geoserver.run("systemctl", "start", "geoserver")
    expect(without == 502, f"GeoServer is stopped, and a map came with {without}")
    while ask(folder, f"/ows/public/?{MAP}")[0] != 200:
        expect(time.monotonic() - begun < 180, "no map 180 s after its start")
        time.sleep(1)
    away = time.monotonic() - begun
    web.run("imis-publish", "--check")
    return (
        f"a map of {drawn} bytes and {features} wards with MapServer stopped, 502 with GeoServer stopped, "
        f"a map {away:.0f} s after its start\n" + "\n".join(stores)
    )


def check_authority(web: Host, geoserver: Host, folder: str) -> str:
    """A database whose certificate another authority signed gets neither password nor question."""
    trusted = "/var/lib/geoserver/.postgresql/root.crt"
    curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null"
    other = f"openssl req -x509 {curve} -subj '/CN=IMIS authority'"
    geoserver.run(
        "sh", "-c", f"cp -p {trusted} /root/root.crt && {other} >/root/other.crt && cat /root/other.crt >{trusted}"
    )
    rest(web, "POST", "/rest/reset")
    status = ask(folder, f"/ows/public/?{MAP}")[0]
    stores = books.ask(web, _STORES)
    geoserver.run("cp", "-p", "/root/root.crt", trusted)
    rest(web, "POST", "/rest/reset")
    expect(status != 200 and not stores, f"with another authority trusted a map came with {status}, through {stores!r}")
    look(web, folder)
    return f"with another authority to believe, the store does not connect ({status}); with ours again it does"
