"""What every benchmark shares: private environments for peers, runs in turn, the lines for programs to read."""

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, ".cache", "benchmarks")
PEERS = os.path.join(ROOT, "Benchmarks", "peers")


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the same on less data, in under two minutes")
    parser.add_argument("--rounds", type=int, help="runs of each (default: 5, quick: 3)")
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (3 if chosen.quick else 5)
    os.makedirs(CACHE, exist_ok=True)
    sys.stdout.reconfigure(line_buffering=True)
    return chosen


def program():
    """Builds the program as users do and gives its path; PHRASEBOOK_PROGRAM names one that is built already."""
    if "PHRASEBOOK_PROGRAM" in os.environ:
        return os.path.abspath(os.environ["PHRASEBOOK_PROGRAM"])
    subprocess.run([os.path.join(ROOT, "scripts", "bootstrap")], check=True)
    build = ["swift", "build", "-c", "release", "--product", "phrasebook"]
    subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    folder = subprocess.run(build[:4] + ["--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return os.path.join(folder.stdout.strip(), "phrasebook")


def mark(*paths):
    """Eight letters that change with the files' content: what is cached under them is never stale."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:8]


def environment(*packages, options=()):
    """The Python of a private environment that has the packages, or None where they cannot be had.

    packages: names as PyPI has them; `name:module` where the module is called otherwise. options: pip's.
    """
    folder = os.path.join(CACHE, "venv")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True)
        if made.returncode:
            return None
    for package in packages:
        package, _, module = package.partition(":")
        find = f"import importlib.util, sys; sys.exit(not importlib.util.find_spec('{module or package}'))"
        if subprocess.run([python, "-c", find]).returncode:
            install = [python, "-m", "pip", "install", "--quiet", *options, package]
            if subprocess.run(install, capture_output=True).returncode:
                return None
    return python


def timed(command, **options):
    """Runs a command to its end; seconds and peak memory in MB of the largest process.

    Memory is never told below that of this script, about 15 MB: Linux counts the moment before the program starts.
    """
    start = time.perf_counter()
    child = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"failed with status {child.returncode}: {' '.join(command)}")
    return seconds, usage.ru_maxrss / 1024


def race(what, contenders, rounds, unit, amount, warm=True, notes={}):
    """Runs the contenders in turn (A B A B …) and prints a table; {name: [(seconds, MB)]}.

    contenders: [(name, function giving (seconds, MB))], ours first; amount: units of work a run does; warm: each is
    run once before, for the page cache and lazy imports; notes: {name: what the table should say of it}.
    """
    busy = os.getloadavg()[0]
    if busy > 1:
        print(f"note: the machine is busy (load {busy:.1f}); the figures are worth less")
    if warm:
        for _, run in contenders:
            run()
    results = {name: [] for name, _ in contenders}
    for _ in range(rounds):
        for name, run in contenders:
            results[name].append(run())
    wide = max(map(len, results))
    print(f"\n{what}: {rounds} runs each, in turn; median, least and most seconds, rate, peak memory")
    for name, runs in results.items():
        seconds = [run[0] for run in runs]
        rate = f"{amount / middle(runs):14,.0f} {unit}/s"
        note = f"  ({notes[name]})" if name in notes else ""
        print(
            f"  {name:{wide}} {middle(runs):10.3f} s  {min(seconds):10.3f} – {max(seconds):<10.3f}{rate}"
            f"  {peak(runs):6.0f} MB{note}")
    print()
    return results


def peak(runs):
    return max(run[1] for run in runs)


def middle(runs):
    """The median of the seconds."""
    return statistics.median(run[0] for run in runs)


def pairs(mine, theirs):
    """The median over the rounds of their seconds over ours: above 1, ours is better."""
    return statistics.median(b[0] / a[0] for a, b in zip(mine, theirs))


def print_ratio(what, peer, mine, theirs):
    print(f"ratio {what} {peer} {pairs(mine, theirs):.2f}")


def print_comparison(what, results):
    """The lines of a race: every contender against the first, which is ours, and everybody's memory."""
    (_, mine), *others = results.items()
    for name, theirs in others:
        print_ratio(what, name, mine, theirs)
    for name, runs in results.items():
        print(f"memory {name} {peak(runs):.0f}")


class NotThere(Exception):
    """A peer that cannot be installed."""


def skipped(name, why):
    print(f"skipped: {name}: {why}")
