"""Whether this machine can boot hosts, found out by booting one: a container or a small kernel often only looks as if.

`python -m tests.deploy.trial` prints why not, or nothing. The trial is this machine's own systemd over its own /usr, in
a namespace of the test's network, with a firewall and a unit behind walls like those of the play; it takes seconds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy import network
from tests.deploy.hosts import RUN, Host, into_groups

_SECONDS = 60
_RULES = """
table inet trial {
    set vpn { type ipv4_addr; flags interval; elements = { 10.8.0.0/24 }; }
    chain output {
        type filter hook output priority filter; policy drop;
        ct state established,related accept
        tcp sport 22 ip daddr @vpn accept
        tcp dport 8080 meta skuid "daemon" accept
        icmpv6 type { nd-neighbor-solicit, echo-request } accept
        limit rate 6/minute log prefix "trial: "
    }
}
"""
_UNIT = """
[Unit]
DefaultDependencies=no
SuccessAction=exit
FailureAction=exit
FailureActionExitStatus=9
[Service]
Type=oneshot
ExecStartPre=+nft -f /etc/rules
ExecStart=/bin/sh -c 'grep -q "^Seccomp:.*2" /proc/self/status && ! touch /etc/x 2>/dev/null && echo up >/seen/up'
User=daemon
MemoryMax=200M
TasksMax=20
IPAddressDeny=any
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateNetwork=yes
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectControlGroups=yes
ReadWritePaths=/seen
RestrictNamespaces=yes
SystemCallFilter=@system-service
"""


def lay_out(root: Path) -> None:
    """The smallest root file system that boots: this machine's /usr is bound into it."""
    for folder in ("usr", "etc/systemd/system", "proc", "sys", "dev", "run", "tmp", "var/tmp", "home", "root", "seen"):
        (root / folder).mkdir(parents=True)
    for link in ("bin", "sbin", "lib", "lib64"):
        if Path("/", link).is_symlink():
            (root / link).symlink_to(f"usr/{link}")
    (root / "seen").chmod(0o777)
    (root / "etc/os-release").write_text("ID=trial\n", encoding="utf-8")
    (root / "etc/machine-id").touch()
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n", encoding="utf-8")
    (root / "etc/group").write_text("root:x:0:\ndaemon:x:1:\n", encoding="utf-8")
    (root / "etc/rules").write_text(_RULES, encoding="utf-8")
    units = root / "etc/systemd/system"
    (units / "trial.service").write_text(_UNIT, encoding="utf-8")
    (units / "default.target").write_text("[Unit]\nDefaultDependencies=no\nRequires=trial.service\n", encoding="utf-8")


def boot(host: Host) -> str:
    """Boots the trial; returns why it did not come up, or nothing."""
    lay_out(host.root)
    words = [*host.words(), "--bind-ro=/usr"]
    try:
        done = subprocess.run(
            ["sh", "-c", into_groups(host.groups) + 'exec "$@"', "sh", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"a trial host did not come up in {_SECONDS} s"
    if done.returncode == 0 and (host.root / "seen/up").exists():
        return ""
    said = done.stdout.decode(errors="replace").strip().splitlines()
    return f"a trial host did not come up: {' / '.join(said[-3:]) or f'exit {done.returncode}'}"


def why_not() -> str:
    """Why no host can be booted here, or nothing; leaves nothing behind."""
    host = Host("web")
    try:
        network.up()
        return boot(host)
    except (OSError, subprocess.CalledProcessError) as failure:
        return f"a trial host could not be prepared: {getattr(failure, 'stderr', '') or failure}".strip()
    finally:
        host.stop()
        network.down()
        shutil.rmtree(RUN, ignore_errors=True)


if __name__ == "__main__":
    sys.stdout.write(why_not())
