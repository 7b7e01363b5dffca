"""The same transformer in PyTorch: train_torch.py SHAPE STEPS THREADS [compile] — prints seconds a step.

SHAPE: vocabulary,dimension,layers,heads,hidden,rows,length. Rows of random tokens, loss on every fourth, AdamW.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return functional.rms_norm(x, x.shape[-1:], self.weight, 1e-5)


def rotate(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_hidden = Norm(width), Norm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.gate, self.up = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x, cosine, sine):
        rows, length, width = x.shape
        y = self.before_attention(x)
        query, key, value = (
            part(y).view(rows, length, self.heads, -1).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, length, width))
        y = self.before_hidden(x)
        return x + self.down(functional.silu(self.gate(y)) * self.up(y))


class Model(nn.Module):
    def __init__(self, vocabulary, width, layers, heads, hidden, length):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads, hidden) for _ in range(layers))
        self.norm = Norm(width)
        angles = torch.outer(torch.arange(length), 10_000 ** (-torch.arange(0, width // heads, 2) / (width // heads)))
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())

    def forward(self, tokens, places):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        x = self.norm(x).flatten(0, 1)[places]
        return functional.linear(x, self.embedding.weight)


def main(shape, steps, threads, mode="eager"):
    vocabulary, width, layers, heads, hidden, rows, length = map(int, shape.split(","))
    torch.manual_seed(1)
    torch.set_num_threads(int(threads))
    model = Model(vocabulary, width, layers, heads, hidden, length)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1, fused=True)
    run = torch.compile(model) if mode == "compile" else model
    places = torch.arange(0, rows * length, 4)

    def step():
        tokens = torch.randint(vocabulary, (rows, length))
        logits = run(tokens, places)
        loss = functional.cross_entropy(logits, torch.randint(vocabulary, (len(places),)))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    for _ in range(3):
        step()
    start = time.perf_counter()
    for _ in range(int(steps)):
        step()
    print((time.perf_counter() - start) / int(steps))


main(*sys.argv[1:])
