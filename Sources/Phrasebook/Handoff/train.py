"""Takes the steps of a Phrasebook training in PyTorch, on one processor or many.

    torchrun --nproc-per-node 8 train.py                          # one machine, eight GPUs
    torchrun --nproc-per-node 8 train.py --parallel fsdp          # weights and moments divided among them
    torchrun --nnodes 4 --nproc-per-node 8 --rdzv-endpoint HOST:29500 --rdzv-backend c10d train.py
    python3 train.py --steps 20                                   # no torchrun: one process

It stands beside what `phrasebook handoff` wrote: start/ (the model before the first step), training.safetensors and
validation.safetensors (examples as tokens in rows of one length) and training.json (what each step does). The result
is a folder in Hugging Face's layout that `phrasebook evaluate DIR --model FOLDER` reads. Needs torch and safetensors.
"""

import argparse
import contextlib
import json
import math
import os
import shutil
import sys
import time

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict, get_state_dict, set_state_dict
from torch.nn import functional

from llama import Model, adapt, merged

HERE = os.path.dirname(os.path.abspath(__file__))


class Rows:
    """A file of packed rows."""

    def __init__(self, name):
        self.file = safe_open(os.path.join(HERE, name), framework="pt")
        self.steps = self.file.get_tensor("steps").tolist()

    def read(self, rows, device):
        return tuple(
            torch.stack([self.file.get_slice(name)[row] for row in rows]).to(device)
            for name in ("tokens", "segments", "kinds"))

    def targets(self, first, last):
        return int((self.file.get_slice("kinds")[first:last] == 2).sum()) if last > first else 0

    def count(self, first, last):
        return int((self.file.get_slice("kinds")[first:last] != 0).sum()) if last > first else 0


class Run:
    def __init__(self, options):
        self.options = options
        with open(os.path.join(HERE, "training.json")) as file:
            self.settings = json.load(file)
        with open(os.path.join(HERE, "start", "config.json")) as file:
            self.shape = json.load(file)
        cuda = torch.cuda.is_available() and not options.cpu
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(self.device)
        if self.world > 1:
            dist.init_process_group("nccl" if cuda else "gloo")
        self.half = (options.precision or ("bf16" if cuda else "f32")) == "bf16"
        model = Model(self.shape, options.recompute)
        weights = load_file(os.path.join(HERE, "start", "model.safetensors"))
        model.load_state_dict(weights, strict=not self.shape["tie_word_embeddings"])
        if self.settings["lora"]:
            start = load_file(os.path.join(HERE, "start", "adapter", "adapter_model.safetensors"))
            adapt(model, self.settings["lora"], start)
        self.plain = model.to(self.device)
        self.model = self.spread(self.plain)
        trained = [p for p in self.plain.parameters() if p.requires_grad]
        s = self.settings
        self.optimizer = torch.optim.AdamW(
            [{"params": [p for p in trained if p.ndim > 1], "weight_decay": s["weight_decay"]},
             {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0}],
            lr=1.0, betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], fused=cuda)
        self.trained = trained
        self.training, self.held = Rows("training.safetensors"), Rows("validation.safetensors")
        self.log, self.best = [], None

    def spread(self, model):
        """The model as this process sees it."""
        if self.world == 1:
            return torch.compile(model) if self.options.compile else model
        if self.options.parallel == "fsdp":
            from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

            policy = MixedPrecisionPolicy(torch.bfloat16, torch.float32) if self.half else MixedPrecisionPolicy()
            mesh = dist.device_mesh.init_device_mesh(self.device.type, (self.world,))
            for layer in model.model.layers:
                fully_shard(layer, mesh=mesh, mp_policy=policy)
            return fully_shard(model, mesh=mesh, mp_policy=policy)
        devices = [self.device.index] if self.device.type == "cuda" else None
        spread = nn.parallel.DistributedDataParallel(model, device_ids=devices)
        return torch.compile(spread) if self.options.compile else spread

    def pass_over(self, source, rows, scale):
        """The loss of some rows: what is made smaller, and the sum over targets' tokens."""
        tokens, segments, kinds = source.read(rows, self.device)
        weights = torch.where(kinds == 2, 1.0, torch.where(kinds == 1, self.settings["input_loss_weight"], 0.0))
        # A row predicts what comes next in the same example.
        follows = (segments[:, 1:] == segments[:, :-1]) & (segments[:, 1:] != 0) & (weights[:, 1:] != 0)
        places = functional.pad(follows, (0, 1)).flatten().nonzero()[:, 0]
        wanted, weight = tokens.flatten()[places + 1].long(), weights.flatten()[places + 1]
        half = self.half and self.options.parallel == "ddp"
        with torch.autocast(self.device.type, torch.bfloat16) if half else contextlib.nullcontext():
            logits = self.model(tokens.long(), segments, places)
        losses = functional.cross_entropy(logits.float(), wanted, reduction="none")
        return (losses * weight).sum() * scale, losses[kinds.flatten()[places + 1] == 2].detach().sum().double()

    def shares(self, first, last):
        """This process' rows from `first` to `last`, in passes; every process has as many passes."""
        mine, size = list(range(first + self.rank, last, self.world)), self.options.rows
        passes = -(-(-(-(last - first) // self.world)) // size)
        return [mine[place * size:(place + 1) * size] for place in range(passes)]

    def step(self, number):
        first, last = self.training.steps[number], self.training.steps[number + 1]
        targets = max(1, self.training.targets(first, last))
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        shares = self.shares(first, last)
        for place, rows in enumerate(shares):
            is_last = place == len(shares) - 1
            waits = self.world > 1 and self.options.parallel == "ddp" and not is_last
            with self.model.no_sync() if waits else contextlib.nullcontext():
                # A process without rows still takes part: with a row that counts nothing.
                loss, targets_loss = self.pass_over(self.training, rows or [first], self.world / targets if rows else 0.0)
                loss.backward()
            if rows:
                total += targets_loss
        norm = nn.utils.clip_grad_norm_(self.trained, self.settings["clip"] or math.inf)
        norm = norm.full_tensor() if hasattr(norm, "full_tensor") else norm
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings["learning_rates"][number]
        self.optimizer.step()
        self.optimizer.zero_grad()
        return self.sum(total) / targets, float(norm), self.training.count(first, last)

    def sum(self, value):
        if self.world > 1:
            dist.all_reduce(value)
        return float(value)

    @torch.no_grad()
    def validate(self):
        rows = self.held.steps[-1]
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        self.model.eval()
        for share in self.shares(0, rows):
            _, loss = self.pass_over(self.held, share or [0], 1.0)
            if share:
                total += loss
        self.model.train()
        return self.sum(total) / max(1, self.held.targets(0, rows))

    def run(self):
        begin, tokens = self.resume() if self.options.resume else (0, 0)
        s, steps = self.settings, min(self.settings["steps"], self.options.steps or math.inf)
        clock, counted = time.perf_counter(), 0
        for number in range(begin, steps):
            loss, norm, count = self.step(number)
            if not (math.isfinite(loss) and math.isfinite(norm)):
                sys.exit(f"the loss is no number at step {number + 1}; lower the learning rate")
            tokens, counted = tokens + count, counted + count
            line = {"step": number + 1, "loss": loss, "learning_rate": s["learning_rates"][number],
                    "gradient_norm": norm, "tokens": tokens}
            every = s["validate_every"]
            if every and self.held.steps[-1] and ((number + 1) % every == 0 or number + 1 == s["steps"]):
                line["validation_loss"] = self.validate()
            self.log.append(line)
            if self.rank == 0:
                speed = counted / (time.perf_counter() - clock)
                held = f"  validation {line['validation_loss']:.4f}" if "validation_loss" in line else ""
                print(f"step {number + 1}/{s['steps']}  loss {loss:.4f}{held}  {speed:.0f} tokens/s", file=sys.stderr)
            if "validation_loss" in line and (self.best is None or line["validation_loss"] < self.best[1]):
                self.best = number + 1, line["validation_loss"]
                if s["choose"] == "best":
                    self.save(os.path.join(self.options.output, "best"))
            if s["patience"] and self.since_best() >= s["patience"]:
                break
            if s["checkpoint_every"] and (number + 1) % s["checkpoint_every"] == 0 and number + 1 < steps:
                self.keep(number + 1)
        self.finish()

    def since_best(self):
        return sum("validation_loss" in line and line["step"] > self.best[0] for line in self.log) if self.best else 0

    def finish(self):
        last = self.log[-1]["step"] if self.log else 0
        best = os.path.join(self.options.output, "best")
        if self.settings["choose"] == "best" and self.best and self.best[0] != last:
            if self.rank == 0:
                for name in os.listdir(best):
                    os.replace(os.path.join(best, name), os.path.join(self.options.output, name))
        else:
            self.save(self.options.output)
        if self.rank == 0:
            with open(os.path.join(self.options.output, "training_log.jsonl"), "w") as file:
                file.writelines(json.dumps(line) + "\n" for line in self.log)
            shutil.rmtree(best, ignore_errors=True)
        if self.world > 1:
            dist.barrier()
            dist.destroy_process_group()

    def save(self, folder):
        """Writes the model in Hugging Face's layout, the weights last."""
        options = StateDictOptions(full_state_dict=True, cpu_offload=True)
        state = get_model_state_dict(self.plain, options=options)
        if self.rank != 0:
            return
        if self.settings["lora"]:
            state = merged(state, self.settings["lora"])
        if self.shape["tie_word_embeddings"]:
            state.pop("lm_head.weight", None)
        os.makedirs(folder, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "prompt.json"):
            if os.path.exists(os.path.join(HERE, "start", name)):
                shutil.copyfile(os.path.join(HERE, "start", name), os.path.join(folder, name))
        path = os.path.join(folder, "model.safetensors")
        save_file({k: v.float().contiguous() for k, v in state.items()}, path + ".partial", {"format": "pt"})
        os.replace(path + ".partial", path)

    def state(self):
        model, optimizer = get_state_dict(self.plain, self.optimizer)
        return {"model": model, "optimizer": optimizer}

    def keep(self, step):
        """Keeps the state of every process, and which step it is of last."""
        folder = os.path.join(self.options.output, "state", str(step))
        dcp.save(self.state(), checkpoint_id=folder)
        if self.rank == 0:
            latest = os.path.join(self.options.output, "state", "latest.json")
            with open(latest + ".partial", "w") as file:
                json.dump({"step": step, "log": self.log, "best": self.best}, file)
            os.replace(latest + ".partial", latest)
            for name in os.listdir(os.path.dirname(latest)):
                if name.isdigit() and int(name) != step:
                    shutil.rmtree(os.path.join(os.path.dirname(latest), name))
        if self.world > 1:
            dist.barrier()

    def resume(self):
        latest = os.path.join(self.options.output, "state", "latest.json")
        if not os.path.exists(latest):
            return 0, 0
        with open(latest) as file:
            kept = json.load(file)
        state = self.state()
        dcp.load(state, checkpoint_id=os.path.join(os.path.dirname(latest), str(kept["step"])))
        set_state_dict(
            self.plain, self.optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
        self.log, self.best = kept["log"], kept["best"] and tuple(kept["best"])
        return kept["step"], self.log[-1]["tokens"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default=os.path.join(HERE, "model"), help="folder for the model")
    parser.add_argument("--parallel", choices=("ddp", "fsdp"), default="ddp")
    parser.add_argument("--precision", choices=("f32", "bf16"), help="default: bf16 on GPUs, f32 elsewhere")
    parser.add_argument("--rows", type=int, default=8, help="rows of a process in memory at a time")
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--recompute", action="store_true", help="compute layers again on the way back")
    parser.add_argument("--compile", action="store_true", help="torch.compile")
    parser.add_argument("--cpu", action="store_true", help="leave GPUs alone")
    parser.add_argument("--resume", action="store_true", help="go on from the last kept state")
    Run(parser.parse_args()).run()
