"""Calls that take long, made by a thread of their own, so that the one that asked for them hears of ctrl-C."""

from __future__ import annotations

import threading
import time
from typing import Callable

_SECONDS_BETWEEN_LOOKS = 0.002


class Aside:
    """`work` in a thread. Whoever waits for it gives it up if the wait is broken off.

    A signal may do that at any point, also while the thread is being started.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._begun = False
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="strata", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        self._begun = True
        if not self._given_up:
            self._work()

    def give_up(self, stop: Callable[[], None]) -> None:
        """Ends the work by `stop`, and returns when it is over; what has not begun never will.

        Signals meanwhile change nothing.
        """
        while True:
            try:
                self._given_up = True
                stop()
                while self._begun and self._thread.is_alive():  # a signal may come just as a lock is got
                    time.sleep(_SECONDS_BETWEEN_LOOKS)
                return
            except KeyboardInterrupt:
                continue
