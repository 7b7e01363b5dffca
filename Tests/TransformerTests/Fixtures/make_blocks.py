#!/usr/bin/env python3
"""Writes blocks.json: blocks of every format that is read and their numbers by llama.cpp's Python package.

Needs `pip install gguf`. Two blocks a format, of random bytes, their scales replaced by halves that are finite and
neither all large nor all small, one of them subnormal.
"""

import json
import os
import random

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize

# Bytes of a block, and where its half-precision scales stand.
FORMATS = {
    "Q4_0": (18, [0]), "Q4_1": (20, [0, 2]), "Q5_0": (22, [0]), "Q5_1": (24, [0, 2]), "Q8_0": (34, [0]),
    "Q4_K": (144, [0, 2]), "Q6_K": (210, [208]), "F16": (2, [0]), "BF16": (2, []), "F32": (4, [])}
generator = random.Random(7)
result = []
for name, (size, scales) in FORMATS.items():
    blocks = b""
    for block in range(2 if size > 4 else 24):
        data = bytearray(generator.randbytes(size))
        for place in scales:
            value = 3e-6 if block == 1 else generator.uniform(-2, 2)
            data[place : place + 2] = np.array([value], dtype="<f2").tobytes()
        if not scales:
            number = np.array([generator.uniform(-3, 3)], dtype="<f4").tobytes()
            data[:] = number[4 - size :]
        blocks += data
    if name == "F16":
        # The largest, the smallest, the smallest normal, minus zero.
        blocks += np.array([65504, 2**-24, 2**-14, -0.0], dtype="<f2").tobytes()
    numbers = dequantize(np.frombuffer(blocks, dtype=np.uint8), Type[name]) if name != "F32" else np.frombuffer(
        blocks, dtype="<f4")
    result.append({"format": name, "hex": blocks.hex(), "numbers": [float(x) for x in numbers.flatten()]})
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "blocks.json"), "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
