"""What every benchmark shares: private environments for peers, runs in turn, one line a comparison."""

import argparse
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, ".cache", "benchmarks")


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="the same on less data, in under two minutes")
    parser.add_argument("--rounds", type=int, help="runs of each (default: 5, quick: 3)")
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (3 if chosen.quick else 5)
    os.makedirs(CACHE, exist_ok=True)
    return chosen


def program():
    """Builds the program as users do and gives its path."""
    subprocess.run([os.path.join(ROOT, "scripts", "bootstrap")], check=True)
    build = ["swift", "build", "-c", "release", "--product", "phrasebook"]
    subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    folder = subprocess.run(build[:4] + ["--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return os.path.join(folder.stdout.strip(), "phrasebook")


def environment(*packages):
    """The Python of a private environment that has the packages, or None where they cannot be had.

    packages: names as PyPI has them; `name:module` where the module is called otherwise.
    """
    folder = os.path.join(CACHE, "venv")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True)
        if made.returncode:
            return None
    for package in packages:
        package, _, module = package.partition(":")
        known = subprocess.run([python, "-c", f"import {module or package}"], capture_output=True)
        if known.returncode:
            got = subprocess.run([python, "-m", "pip", "install", "-q", package], capture_output=True)
            if got.returncode:
                return None
    return python


def timed(command, **options):
    """Runs a command to its end; seconds and peak memory in MB of the largest process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"failed with status {child.returncode}: {' '.join(command)}")
    return seconds, usage.ru_maxrss / 1024


def race(what, contenders, rounds, unit=None, amount=None):
    """Runs the contenders in turn (A B A B …), prints a table and the ratios to the first, which is ours.

    contenders: [(name, function giving (seconds, MB))]; amount: units of work a run does, for the table.
    """
    results = {name: [] for name, _ in contenders}
    for _, run in contenders:
        run()  # warm-up: page cache, lazy imports
    for _ in range(rounds):
        for name, run in contenders:
            results[name].append(run())
    print(f"\n{what}: {rounds} runs each, in turn; medians")
    for name, runs in results.items():
        seconds = statistics.median(run[0] for run in runs)
        memory = max(run[1] for run in runs)
        rate = f"  {amount / seconds:14,.0f} {unit}/s" if amount else ""
        low, high = min(run[0] for run in runs), max(run[0] for run in runs)
        print(f"  {name:16} {seconds:9.3f} s  ({low:.3f}–{high:.3f}){rate}  {memory:8.0f} MB")
    ours = contenders[0][0]
    for name, _ in contenders[1:]:
        pairs = [theirs[0] / mine[0] for mine, theirs in zip(results[ours], results[name])]
        print(f"ratio {what} {name} {statistics.median(pairs):.2f}")
    for name, runs in results.items():
        print(f"memory {name} {max(run[1] for run in runs):.0f}")
    return results


def skipped(name, why):
    print(f"skipped: {name}: {why}")
