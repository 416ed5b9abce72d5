"""Packs a release for a host that opens no connection: the commit's files, and the wheels its lock names.

`python deploy/pack.py --release HEAD --python 3.11.2 --machine x86_64` prints where they lie, as JSON. The lock serves
every Python; the host's share of it is taken here, and pip compares each wheel with its hash, here and there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
PACKED = ROOT / ".local" / "deploy" / "packed"
# Also where another user, such as root in a test, packs somebody's checkout.
GIT = ("git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT))


def pins_for(lock: str, python: str, machine: str) -> str:
    """The pins of a universal lock that a host takes, without their conditions."""
    minor = ".".join(python.split(".")[:2])
    host = {
        "python_version": minor,
        "python_full_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": machine,
    }
    taken = []
    for pin in re.split(r"\n(?=\S)", lock.strip()):
        head, _line, rest = pin.partition("\n")
        name, _semicolon, condition = head.removesuffix("\\").partition(";")
        if not condition or Marker(condition.strip()).evaluate(host):
            taken.append(f"{name.strip()} \\\n{rest}")
    return "\n".join(taken) + "\n"


def wheels(pins: str, python: str, machine: str) -> Path:
    """The archive with the pins and their wheels; made once for a lock."""
    short = hashlib.sha256(f"{pins}{python}{machine}".encode()).hexdigest()[:12]
    done = PACKED / f"wheels-{short}.tar"
    if done.exists():
        return done
    folder = PACKED / f"wheels-{short}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "requirements.txt").write_text(pins, encoding="utf-8")
    # From the newest system interface of Debian 12 and Ubuntu 22.04 downwards.
    platforms = [f"--platform=manylinux_2_{number}_{machine}" for number in range(35, 16, -1)]
    platforms += [f"--platform=manylinux2014_{machine}"]
    minor = ".".join(python.split(".")[:2])
    _run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        + ["--prefer-binary", "--no-build-isolation", f"--python-version={minor}", "--implementation=cp", *platforms]
        + ["--require-hashes", f"--dest={folder}", f"--requirement={folder}/requirements.txt"]
    )
    (folder / "requirements.txt").write_text(_built(folder, pins), encoding="utf-8")
    draft = done.with_suffix(".new")
    with tarfile.open(draft, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
    draft.replace(done)
    return done


def _built(folder: Path, pins: str) -> str:
    """Makes wheels of what is only published as source, already compared with its hash; returns pins that name them."""
    for source in sorted(folder.glob("*.tar.gz")):
        before = set(folder.glob("*.whl"))
        _run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
            + ["--no-build-isolation", f"--wheel-dir={folder}", str(source)]
        )
        (wheel,) = set(folder.glob("*.whl")) - before
        if not wheel.name.endswith("-none-any.whl"):
            raise SystemExit(f"{source.name} must be compiled, which only a machine like the host can do.")
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        pin = re.compile(rf"^{name}=={re.escape(version)} .*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
        pins = pin.sub(f"{name}=={version} \\\\\n    --hash=sha256:{digest}\n", pins)
        source.unlink()
    return pins


def sources(release: str) -> tuple[str, Path]:
    """The commit's number and an archive of its files."""
    commit = _run([*GIT, "rev-parse", "--verify", f"{release}^{{commit}}"]).strip()
    done = PACKED / f"imis-{commit[:12]}.tar.gz"
    if not done.exists():
        draft = done.with_suffix(".new")
        _run([*GIT, "archive", "--format=tar.gz", f"--output={draft}", commit])
        draft.replace(done)
    return commit, done


def main() -> None:
    """Packs, and says where."""
    reader = argparse.ArgumentParser(description=__doc__)
    for word in ("--release", "--python", "--machine"):
        reader.add_argument(word, required=True)
    asked = reader.parse_args()
    PACKED.mkdir(parents=True, exist_ok=True)
    commit, archive = sources(asked.release)
    lock = _run([*GIT, "show", f"{commit}:requirements/runtime.txt"])
    packed = wheels(pins_for(lock, asked.python, asked.machine), asked.python, asked.machine)
    said = {"commit": commit[:12], "archive": str(archive), "wheels": str(packed), "lock": packed.stem.split("-")[1]}
    sys.stdout.write(json.dumps(said) + "\n")


def _run(words: list[str]) -> str:
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own words


if __name__ == "__main__":
    main()
