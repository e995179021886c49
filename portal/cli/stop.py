"""How a process is told to stop."""

import signal
from types import FrameType


class Stop:
    """Listens from now on for Ctrl-C, SIGTERM and a closed terminal."""

    def __init__(self) -> None:
        self._asked = False  # a plain flag: a handler that took an Event's lock could wait for itself
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def __call__(self) -> bool:
        """Whether it was told to stop."""
        return self._asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
