"""Llama and Qwen 2 in PyTorch, for rows in which several examples stand; train.py trains it."""

import math

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import functional


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        return functional.rms_norm(x.float(), x.shape[-1:], self.weight.float(), self.epsilon).to(x.dtype)


def rotate(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, self.head = shape["hidden_size"], shape["head_dim"]
        self.heads, self.key_heads = shape["num_attention_heads"], shape["num_key_value_heads"]
        every = shape.get("attention_bias", False)
        bias = every or shape["model_type"] == "qwen2"
        self.q_proj = nn.Linear(width, self.heads * self.head, bias=bias)
        self.k_proj = nn.Linear(width, self.key_heads * self.head, bias=bias)
        self.v_proj = nn.Linear(width, self.key_heads * self.head, bias=bias)
        self.o_proj = nn.Linear(self.heads * self.head, width, bias=every)

    def forward(self, x, cosine, sine, mask):
        rows, length, _ = x.shape
        query = self.q_proj(x).view(rows, length, self.heads, self.head).transpose(1, 2)
        key = self.k_proj(x).view(rows, length, self.key_heads, self.head).transpose(1, 2)
        value = self.v_proj(x).view(rows, length, self.key_heads, self.head).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(
            rotate(query, cosine, sine), rotate(key, cosine, sine), value, attn_mask=mask,
            enable_gqa=self.heads != self.key_heads)
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, length, -1))


class Feed(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, hidden = shape["hidden_size"], shape["intermediate_size"]
        self.gate_proj, self.up_proj = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, epsilon = shape["hidden_size"], shape["rms_norm_eps"]
        self.input_layernorm, self.post_attention_layernorm = Norm(width, epsilon), Norm(width, epsilon)
        self.self_attn, self.mlp = Attention(shape), Feed(shape)

    def forward(self, x, cosine, sine, mask):
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Stack(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape["vocab_size"], shape["hidden_size"])
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape["num_hidden_layers"]))
        self.norm = Norm(shape["hidden_size"], shape["rms_norm_eps"])


class Model(nn.Module):
    """Llama and Qwen 2; the parameters have Hugging Face's names."""

    def __init__(self, shape, recompute):
        super().__init__()
        self.model, self.recompute = Stack(shape), recompute
        self.lm_head = nn.Linear(shape["hidden_size"], shape["vocab_size"], bias=False)
        if shape["tie_word_embeddings"]:
            self.lm_head.weight = self.model.embed_tokens.weight
        self.shape = shape

    def angles(self, positions):
        shape = self.shape
        half = shape["head_dim"] // 2
        steps = torch.arange(half, dtype=torch.float64, device=positions.device)
        frequency = shape["rope_theta"] ** (-steps / half)
        scaling = shape.get("rope_scaling")
        if scaling and scaling["rope_type"] == "linear":
            frequency = frequency / scaling["factor"]
        elif scaling and scaling["rope_type"] == "llama3":
            wavelength, original = 2 * math.pi / frequency, scaling["original_max_position_embeddings"]
            low, high, factor = scaling["low_freq_factor"], scaling["high_freq_factor"], scaling["factor"]
            share = ((original / wavelength - low) / (high - low)).clamp(0, 1)
            frequency = frequency * ((1 - share) / factor + share)
        angle = positions[:, None, :, None].double() * frequency
        return angle.cos().float(), angle.sin().float()

    def forward(self, tokens, segments, places):
        """The logits of the given places of the flattened rows."""
        length = tokens.shape[1]
        index = torch.arange(length, device=tokens.device)
        fresh = functional.pad(segments[:, 1:] != segments[:, :-1], (1, 0), value=True)
        positions = index - torch.where(fresh, index, 0).cummax(dim=1).values
        cosine, sine = self.angles(positions)
        mask = ((segments[:, :, None] == segments[:, None, :]) & (index[:, None] >= index[None, :]))[:, None]
        x = self.model.embed_tokens(tokens)
        for layer in self.model.layers:
            if self.recompute and self.training:
                x = torch.utils.checkpoint.checkpoint(layer, x, cosine, sine, mask, use_reentrant=False)
            else:
                x = layer(x, cosine, sine, mask)
        return self.lm_head(self.model.norm(x).flatten(0, 1)[places])


class Adapted(nn.Module):
    """A frozen matrix with a trained product of rank `rank` beside it (Hu et al. 2021)."""

    def __init__(self, base, rank, alpha, start):
        super().__init__()
        self.base, self.scale = base, alpha / rank
        self.lora_A = nn.Linear(base.in_features, rank, bias=False)
        self.lora_B = nn.Linear(rank, base.out_features, bias=False)
        self.lora_A.weight.data.copy_(start[0])
        self.lora_B.weight.data.copy_(start[1])

    def forward(self, x):
        return self.base(x) + self.lora_B(self.lora_A(x)) * self.scale


def adapt(model, lora, start):
    """Puts adapters beside the matrices that training.json names and freezes everything else."""
    model.requires_grad_(False)
    for number, layer in enumerate(model.model.layers):
        for module in lora["modules"]:
            part, name = module.split(".")
            prefix = f"base_model.model.model.layers.{number}.{module}."
            pair = start[prefix + "lora_A.weight"], start[prefix + "lora_B.weight"]
            parent = getattr(layer, part)
            setattr(parent, name, Adapted(getattr(parent, name), lora["rank"], lora["alpha"], pair))


def merged(state, lora):
    """The weights alone that say the same as weights and adapters."""
    result = {}
    for name, tensor in state.items():
        if ".lora_" in name:
            continue
        if ".base." in name:
            prefix = name.split("base.")[0]
            if name.endswith("weight"):
                product = state[prefix + "lora_B.weight"].float() @ state[prefix + "lora_A.weight"].float()
                tensor = tensor + product * (lora["alpha"] / lora["rank"])
            name = name.replace("base.", "")
        result[name] = tensor
    return result
