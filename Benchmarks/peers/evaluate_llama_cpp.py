"""llama.cpp (PyPI's xllamacpp), a text at a time, told what to do as evaluate_lm_eval.py is."""

import json
import os
import sys
import time

path, threads = sys.argv[1], int(sys.argv[2])
answer = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path, parameters.n_ctx, parameters.n_parallel = path, 2048, 1
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
server = xllamacpp.Server(parameters)

print("ready", file=answer)
for line in sys.stdin:
    _, requests, _, out = line.split()
    with open(requests) as file:
        items = [json.loads(text) for text in file]
    start = time.perf_counter()
    found = [server.handle_completions({
        "prompt": item["prompt"], "n_predict": item["max_tokens"], "temperature": 0, "cache_prompt": False,
    }) for item in items]
    seconds = time.perf_counter() - start
    with open(out, "w") as file:
        for item in found:
            text = {"text": item["choices"][0]["text"], "tokens": item["usage"]["completion_tokens"]}
            file.write(json.dumps(text) + "\n")
    print(f"{seconds:.4f}", file=answer)
