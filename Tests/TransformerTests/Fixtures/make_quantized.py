"""Numbers as llama.cpp's Python package writes them: python3 make_quantized.py > quantized.json (needs gguf, numpy)."""

import json

import numpy
from gguf import GGMLQuantizationType as Type
from gguf.quants import quantize

generator = numpy.random.default_rng(7)
rows = [
    generator.normal(0, 0.05, 64), generator.normal(0, 30, 64), generator.uniform(-1e-6, 1e-6, 64), numpy.zeros(64),
    numpy.array([0.5 * k for k in range(-32, 32)]), numpy.array([127.0] + [k + 0.5 for k in range(63)]),
]
numbers = numpy.stack(rows).astype(numpy.float32)
print(json.dumps({
    "numbers": [float(x) for x in numbers.ravel()],
    "F16": quantize(numbers, Type.F16).tobytes().hex(), "Q8_0": quantize(numbers, Type.Q8_0).tobytes().hex(),
}))
