"""Holds `phrasebook evaluate --endpoint` against a real server: python3 Tests/check_endpoint.py

llama-cpp-python's server (llama.cpp behind the OpenAI protocol, from PyPI) serves SmolLM2; the log-likelihoods that we
read from it are held against those of `phrasebook score` on the same file and texts. A second server, whose model has
no mark for a text's begin, gives log-probabilities that are moved by a place and must be seen not to be right. Minutes;
needs a network the first time.
"""

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import torch_environment as environment

PLACE = os.path.join(environment.ROOT, ".cache", "endpoint")


def python():
    """A private Python with the server."""
    path = os.path.join(PLACE, "bin", "python")
    if not os.path.exists(path):
        subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
    if subprocess.run([path, "-c", "import llama_cpp.server"], capture_output=True).returncode != 0:
        print("installing llama-cpp-python", file=sys.stderr)
        words = ["install", "-q", "--disable-pip-version-check", "llama-cpp-python[server]"]
        subprocess.run([path, "-m", "pip", *words], check=True)
    return path


def with_begin(source, target):
    """A copy of a GGUF file whose tokenizer puts a mark before each text: one flag of its metadata."""
    with open(source, "rb") as file:
        content = bytearray(file.read())
    key = b"tokenizer.ggml.add_bos_token"
    place = content.index(struct.pack("<Q", len(key)) + key) + 8 + len(key)
    assert content[place : place + 4] == struct.pack("<I", 7), "the flag is no boolean"
    content[place + 4] = 1
    with open(target, "wb") as file:
        file.write(content)


@contextlib.contextmanager
def server(model, log):
    """The address of a running server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # All logits are what log-probabilities of prompts need; keys and values in f32, as ours are.
    words = ["--model", model, "--model_alias", "smollm2", "--logits_all", "true", "--n_ctx", "1024", "--type_k", "0"]
    words += ["--type_v", "0", "--port", str(port), "--n_threads", "2", "--n_threads_batch", "2"]
    with open(log, "w") as output:
        process = subprocess.Popen([python(), "-m", "llama_cpp.server", *words], stdout=output, stderr=output)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models").close()
                break
            if process.poll() is not None:
                sys.exit(f"the server does not start; see {log}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def evaluate(mixture, *words):
    """Runs the evaluation; gives its predictions, what results tell of the server, and standard error."""
    started = time.monotonic()
    result = subprocess.run(
        [environment.program(), "evaluate", mixture, "--timeout", "600", *words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"phrasebook evaluate: status {result.returncode}\n{result.stderr}")
    print(f"    {time.monotonic() - started:.0f} s; " + result.stderr.strip().splitlines()[-1])
    with open(os.path.join(mixture, "evaluation", "results.json")) as file:
        endpoint = json.load(file)["endpoint"]
    return lines(os.path.join(mixture, "evaluation", "predictions.jsonl")), endpoint, result.stderr


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def examples(mixture):
    found = []
    for cell in ["seen_templates", "unseen_templates", "unseen_tasks"]:
        path = os.path.join(mixture, "evaluation", cell + ".jsonl")
        found += lines(path) if os.path.exists(path) else []
    return found


def main():
    checks = environment.Checks()
    folder = tempfile.mkdtemp()
    # The server sorts the whole vocabulary for each token in Python: a second a text.
    environment.RECIPE = environment.RECIPE.replace("records: 5", "records: 1").replace(", word_letter]", "]")
    mixture = environment.build(folder, "endpoint")
    plain, marked = os.path.join(folder, "plain.gguf"), os.path.join(folder, "marked.gguf")
    environment.phrasebook("convert", "smollm2", "--to", "gguf-f16", "--output", plain, "--quiet")
    with_begin(plain, marked)

    with server(marked, os.path.join(folder, "server.log")) as url:
        predictions, endpoint, told = evaluate(mixture, "--endpoint", url)
        checks.true("the server's log-probabilities are used", endpoint["ranking"] == "log_probabilities")
        print(f"    {endpoint}")
        again, same, told = evaluate(mixture, "--endpoint", url, "--model", "smollm2", "--concurrency", "1")
        checks.true("again: the same predictions and account", (again, same) == (predictions, endpoint))
        checks.true("again: nothing is sent", "; 0 sent" in told)

    ranked = [(example, prediction) for example, prediction in zip(examples(mixture), predictions, strict=True)
              if example.get("choices")]
    requests = os.path.join(folder, "requests.jsonl")
    with open(requests, "w") as file:
        for example, _ in ranked:
            # A line break stands between an input and its choice and does not count: what it takes is subtracted.
            choices = ["\n"] + ["\n" + choice for choice in example["choices"]]
            request = {"prompt": example["input"], "choices": choices, "framing": "continued"}
            file.write(json.dumps(request) + "\n")
    scores = [json.loads(line) for line in environment.phrasebook("score", requests, "--model", marked).splitlines()]
    differences, agreed = [], 0
    for (_, prediction), score in zip(ranked, scores, strict=True):
        first, *others = score["log_likelihoods"]
        ours = [value - first for value in others]
        differences += [abs(a - b) for a, b in zip(prediction["log_likelihoods"], ours, strict=True)]
        agreed += max(range(len(ours)), key=lambda place: ours[place]) == prediction["choice"]
    differences.sort()
    print(f"    {len(ranked)} prompts, {len(differences)} choices; the median difference is "
          f"{differences[len(differences) // 2]:.2g}")
    checks.most("log-likelihoods, largest difference from ours", differences[-1], 2e-2)
    checks.most("predictions, share that differs", 1 - agreed / len(ranked), 0.01)

    shutil.rmtree(os.path.join(mixture, "evaluation", "cache"))
    with server(plain, os.path.join(folder, "server.log")) as url:
        predictions, endpoint, told = evaluate(mixture, "--endpoint", url)
        checks.true("log-probabilities moved by a place are noticed", endpoint["ranking"] == "matching")
        parsed = sum(1 for prediction in predictions if "choice" in prediction)
        print(f"    {parsed} of {len(predictions)} answers are one of their choices")
    shutil.rmtree(folder)
    checks.finish()


if __name__ == "__main__":
    main()
