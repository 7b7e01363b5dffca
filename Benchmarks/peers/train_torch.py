"""The same training steps in PyTorch: train_torch.py FOLDER SHAPE PRECISION MODE THREADS CLIP.

FOLDER holds start.safetensors and tokens.txt, as ours wrote them; SHAPE: vocabulary,dimension,layers,heads,key-value
heads,hidden,batch,context,rank of adapters (0: all weights are trained),rope theta,epsilon. PRECISION: f32 or bf16
(autocast). MODE: eager or compile. CLIP: the norm to which gradients are cut down, 0 for none. Prints "ready LOSS",
then, for each number of steps read from standard input, the seconds and the last loss; writes the first gradients to
gradient-torch.safetensors where MODE is eager and FOLDER has a file called compare.
"""

import os
import sys
import time

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        return functional.rms_norm(x, x.shape[-1:], self.weight, self.epsilon)


class Adapted(nn.Module):
    """A linear layer with a low-rank adapter beside it; alpha is twice the rank."""

    def __init__(self, inputs, outputs, rank):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs), requires_grad=False)
        self.lora_A = nn.Linear(inputs, rank, bias=False)
        self.lora_B = nn.Linear(rank, outputs, bias=False)

    def forward(self, x):
        return functional.linear(x, self.weight) + 2 * self.lora_B(self.lora_A(x))


def rotate(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


class Attention(nn.Module):
    def __init__(self, width, heads, shared, rank):
        super().__init__()
        self.heads, self.shared, self.head = heads, shared, width // heads

        def linear(inputs, outputs):
            return Adapted(inputs, outputs, rank) if rank else nn.Linear(inputs, outputs, bias=False)

        self.q_proj, self.o_proj = linear(width, width), linear(width, width)
        self.k_proj, self.v_proj = (linear(width, shared * self.head) for _ in range(2))

    def forward(self, x, cosine, sine):
        rows, length, width = x.shape
        query = self.q_proj(x).view(rows, length, self.heads, self.head).transpose(1, 2)
        key, value = (
            part(x).view(rows, length, self.shared, self.head).transpose(1, 2) for part in (self.k_proj, self.v_proj)
        )
        query, key = rotate(query, cosine, sine).to(value.dtype), rotate(key, cosine, sine).to(value.dtype)
        mixed = functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, enable_gqa=self.heads != self.shared)
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, length, width))


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, width, heads, shared, hidden, rank, epsilon):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(width, epsilon), Norm(width, epsilon)
        self.self_attn, self.mlp = Attention(width, heads, shared, rank), FeedForward(width, hidden)

    def forward(self, x, cosine, sine):
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine)
        return x + self.mlp(self.post_attention_layernorm(x))


class Inner(nn.Module):
    def __init__(self, vocabulary, width, layers, heads, shared, hidden, context, rank, theta, epsilon):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(Layer(width, heads, shared, hidden, rank, epsilon) for _ in range(layers))
        self.norm = Norm(width, epsilon)
        head = width // heads
        angles = torch.outer(
            torch.arange(context).double(), theta ** (-torch.arange(0, head, 2).double() / head))
        self.register_buffer("cosine", angles.cos().float(), persistent=False)
        self.register_buffer("sine", angles.sin().float(), persistent=False)

    def forward(self, tokens):
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, self.cosine, self.sine)
        return self.norm(x)


class Model(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.model = Inner(*shape)

    def forward(self, tokens, targets):
        logits = functional.linear(self.model(tokens), self.model.embed_tokens.weight)
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def main(folder, shape, precision, mode, threads, clip):
    clip = float(clip)
    *sizes, theta, epsilon = shape.split(",")
    vocabulary, width, layers, heads, shared, hidden, batch, context, rank = map(int, sizes)
    torch.manual_seed(1)
    torch.set_num_threads(int(threads))
    model = Model(vocabulary, width, layers, heads, shared, hidden, context, rank, float(theta), float(epsilon))
    start = load_file(os.path.join(folder, "start.safetensors"))
    model.load_state_dict(start)
    del start
    if rank:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_("lora_" in name)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    groups = [
        {"params": [p for p in trained.values() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in trained.values() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], lr=1e-4, fused=True)
    run = torch.compile(model) if mode == "compile" else model
    with open(os.path.join(folder, "tokens.txt")) as file:
        rows = torch.tensor([list(map(int, line.split())) for line in file])
    batches = rows.view(-1, batch, context + 1)

    def loss_and_gradients(index):
        tokens = batches[index % len(batches)]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            loss = run(tokens[:, :-1], tokens[:, 1:])
        loss.backward()
        return loss.item()

    loss = loss_and_gradients(0)
    if mode == "eager" and os.path.exists(os.path.join(folder, "compare")):
        save_file({name: p.grad for name, p in trained.items()}, os.path.join(folder, "gradient-torch.safetensors"))
    optimizer.zero_grad()
    print("ready", loss, flush=True)
    done = 0
    for line in sys.stdin:
        begin = time.perf_counter()
        for _ in range(int(line)):
            loss = loss_and_gradients(done)
            done += 1
            if clip:
                nn.utils.clip_grad_norm_(trained.values(), clip)
            optimizer.step()
            optimizer.zero_grad()
        print(time.perf_counter() - begin, loss, flush=True)


main(*sys.argv[1:])
