"""Keeps the machine to ourselves while we measure, where there is a command that does so."""

import contextlib
import os
import shlex
import subprocess
import time


@contextlib.contextmanager
def quiet():
    """Within: the command in STRATA_COMPARE_QUIET holds others back. It is run as `COMMAND cat`, and ends with us."""
    prefix = shlex.split(os.environ.get("STRATA_COMPARE_QUIET", ""))
    if not prefix:
        yield
        return
    holder = subprocess.Popen([*prefix, "sh", "-c", "echo; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdout.readline()
    try:
        yield
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


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
        """CPU seconds of these processes and of all that we have waited for."""
        times = os.times()
        seconds = times.user + times.system + times.children_user + times.children_system
        for pid in pids:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return seconds

    @contextlib.contextmanager
    def watch(self, pids):
        begin, (busy, stolen), ours = time.monotonic(), self.machine(), self.ours(pids)
        yield
        busy_after, stolen_after = self.machine()
        self.seconds += time.monotonic() - begin
        self.theirs += max(0.0, busy_after - busy - (self.ours(pids) - ours))
        self.stolen += stolen_after - stolen

    def cpus(self):
        return {"others": round(self.theirs / max(self.seconds, 1e-9), 3),
                "stolen": round(self.stolen / max(self.seconds, 1e-9), 3)}
