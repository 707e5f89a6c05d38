"""A process of one contestant, commanded by JSON lines over pipes and stopped between its turns."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class CommandedProcess:
    def __init__(self):
        self.process = None

    def begin(self, program, *arguments, log, pin):
        """Starts a program of this folder; `log` gets what it prints, `pin()` is called in the process."""
        self.log = Path(log)
        with open(self.log, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [sys.executable, Path(__file__).parent / program, *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, preexec_fn=pin)

    def ask(self, command, **arguments):
        self.process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a contestant's process ended; its last messages:\n{self.log.read_text()[-2000:]}")
        return json.loads(answer)

    def pause(self):
        """Its threads may wait by spinning."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process is not None:
            self.resume()
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()


class FrameworkProcess(CommandedProcess):
    """worker.py, which trains a task."""

    def __init__(self, settings, name, batch):
        super().__init__()
        self.settings, self.name, self.batch = settings, name, batch

    def warm_up(self):
        """In a process of its own, which only imports the framework."""
        subprocess.run([sys.executable, "-c", f"import contestants; contestants.load({self.name!r})"],
                       cwd=Path(__file__).parent, check=True, capture_output=True, preexec_fn=self.settings.pin)

    def first_step(self):
        """Starts the process."""
        log = Path(self.settings.folder) / f"{self.name}-{self.batch}-{self.settings.threads}.log"
        self.begin("worker.py", self.name, self.settings.task.name, str(self.batch), self.settings.data,
                   repr(time.monotonic()), log=log, pin=self.settings.pin)
        return self.ask("first_step")

    def losses(self):
        return self.ask("losses")

    def round(self, seconds):
        return self.ask("round", seconds=seconds)

    def train_to_target(self, max_seconds):
        return self.ask("train_to_target", max_seconds=max_seconds)

    def memory(self):
        return self.ask("memory")
