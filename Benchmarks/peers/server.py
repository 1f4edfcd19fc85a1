"""What the peers' scripts have in common: a process that measures itself on demand.

After the warm-up it prints {"ready": ...} and then answers lines on stdin with one JSON line each:

run [K]  K steps (or --steps of them): seconds, and what the last step returned
memory   peak resident memory in MiB, and how much of it came after the first step's needs were there
quit
"""

import argparse
import json
import resource
import sys
import time

import torch


def arguments_parser(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60, help="steps of a command that names no number")
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def parse(parser):
    arguments = parser.parse_args()
    if arguments.steps < 1 or arguments.warmup < 0 or arguments.threads < 1:
        parser.error("--steps and --threads must be at least 1, --warmup at least 0")
    torch.set_num_threads(arguments.threads)
    return arguments


def peak_mib():
    # Linux counts this in KiB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run(session, steps):
    start = time.perf_counter()
    for _ in range(steps):
        loss = session.step()
    return {"seconds": time.perf_counter() - start, "loss": loss}


def serve(arguments, name, session):
    """Answers for `session`, which has `step()` and for each further command a method that takes a number."""
    before = peak_mib()
    for _ in range(arguments.warmup):
        session.step()
    print(json.dumps({"ready": name, "torch": torch.__version__, "threads": arguments.threads}), flush=True)
    for line in sys.stdin:
        command, *rest = line.split() or [""]
        number = int(rest[0]) if rest and rest[0].isdecimal() else arguments.steps
        if command == "quit":
            break
        if command == "run":
            answer = run(session, number)
        elif command == "memory":
            answer = {"peak_mib": peak_mib(), "extra_mib": peak_mib() - before}
        elif command == "profile" and hasattr(session, command):
            answer = session.profile(number)
        else:
            answer = {"error": f"unknown command: {line.strip()}"}
        print(json.dumps(answer), flush=True)
