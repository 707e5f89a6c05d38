"""worker.py CONTESTANT TASK BATCH DATA_FOLDER START: one contestant's process, commanded by JSON lines on stdin.

START is CLOCK_MONOTONIC's reading when the process was started. Answers are JSON lines on what was stdout.
"""

import json
import os
import sys
import time

import contestants
import task


def peak_memory(pid="self"):
    """VmHWM of a running process, in MB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024e-6


class Worker:
    def __init__(self, name, chosen, batch, folder, start):
        self.start = start
        self.task = chosen
        self.batch = batch
        contestant_class = contestants.load(name)
        self.data = chosen.make_data(folder)
        self.contestant = contestant_class(chosen, self.data, batch)
        self.rounds = 0
        self.steps = self.fewest_steps()

    def fewest_steps(self):
        return self.task.steps_an_epoch(self.batch) if self.contestant.WHOLE_EPOCHS else 1

    def timed(self, rows):
        """Seconds for a step on each of these batches."""
        prepared = self.contestant.prepare(rows)
        begin = time.monotonic()
        self.contestant.train(prepared)
        return time.monotonic() - begin

    def timed_draws(self, steps, seed):
        """Seconds for so many steps on rows drawn by the seed."""
        return self.timed(self.task.drawn_rows(self.batch, steps, seed))

    def first_step(self):
        """Seconds from the process's start to the end of its first step."""
        self.timed_draws(self.steps, 0)
        seconds = time.monotonic() - self.start
        if self.steps > 1:  # one call, whose other steps are not the first: the second call shows what they take
            seconds -= self.timed_draws(self.steps, 1) * (self.steps - 1) / self.steps
        return {"seconds": seconds}

    def losses(self):
        """The losses of the first steps, and how far they are from the formulas (null: there are none)."""
        self.contestant.restart()
        rows = self.task.first_rows(self.batch)
        losses = [float(loss) for loss in self.contestant.train(self.contestant.prepare(rows))]
        difference = None
        if self.contestant.CONVENTION:
            expected = self.task.expected_losses(self.data, self.batch, self.contestant.CONVENTION)
            difference = task.problem.largest_difference(losses, expected)
        self.contestant.restart()
        return {"losses": losses, "difference": difference}

    def round(self, seconds):
        """Seconds a step, over as many steps as take about `seconds`; the first call finds out how many."""
        if self.rounds == 0:
            for _ in range(2):
                self.timed_draws(self.steps, 2)
            while not self.contestant.WHOLE_EPOCHS:
                took = self.timed_draws(self.steps, 3)
                if took >= seconds / 2:
                    break
                self.steps = max(self.steps + 1, min(8 * self.steps, int(self.steps * seconds / took)))
        self.rounds += 1
        return {"seconds_a_step": self.timed_draws(self.steps, 10 + self.rounds) / self.steps}

    def train_to_target(self, max_seconds):
        """Whole epochs in the file's order, from the initial weights until the held-out rows' figure reaches the target.

        `train_seconds` are the steps' alone, `seconds` have the validations too; null if there was no time for it.
        """
        self.contestant.predicted()  # compiles
        self.contestant.restart()
        begin, train_seconds, reached = time.monotonic(), 0.0, []
        while not reached or not self.task.reached(reached[-1]):
            if time.monotonic() - begin > max_seconds:
                return {"train_seconds": None, "seconds": None, "figures": reached}
            train_seconds += self.timed(self.task.epoch_in_order(self.batch))
            reached.append(self.task.figure(self.contestant.predicted(), self.data.held_out_targets))
        return {"train_seconds": train_seconds, "seconds": time.monotonic() - begin, "figures": reached}


def main():
    name, chosen, batch, folder, start = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a framework prints is no answer
    worker = Worker(name, task.TASKS[chosen], int(batch), folder, float(start))
    commands = {"first_step": worker.first_step, "losses": worker.losses, "round": worker.round,
                "train_to_target": worker.train_to_target, "memory": lambda: {"megabytes": peak_memory()}}
    for line in sys.stdin:
        command = json.loads(line)
        answer = commands[command.pop("do")](**command)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
