"""What a sign-in is measured against: nothing but argon2, in as many processes and threads as the portal hashes in.

`python -m tests.bench.argon`: says "ready", and for every line with a number verifies a password that often and says
how long that took.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from argon2 import PasswordHasher

from config import ROOT
from portal.access.passwords import AT_ONCE
from portal.cli.serve import PROCESSES

PASSWORD = "a quiet green teapot"
COST = (65536, 3, 1)  # the setting's default: memory in KiB, passes, lanes


def hash_at(cost: tuple[int, int, int]) -> str:
    """The password's hash at a cost: memory in KiB, passes, lanes."""
    return PasswordHasher(memory_cost=cost[0], time_cost=cost[1], parallelism=cost[2]).hash(PASSWORD)


@contextmanager
def hashers() -> Iterator["list[subprocess.Popen[str]]"]:
    """The processes, waiting for their numbers."""
    command = [sys.executable, "-m", "tests.bench.argon"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    started = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(PROCESSES)]  # type: ignore[call-overload]  # noqa: S603
    try:
        for process in started:
            assert process.stdout.readline() == "ready\n"
        yield started
    finally:
        for process in started:
            process.communicate("")


def per_second(processes: "list[subprocess.Popen[str]]", times: int) -> float:
    """Verifications a second, all processes at work."""
    began = time.monotonic()
    for process in processes:
        assert process.stdin
        process.stdin.write(f"{times // len(processes)}\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "done\n"
    return times // len(processes) * len(processes) / (time.monotonic() - began)


def _work() -> None:
    hasher, stored = PasswordHasher(memory_cost=COST[0], time_cost=COST[1], parallelism=COST[2]), hash_at(COST)
    print("ready", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for line in sys.stdin:
            list(threads.map(lambda _: hasher.verify(stored, PASSWORD), range(int(line))))
            print("done", flush=True)


if __name__ == "__main__":
    _work()
