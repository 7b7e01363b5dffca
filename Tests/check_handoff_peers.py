"""Other programs on what `phrasebook handoff` wrote for them; called by check_handoff.py."""

import importlib.util
import json
import os
import subprocess
import sys

import torch_environment as environment


def run(checks, what, folder, *words, **variables):
    """Runs a program in a folder; tells its last lines where it fails."""
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True, env={**os.environ, **variables})
    checks.true(what, result.returncode == 0)
    if result.returncode != 0:
        print(result.stdout[-2000:], result.stderr[-3000:])
    return result.stdout + result.stderr


def check(checks, place, base):
    out = environment.build(place, "peers")
    torch_rows = os.path.join(out, "handoff", "torch", "training.safetensors")
    for target in ("trl", "axolotl", "llama-factory"):
        environment.phrasebook("handoff", out, "--to", target, "--model", base, "--quiet")
    folder = lambda target: os.path.join(out, "handoff", target)

    # The tokens that transformers' tokenizer makes of the turns are those that we train on.
    from transformers import AutoTokenizer

    environment.phrasebook("handoff", out, "--to", "torch", "--model", base, "--quiet")
    from safetensors.torch import load_file

    rows = load_file(torch_rows)
    tokens, segments, steps = rows["tokens"], rows["segments"], rows["steps"].tolist()
    found = []
    for first, last in zip(steps[:1], steps[1:2]):
        for row in range(first, last):
            for segment in range(1, int(segments[row].max()) + 1):
                found.append(tokens[row][segments[row] == segment].tolist())
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(folder("trl"), "start"))
    expected = []
    with open(os.path.join(folder("trl"), "data", "train.jsonl")) as file:
        for line in list(file)[: len(found)]:
            example = json.loads(line)
            ids = tokenizer.apply_chat_template(example["prompt"] + example["completion"], return_dict=False)
            expected.append(ids)
    checks.true("transformers' chat template gives our tokens", sorted(found) == sorted(expected))

    if importlib.util.find_spec("trl"):
        trl = os.path.join(environment.PLACE, "bin", "trl")
        text = run(
            checks, "trl sft", folder("trl"), trl, "sft", "--config", "sft.yaml", "--max_steps", "2", "--use_cpu", "true",
            "--logging_steps", "1")
        print("    ", *[line for line in text.splitlines() if "'loss'" in line][:1])
    else:
        print("skipped: trl is not installed")
    if importlib.util.find_spec("llamafactory"):
        # It imports a package for sound that it needs for sound only, and that fits few versions of torch.
        empty = os.path.join(place, "empty")
        os.makedirs(empty, exist_ok=True)
        for name in ("torchaudio",):
            if not importlib.util.find_spec(name):
                open(os.path.join(empty, name + ".py"), "w").close()
        run(
            checks, "llamafactory-cli train", folder("llama-factory"), sys.executable, "-m", "llamafactory.cli", "train",
            "sft.yaml", "max_steps=2", "use_cpu=true", DISABLE_VERSION_CHECK="1", PYTHONPATH=empty)
    else:
        print("skipped: llamafactory is not installed")
    if importlib.util.find_spec("axolotl"):
        run(
            checks, "axolotl's schema", folder("axolotl"), sys.executable, "-c",
            "import yaml; from axolotl.utils.schemas.config import AxolotlInputConfig as C; "
            "C(**yaml.safe_load(open('axolotl.yaml')))")
    else:
        print("skipped: axolotl is not installed")
