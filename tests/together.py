"""Races: many at the same moment, each in a thread with an application context of its own, as requests are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

T = TypeVar("T")


def together(app: Flask, *acts: Callable[[], T]) -> list[T | Exception]:
    """Let all acts go at once. What each one returned or raised, in their order."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Exception:
        with app.app_context():
            start.wait()
            try:
                return act()
            except Exception as raised:
                return raised

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))
