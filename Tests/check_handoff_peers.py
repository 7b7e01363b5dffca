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


def llama_factory():
    """A Python with LLaMA-Factory and the versions it asks for, over the packages of `.cache/torch`; None: none."""
    place = os.path.join(environment.ROOT, ".cache", "llamafactory")
    python = os.path.join(place, "bin", "python")
    if os.path.exists(os.path.join(place, "complete")):
        return python
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True,
        text=True).stdout.strip()
    torch = next(path for path in sys.path if path.endswith("site-packages"))
    with open(os.path.join(packages, "torch.pth"), "w") as file:
        file.write(torch + "\n")
    # It imports a package for sound, which it needs for sound only and which fits few versions of torch.
    open(os.path.join(packages, "torchaudio.py"), "w").close()
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*install, "--no-deps", "llamafactory==0.9.5"])
    if done.returncode == 0:
        # What it imports for text, in the versions that it asks for; torch is there already.
        done = subprocess.run([
            *install, "transformers==5.6.0", "trl==0.24.0", "peft==0.18.1", "accelerate==1.11.0", "datasets==4.0.0",
            "tyro<0.9", "omegaconf", "fire", "einops", "tiktoken", "av<17", "hf-transfer", "modelscope", "uvicorn",
            "fastapi", "sse-starlette"])
    if done.returncode != 0:
        return None
    open(os.path.join(place, "complete"), "w").close()
    return python


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
    factory = llama_factory()
    if factory:
        run(
            checks, "llamafactory-cli train", folder("llama-factory"), factory, "-m", "llamafactory.cli", "train",
            "sft.yaml", "max_steps=2", "use_cpu=true", DISABLE_VERSION_CHECK="1")
    else:
        print("skipped: llamafactory could not be installed")
    if importlib.util.find_spec("axolotl"):
        run(
            checks, "axolotl's schema", folder("axolotl"), sys.executable, "-c",
            "import yaml; from axolotl.utils.schemas.config import AxolotlInputConfig as C; "
            "C(**yaml.safe_load(open('axolotl.yaml')))")
    else:
        print("skipped: axolotl is not installed")
