"""Hugging Face datasets, batched map over Jinja2: render_datasets.py RECORDS TEMPLATES OUT."""

import os
import sys
import tempfile


def main(records, templates, out):
    import datasets
    import jinja2

    import template_file

    datasets.disable_progress_bars()
    environment = jinja2.Environment()
    renderers = [
        (name, environment.from_string(source).render, choices)
        for _, name, source, choices in template_file.load(templates)
    ]

    def render(batch):
        examples = {"template": [], "input": [], "target": []}
        for values in zip(*batch.values()):
            record = dict(zip(batch, values))
            for name, render_one, choices in renderers:
                record["answer_choices"] = choices
                parts = render_one(record).split("|||")
                examples["template"].append(name)
                examples["input"].append(parts[0].strip())
                examples["target"].append(parts[1].strip())
        return examples

    whole = datasets.load_dataset("json", data_files=records, split="train")
    rendered = whole.map(render, batched=True, remove_columns=whole.column_names)
    rendered.to_json(out, force_ascii=False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=os.path.dirname(sys.argv[3])) as cache:
        # Read when the module is imported, so imported only now; a cache of its own, so that nothing is reused.
        os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=cache, HF_DATASETS_CACHE=cache)
        main(*sys.argv[1:])
