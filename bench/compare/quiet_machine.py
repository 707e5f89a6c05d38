"""Keeps the machine to ourselves while we measure, where there is a command that does so."""

import contextlib
import os
import shlex
import subprocess
import time


LONGEST_HOLD = 45  # seconds; then others may have the machine before our next turn


class QuietMachine:
    """The command in STRATA_COMPARE_QUIET holds others back while it runs: `COMMAND sh -c 'echo; cat'`."""

    def __init__(self):
        self.prefix = shlex.split(os.environ.get("STRATA_COMPARE_QUIET", ""))
        self.holder = None
        self.since = 0.0

    def turn(self):
        """Call it before each turn: the machine is ours, from an earlier turn on or again."""
        if not self.prefix or (self.holder and time.monotonic() - self.since < LONGEST_HOLD):
            return
        self.release()
        self.holder = subprocess.Popen([*self.prefix, "sh", "-c", "echo; cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.since = time.monotonic()

    def release(self):
        if self.holder:
            self.holder.stdin.close()
            self.holder.wait()
            self.holder.stdout.close()
            self.holder = None


class OtherPrograms:
    """How many CPUs others had while we measured: busy and stolen time of the whole machine, less that of our own."""

    def __init__(self):
        self.seconds = self.theirs = self.stolen = 0.0

    @staticmethod
    def machine():
        """Busy and stolen seconds since the machine's start."""
        with open("/proc/stat", encoding="ascii") as stat:
            user, nice, system, _, _, irq, soft, steal = map(int, stat.readline().split()[1:9])
        tick = os.sysconf("SC_CLK_TCK")
        return (user + nice + system + irq + soft) / tick, steal / tick

    @staticmethod
    def ours(pids):
        """CPU seconds of these processes, of this one, and of all children that they have waited for."""
        times = os.times()
        seconds = times.user + times.system + times.children_user + times.children_system
        for pid in pids:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
            seconds += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        return seconds

    @contextlib.contextmanager
    def watch(self, pids):
        """While it lasts; pids() are those of our processes that still run."""
        begin, (busy, stolen), ours = time.monotonic(), self.machine(), self.ours(pids())
        yield
        busy_after, stolen_after = self.machine()
        self.seconds += time.monotonic() - begin
        self.theirs += max(0.0, busy_after - busy - (self.ours(pids()) - ours))
        self.stolen += stolen_after - stolen

    def cpus(self):
        return {"others": round(self.theirs / max(self.seconds, 1e-9), 3),
                "stolen": round(self.stolen / max(self.seconds, 1e-9), 3)}
