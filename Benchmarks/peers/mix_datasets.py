"""A mixture in Hugging Face's datasets: mix_datasets.py FOLDER TOTAL CAP OUT — interleave_datasets by probability, map
over Jinja2 with a template drawn for each example, to_json."""

import os
import random
import sys
import tempfile


def main(folder, total, cap, out):
    import datasets
    import jinja2

    import mixing
    import template_file

    datasets.disable_progress_bars()
    environment = jinja2.Environment()
    total, tasks, parts, renderers = int(total), mixing.tasks(folder), [], {}
    for name, records, templates in tasks:
        part = datasets.load_dataset("json", data_files=records, split="train")
        parts.append(part.add_column("task", [name] * len(part)))
        renderers[name] = [
            (key, environment.from_string(source).render, choices)
            for key, _, source, choices in template_file.load(templates)
        ]
    counts = mixing.counts([len(part) for part in parts], total, int(cap))
    # Repeated until none can run out before the end: the first that does would end the mixture.
    parts = [part.repeat(int(count * 1.05) // len(part) + 2) for part, count in zip(parts, counts)]
    whole = datasets.interleave_datasets(
        parts, probabilities=[count / total for count in counts], seed=1, stopping_strategy="first_exhausted")
    whole = whole.select(range(min(total, len(whole))))
    draw = random.Random(1)

    def render(batch):
        examples = {"input": [], "target": [], "template": [], "choices": []}
        for values in zip(*batch.values()):
            record = dict(zip(batch, values))
            key, render_one, choices = draw.choice(renderers[record["task"]])
            record["answer_choices"] = choices
            text, target = render_one(record).split("|||")
            examples["input"].append(text.strip())
            examples["target"].append(target.strip())
            examples["template"].append(key)
            examples["choices"].append(choices)
        return examples

    whole.map(render, batched=True, remove_columns=["premise", "hypothesis", "label"]).to_json(out, force_ascii=False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=os.path.dirname(sys.argv[4])) as cache:
        # Read when the module is imported, so imported only now; a cache of its own, so that nothing is reused.
        os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=cache, HF_DATASETS_CACHE=cache)
        main(*sys.argv[1:])
