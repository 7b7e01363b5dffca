"""Loads what `phrasebook build` and `phrasebook export` write with the libraries that users load it with:
check_exports.py PROGRAM FOLDER, run by scripts/check-exports.

Each check compares what the library gives with the lines of the mixture, read by Python's own json.
"""

import json
import os
import struct
import subprocess
import sys

program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HOME=os.path.join(folder, "hf"))
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
mixture = os.path.join(folder, "mixture")


def run(*words):
    done = subprocess.run([program, *words, "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"check-exports: {' '.join(words)}: {done.stderr}")


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def sources():
    """Stem of each file that is not empty: its examples."""
    found = {}
    for name in sorted(os.listdir(mixture)):
        if name.startswith("train-"):
            found[name.split(".")[0]] = lines(os.path.join(mixture, name))
    for name in sorted(os.listdir(os.path.join(mixture, "evaluation"))):
        if name.endswith(".jsonl"):
            found[name.split(".")[0]] = lines(os.path.join(mixture, "evaluation", name))
    return {stem: examples for stem, examples in found.items() if examples}


def export(form, *options):
    run("export", mixture, "--format", form, *options)
    return os.path.join(mixture, "export", form)


def said(what, count):
    print(f"check-exports: {what}: {count} examples")


def pairs(examples):
    return [(example["input"], example["target"]) for example in examples]


wanted = sources()
everything = [pair for examples in wanted.values() for pair in pairs(examples)]


def check_folder():
    import datasets

    datasets.disable_progress_bars()
    found = datasets.load_dataset(mixture, split="train")
    training = [e for stem, examples in wanted.items() if stem.startswith("train-") for e in examples]
    assert pairs(found) == pairs(training), "load_dataset: the training split differs"
    assert [e["choices"] for e in found] == [e.get("choices", []) for e in training] or all(
        (e["choices"] or []) == w.get("choices", []) for e, w in zip(found, training)), "load_dataset: choices differ"
    for stem, examples in wanted.items():
        if not stem.startswith("train-") and stem != "validation":
            cell = datasets.load_dataset(mixture, stem, split="test")
            assert pairs(cell) == pairs(examples), f"load_dataset: {stem} differs"
    validation = datasets.load_dataset(mixture, split="validation")
    assert pairs(validation) == pairs(wanted["validation"])
    said("datasets.load_dataset on the folder", len(everything))


def check_croissant():
    import logging

    import mlcroissant

    logging.getLogger("absl").setLevel(logging.ERROR)
    data = mlcroissant.Dataset(os.path.join(mixture, "croissant.json"))
    count = 0
    for name in ["training"] + [s for s in wanted if not s.startswith("train-")]:
        records = list(data.records(name))
        examples = [e for s, es in wanted.items() if s == name or name == "training" and s.startswith("train-") for e in es]
        texts = sorted((r[f"{name}/input"].decode(), r[f"{name}/target"].decode()) for r in records)
        assert texts == sorted(pairs(examples)), f"croissant: {name} differs"
        count += len(records)
    said("mlcroissant on croissant.json", count)


def check_json_lines():
    import datasets
    from trl.data_utils import is_conversational

    forms = {
        "messages": lambda e: (e["messages"][0]["content"], e["messages"][1]["content"]),
        "sharegpt": lambda e: (e["conversations"][0]["value"], e["conversations"][1]["value"]),
        "alpaca": lambda e: (e["instruction"], e["output"]),
        "prompt-completion": lambda e: (e["prompt"], e["completion"][1:]),
        "text": lambda e: tuple(e["text"].split("\n\n")) if e["text"].count("\n\n") == 1 else e["text"],
    }
    for form, pair in forms.items():
        out = export(form)
        count = 0
        for stem, examples in wanted.items():
            found = datasets.load_dataset("json", data_files=os.path.join(out, stem + ".jsonl"), split="train")
            for a, b in zip(found, examples, strict=True):
                expected = (b["input"], b["target"])
                got = pair(a)
                assert got == (expected if isinstance(got, tuple) else "\n\n".join(expected)), (form, a, b)
            count += len(found)
            assert is_conversational(found[0]) == (form == "messages"), form
        said(f"datasets and TRL on {form}", count)


def check_sft_trainer_format():
    """TRL's own preparation of a data set for supervised fine-tuning takes both of its forms."""
    import datasets
    from transformers import PreTrainedTokenizerFast
    from trl.data_utils import apply_chat_template

    template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=os.path.join(mixture, "model", "tokenizer.json"))
    tokenizer.chat_template = template
    stem = next(iter(wanted))
    for form in ["messages", "prompt-completion"]:
        path = os.path.join(mixture, "export", form, stem + ".jsonl")
        found = datasets.load_dataset("json", data_files=path, split="train")
        first, example = found[0], wanted[stem][0]
        if form == "messages":
            text = apply_chat_template(first, tokenizer)["text"]
            assert text == f"<user>{example['input']}<assistant>{example['target']}", text
        else:
            assert set(first) == {"prompt", "completion"}
    said("TRL's chat templating on messages", 1)


def check_parquet():
    import pyarrow.parquet

    out = export("parquet")
    count = 0
    for stem, examples in wanted.items():
        rows = pyarrow.parquet.read_table(os.path.join(out, stem + ".parquet")).to_pylist()
        for row, example in zip(rows, examples, strict=True):
            assert {key: value for key, value in row.items() if value is not None} == example, (row, example)
        count += len(rows)
    said("pyarrow on Parquet", count)


def check_tfrecord():
    import google_crc32c
    from tfrecord.reader import tfrecord_loader

    out = export("tfrecord")
    found = []
    for name in sorted(os.listdir(out)):
        if ".tfrecord-" not in name:
            continue
        path = os.path.join(out, name)
        for record in tfrecord_loader(path, None, {"inputs": "byte", "targets": "byte"}):
            found.append((bytes(record["inputs"]).decode(), bytes(record["targets"]).decode()))
        with open(path, "rb") as file:
            data = file.read()
        place = 0
        while place < len(data):
            (size,) = struct.unpack_from("<Q", data, place)
            for start, length in [(place, 8), (place + 12, size)]:
                value = google_crc32c.value(data[start:start + length])
                masked = ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF
                assert struct.unpack_from("<I", data, start + length)[0] == masked, "checksum"
            place += size + 16
    assert sorted(found) == sorted(everything)
    said("tfrecord, and google-crc32c on its checksums", len(found))


def check_tokens():
    import numpy
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(os.path.join(mixture, "model", "tokenizer.json"))

    def text(ids):
        return tokenizer.decode([int(i) for i in ids], skip_special_tokens=True)

    out, flat = export("megatron"), export("tokens")
    count = 0
    for stem, examples in wanted.items():
        with open(os.path.join(out, stem + ".idx"), "rb") as file:
            head = file.read(34)
        magic, version, kind, sequences, documents = struct.unpack("<9sQBQQ", head)
        assert magic == b"MMIDIDX\x00\x00" and version == 1 and sequences == len(examples)
        dtype = {8: numpy.uint16, 4: numpy.int32}[kind]
        index = numpy.memmap(os.path.join(out, stem + ".idx"), mode="r")
        sizes = numpy.frombuffer(index, numpy.int32, sequences, 34)
        places = numpy.frombuffer(index, numpy.int64, sequences, 34 + sizes.nbytes)
        ends = numpy.frombuffer(index, numpy.int64, documents, 34 + sizes.nbytes + places.nbytes)
        assert list(ends) == list(range(sequences + 1))
        data = numpy.memmap(os.path.join(out, stem + ".bin"), dtype=dtype, mode="r")
        assert sizes.sum() == len(data) and list(places) == list((sizes.cumsum() - sizes) * data.itemsize)
        with open(os.path.join(flat, stem + ".json")) as file:
            told = json.load(file)
        again = numpy.memmap(os.path.join(flat, stem + ".bin"), dtype=told["dtype"], mode="r")
        assert (again == data).all() and told["tokens"] == len(data)
        for example, place, size in zip(examples, places, sizes, strict=True):
            start = place // data.itemsize
            assert text(data[start:start + size]) == example["input"] + example["target"], example
        count += sequences
    said("numpy and tokenizers on megatron and tokens", count)


def check_webdataset():
    import webdataset

    out = export("webdataset")
    found = []
    for stem in wanted:
        for sample in webdataset.WebDataset(os.path.join(out, stem + ".tar"), shardshuffle=False, empty_check=False):
            found.append((sample["input.txt"].decode(), sample["target.txt"].decode()))
            assert json.loads(sample["json"])["index"] == int(sample["__key__"])
    assert sorted(found) == sorted(everything)
    said("webdataset on tar", len(found))


for check in [
    check_folder, check_croissant, check_json_lines, check_sft_trainer_format, check_parquet, check_tfrecord,
    check_tokens, check_webdataset,
]:
    check()
