"""Shuts the reading process in: no network, few files, bounded memory, time and output.

A hostile file must not reach the network or other files even if the library that parses it is broken. Each wall
is tried and those that stand are named; the system call filter (no socket, no exec) is required, the others
(an empty network namespace, Landlock for files) are put up where the kernel permits.
Linux on x86_64 and aarch64.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

MEMORY_BYTES = 4 * 1024**3
CPU_SECONDS = 600
OUTPUT_BYTES = 64 * 1024**2
OPEN_FILES = 128

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# machine → (audit architecture, numbers of: socket, socketpair, connect, execve, execveat, ptrace, io_uring_setup)
_CALLS = {
    "x86_64": (0xC000003E, (41, 53, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 199, 203, 221, 281, 117, 425)),
}
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_ALL, _LANDLOCK_READ = 0x1FFF, 0b1100  # every right of the first version; read file and directory


class NoWall(RuntimeError):
    """This machine cannot keep the reading process from the network; nothing is read then."""


def confine(readable: list[Path], writable: list[Path]) -> list[str]:
    """Puts up the walls around this process and returns their names. Cannot be undone."""
    libc = ctypes.CDLL(None, use_errno=True)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    walls = ["limits"]
    if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        walls.append("network namespace")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NoWall("no_new_privs")
    if _landlock(libc, readable, writable):
        walls.append("landlock")
    _seccomp(libc)
    walls.append("seccomp")
    return walls


def _seccomp(libc: ctypes.CDLL) -> None:
    machine = platform.machine()
    if machine not in _CALLS:
        raise NoWall(machine)
    architecture, calls = _CALLS[machine]
    load, equal, above, give = 0x20, 0x15, 0x35, 0x06
    code = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, _KILL), (load, 0, 0, 0)]
    # Calls numbered from 0x40000000 are the x32 twins of the forbidden ones.
    tests = [(above, 0x40000000), *((equal, call) for call in calls)]
    for place, (test, value) in enumerate(tests):
        code.append((test, len(tests) - place, 0, value))
    code += [(give, 0, 0, _ALLOW), (give, 0, 0, _DENY)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(filters)))
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, program, 0, 0) != 0:
        raise NoWall("seccomp")


def _landlock(libc: ctypes.CDLL, readable: list[Path], writable: list[Path]) -> bool:
    ruleset = ctypes.create_string_buffer(struct.pack("Q", _LANDLOCK_ALL))
    handle = libc.syscall(_LANDLOCK_CREATE, ruleset, 8, 0)
    if handle < 0:
        return False
    for paths, rights in ((readable, _LANDLOCK_READ), (writable, _LANDLOCK_ALL & ~1)):
        for path in filter(Path.is_dir, paths):
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, parent))
            libc.syscall(_LANDLOCK_ADD, handle, 1, rule, 0)
            os.close(parent)
    shut = libc.syscall(_LANDLOCK_RESTRICT, handle, 0) == 0
    os.close(handle)
    return shut
