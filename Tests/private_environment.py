"""A private Python for a check that needs packages of others: `.cache/<name>`, made on first use."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def enter(name, packages):
    """Goes on in the private Python, which gets the packages first."""
    place = os.path.join(ROOT, ".cache", name)
    python = os.path.join(place, "bin", "python")
    if sys.prefix == place:
        return
    if not os.path.exists(os.path.join(place, "ready")):
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        open(os.path.join(place, "ready"), "w").close()
    os.execv(python, [python, *sys.argv])
