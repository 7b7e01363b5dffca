"""The best loop by hand over a template engine and orjson: render_loop.py RECORDS TEMPLATES OUT jinja2|minijinja."""

import sys

import orjson

import template_file


def jinja2_renderers(templates):
    import jinja2

    environment = jinja2.Environment()
    return [(name, environment.from_string(source).render, choices) for _, name, source, choices in templates]


def minijinja_renderers(templates):
    import minijinja

    environment = minijinja.Environment(templates={name: source for _, name, source, _ in templates})
    environment.auto_escape_callback = lambda name: False
    environment.pycompat = True

    def renderer(name):
        return lambda record: environment.render_template(name, **record)

    return [(name, renderer(name), choices) for _, name, _, choices in templates]


def main(records, templates, out, engine):
    renderers = {"jinja2": jinja2_renderers, "minijinja": minijinja_renderers}[engine](template_file.load(templates))
    loads, dumps, line_end = orjson.loads, orjson.dumps, orjson.OPT_APPEND_NEWLINE
    with open(records, "rb") as source, open(out, "wb", buffering=1 << 20) as sink:
        write = sink.write
        for line in source:
            record = loads(line)
            for name, render, choices in renderers:
                record["answer_choices"] = choices
                parts = render(record).split("|||")
                example = {"template": name, "input": parts[0].strip(), "target": parts[1].strip()}
                write(dumps(example, option=line_end))


main(*sys.argv[1:])
