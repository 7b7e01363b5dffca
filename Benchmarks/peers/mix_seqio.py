"""A mixture in seqio: mix_seqio.py FOLDER TOTAL CAP OUT CACHE — a task a corpus, its records read from the cached
TFRecord files (made on the first run), a template drawn for each example, a mixture at the capped rates, JSON lines."""

import os
import random
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")


def main(folder, total, cap, out, cache):
    import jinja2
    import orjson
    import seqio
    import tensorflow as tf

    import mixing
    import template_file

    environment = jinja2.Environment()
    draw = random.Random(1)
    feature = seqio.Feature(seqio.PassThroughVocabulary(1), add_eos=False, dtype=tf.string, rank=0)
    features = {key: feature for key in ["inputs", "targets", "template", "task"]}
    names = []
    for name, records, templates in mixing.tasks(folder):
        compiled = [
            (key, environment.from_string(source).render, choices)
            for key, _, source, choices in template_file.load(templates)
        ]
        path = os.path.join(cache, name + ".tfrecord")
        if not os.path.exists(path):
            with tf.io.TFRecordWriter(path + ".partial") as writer, open(records, "rb") as file:
                for line in file:
                    value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[line]))
                    features = tf.train.Features(feature={"line": value})
                    writer.write(tf.train.Example(features=features).SerializeToString())
            os.replace(path + ".partial", path)

        def render(line, name=name, compiled=compiled):
            record = orjson.loads(line)
            key, render_one, choices = draw.choice(compiled)
            text, target = render_one(answer_choices=choices, **record).split("|||")
            return text.strip(), target.strip(), key

        def preprocess(dataset, render=render):
            def one(example):
                text, target, key = tf.numpy_function(
                    lambda line: render(line), [example["line"]], [tf.string, tf.string, tf.string])
                fields = {"inputs": text, "targets": target, "template": key}
                return {key: tf.ensure_shape(value, []) for key, value in fields.items()}

            return dataset.map(one, num_parallel_calls=1)

        seqio.TaskRegistry.add(
            name,
            source=seqio.TFExampleDataSource(
                {"train": path}, feature_description={"line": tf.io.FixedLenFeature([], tf.string)},
                num_input_examples={"train": mixing.size(records)}),
            preprocessors=[preprocess, lambda dataset, name=name: dataset.map(lambda e: {**e, "task": name})],
            output_features=features)
        names.append(name)
    rate = lambda task: min(task.num_input_examples("train"), int(cap))
    seqio.MixtureRegistry.add("mix", [(name, rate) for name in names])
    dataset = seqio.get_mixture_or_task("mix").get_dataset(
        sequence_length=None, split="train", shuffle=True, seed=1, num_epochs=None, use_cached=False)
    with open(out, "wb", buffering=1 << 20) as sink:
        for index, example in enumerate(dataset.take(int(total)).as_numpy_iterator()):
            line = {key: value.decode() if isinstance(value, bytes) else value for key, value in example.items()}
            line["index"] = index
            sink.write(orjson.dumps({"input": line.pop("inputs"), "target": line.pop("targets"), **line}) + b"\n")


main(*sys.argv[1:])
