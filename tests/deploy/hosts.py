"""Whole Debian hosts on this machine: a root file system made once, booted by systemd-nspawn in a network namespace."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.deploy.network import PLACES

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / ".local" / "deploy"
RUN = WORK / f"run-{os.getpid()}"
SUITE = "bookworm"
# What a data centre's image brings: an init, SSH, sudo, Python.
_BASE = "systemd-sysv,dbus,openssh-server,sudo,python3,iproute2,ca-certificates,procps"
# Needed by nftables on the host; the rest of nspawn's usual set stays as it is.
_CAPABILITIES = "CAP_NET_ADMIN"


def base() -> Path:
    """The folder with the root file system; made by mmdebstrap the first time, after a change, and each week."""
    week = int(time.time() // (7 * 24 * 3600))
    stamp = hashlib.sha256(f"{SUITE} {_BASE} {week}".encode()).hexdigest()[:12]
    done = WORK / f"base-{stamp}"
    if not done.exists():
        for old in WORK.glob("base-*"):
            shutil.rmtree(old)
        draft = WORK / f"draft-{os.getpid()}"
        words = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_BASE}", SUITE, str(draft)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        draft.rename(done)
    return done


class Host:
    """One booted host."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = RUN / name
        self.root = self.folder / "root"
        self.groups = [
            folder / f"imis-{name}-{os.getpid()}"
            for folder in (Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
            if (folder / "cgroup.procs").exists()
        ]
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._init = 0

    def prepare(self, key: str) -> str:
        """Lays this host's file system over the base and lets one operator in; returns the host's public key."""
        upper, work = self.folder / "upper", self.folder / "work"
        for folder in (upper, work, self.root):
            folder.mkdir(parents=True)
        layers = f"lowerdir={base()},upperdir={upper},workdir={work}"
        words = ["mount", "-t", "overlay", "overlay", "-o", layers, str(self.root)]
        if subprocess.run(words, check=False, capture_output=True).returncode != 0:
            # An overlay cannot lie on another everywhere: then it is a copy.
            self.root.rmdir()
            subprocess.run(["cp", "-a", str(base()), str(self.root)], check=True)
        self._let_in(key)
        (self.root / "etc/hostname").write_text(f"{self.name}\n", encoding="utf-8")
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n", encoding="utf-8")
        (self.root / "etc/resolv.conf").unlink(missing_ok=True)
        (self.root / "etc/resolv.conf").write_text("", encoding="utf-8")
        # Nothing here outlives the test: dpkg need not wait for the disk.
        (self.root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n", encoding="utf-8")
        for old in (self.root / "etc/ssh").glob("ssh_host_*"):
            old.unlink()
        path = self.root / "etc/ssh/ssh_host_ed25519_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(path)], check=True)
        return path.with_name(f"{path.name}.pub").read_text(encoding="utf-8").strip()

    def _let_in(self, key: str) -> None:
        subprocess.run(["chroot", str(self.root), "useradd", "-m", "-s", "/bin/bash", "ops"], check=True)
        folder = self.root / "home/ops/.ssh"
        folder.mkdir(mode=0o700)
        (folder / "authorized_keys").write_text(key, encoding="utf-8")
        subprocess.run(["chroot", str(self.root), "chown", "-R", "ops:", "/home/ops/.ssh"], check=True)
        (self.root / "etc/sudoers.d/ops").write_text("ops ALL=(ALL) NOPASSWD: ALL\n", encoding="utf-8")

    def words(self) -> list[str]:
        """The words that boot this host in its place of the network."""
        words = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--console=pipe", f"--directory={self.root}"]
        words += [f"--machine=imis-{self.name}", f"--network-namespace-path={PLACES[self.name].path}"]
        words += [f"--capability={_CAPABILITIES}", "--resolv-conf=off", "--timezone=off"]
        if not Path("/run/systemd/system").is_dir():
            # No systemd runs this machine: the host gets control groups of its own by hand.
            words.append("--keep-unit")
        return words

    def boot(self) -> float:
        """Boots and returns the seconds until the host says that it runs."""
        begun = time.monotonic()
        with (self.folder / "console.log").open("wb") as console:
            self._nspawn = subprocess.Popen(
                ["sh", "-c", into_groups(self.groups) + 'exec "$@"', "sh", *self.words()],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = begun + 120
        while not self._runs():
            if self._nspawn.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not boot:\n{(self.folder / 'console.log').read_text()[-2000:]}")
            time.sleep(0.2)
        return time.monotonic() - begun

    def _runs(self) -> bool:
        assert self._nspawn is not None
        self._init = _child(self._nspawn.pid)
        if not self._init:
            return False
        said = self.run("systemctl", "is-system-running", check=False).strip()
        return said in ("running", "degraded")

    def enter(self, user: str = "root", network: str = "") -> list[str]:
        """The words that put a command on this host, as a user, or with the network of another place."""
        words = ["nsenter", f"--target={self._init}", "--mount", "--uts", "--ipc", "--pid"]
        words += [f"--net={PLACES[network].path}"] if network else ["--net"]
        words += ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
        return words if user == "root" else [*words, "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]

    def run(self, *words: str, user: str = "root", network: str = "", check: bool = True, stdin: str = "") -> str:
        """What a command on the host says. Raises RuntimeError with both outputs when it fails."""
        done = subprocess.run(
            [*self.enter(user, network), *words], input=stdin, capture_output=True, text=True, timeout=900, check=False
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(words)} → {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def fails(self, *words: str, user: str = "root", network: str = "") -> str:
        """What a command says that must fail. Raises RuntimeError when it succeeds."""
        done = subprocess.run(
            [*self.enter(user, network), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            raise RuntimeError(f"{self.name}: {' '.join(words)} should be refused, and was not: {done.stdout}")
        return done.stdout + done.stderr

    def kill(self) -> None:
        """Ends every process of the host at once, as a lost machine does; it can be booted again."""
        assert self._nspawn is not None
        os.kill(self._init, signal.SIGKILL)
        self._nspawn.wait(30)

    def stop(self) -> None:
        """Shuts down, takes the file system away; what never ran is no failure."""
        if self._nspawn is not None and self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM)
            try:
                self._nspawn.wait(30)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait(10)
        subprocess.run(["umount", str(self.root)], check=False, capture_output=True)
        for group in self.groups:
            for folder in sorted(group.rglob("*"), reverse=True) if group.is_dir() else []:
                if folder.is_dir():
                    _remove(folder)
            _remove(group)


def into_groups(groups: list[Path]) -> str:
    """The shell's words that take it into control groups of its own, where no systemd does that for nspawn."""
    if Path("/run/systemd/system").is_dir():
        return ""
    return "".join(f"mkdir -p {group} 2>/dev/null && echo $$ >{group}/cgroup.procs; " for group in groups)


def _child(parent: int) -> int:
    """The init that a nspawn has started, or 0 while it still prepares; not every kernel lists children."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, state = stat.read_text(encoding="utf-8").rpartition(")")
        except OSError:
            continue
        if int(state.split()[1]) == parent and name.endswith("(systemd"):
            return int(stat.parent.name)
    return 0


def _remove(group: Path) -> None:
    try:
        group.rmdir()
    except OSError:
        pass
