"""What processes cost: processor time and memory, as Linux tells it under /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Of one process, in MiB: all it maps (rss), and its fair share of that where processes share pages (pss)."""

    rss: float
    pss: float


def below(pid: int) -> list[int]:
    """All processes that a process has started, and that these have started."""
    parents = {int(path.name): _parent(path) for path in PROC.iterdir() if path.name.isdigit()}
    found = [pid]
    for each in found:
        found += sorted(child for child, parent in parents.items() if parent == each)
    return found[1:]


def words(pid: int) -> list[str]:
    """The command line of a process."""
    return (PROC / str(pid) / "cmdline").read_bytes().decode().rstrip("\0").split("\0")


def memory(pid: int) -> Memory:
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    kib = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
    return Memory(kib["Rss:"] / 1024, kib["Pss:"] / 1024)


def cpu(pid: int) -> float:
    """Seconds of processor time since it began, 0 for a process that is gone."""
    stat = _stat(PROC / str(pid))
    return (int(stat[11]) + int(stat[12])) / TICK if stat else 0.0


def backends(url: str) -> list[int]:
    """PostgreSQL's processes that serve this database, if they run on this machine; none for SQLite."""
    if url.startswith("sqlite"):
        return []
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        pids = [int(pid) for pid in connection.scalars(text(asked))]
    return [pid for pid in pids if (PROC / str(pid) / "comm").exists() and words(pid)[0].startswith("postgres")]


def _stat(folder: Path) -> list[str]:
    """The fields of `stat` after the process's name, which may hold blanks."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parent(folder: Path) -> int:
    stat = _stat(folder)
    return int(stat[1]) if stat else 0
