"""Answers like serve.ts, with a library of Python.

    python3 serve.py MODULE [THREADS]
"""

import importlib
import json
import math
import os
import sys
import time

ANSWER_AFTER = 5

# What libraries print is no answer.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


class Server:
    def __init__(self, runner):
        self.runner = runner
        self.program = None
        self.times = 1

    def handle(self, request):
        if "start" in request:
            return self.start(request["start"], request["seconds"])
        return self.sample() if "sample" in request else self.stop()

    def start(self, row, seconds):
        self.program = self.runner.prepare(row["work"], row["mode"])
        self.program.run(ANSWER_AFTER)
        answer = self.answer()
        self.times, taken, spent = 1, 0.0, 0.0
        while taken < seconds / 4 or spent < seconds:
            taken = self.time(self.times)
            spent += taken
            if taken < seconds / 4:
                self.times *= 2
        self.times = max(1, round(self.times * seconds / taken))
        return {"how": self.program.how, "answer": answer}

    def sample(self):
        self.time(math.ceil(self.times / 10))
        return {"seconds": self.time(self.times) / self.times}

    def stop(self):
        self.answer()
        self.program = None
        return {}

    def answer(self):
        answer = self.program.answer()
        if not math.isfinite(answer):
            raise ValueError(f"The result is not finite: {answer}")
        return answer

    def time(self, times):
        start = time.perf_counter()
        self.program.run(times)
        return time.perf_counter() - start


def say(answer):
    answers.write(json.dumps(answer) + "\n")


def describe(error):
    lines = f"{type(error).__name__}: {error}".strip().split("\n")
    return lines[0]


if __name__ == "__main__":
    server = None
    try:
        library = importlib.import_module(sys.argv[1])
        description = library.start(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
        server = Server(library)
        say(description)
    except Exception as error:
        say({"absent": describe(error)})
    for line in sys.stdin:
        try:
            say(server.handle(json.loads(line)))
        except Exception as error:
            say({"error": describe(error)})
