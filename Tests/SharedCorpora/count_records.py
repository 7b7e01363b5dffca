"""Reads the corpora of the tests with readers that are not ours (csv, json, re, lxml) and writes what a
correct reading finds (Parquet: pyarrow): counts, and a digest of every record's values, to expected.json beside this file.

Run from the repository's root, with PyYAML, lxml and pyarrow:  python3 Tests/SharedCorpora/count_records.py [SHARED]
Corpora whose files are missing are left out. Limits are not applied: which records they choose is ours to say.
"""
import codecs, csv, glob, gzip, hashlib, io, json, os, re, sys
import yaml
from lxml import etree

shared = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "../shared/corpora")
csv.field_size_limit(1 << 30)


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema: yes, no, on and off are texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))

MISSING = object()


def pattern(text):
    return re.compile(text.replace("(?<=", "\0").replace("(?<!", "\1").replace("(?<", "(?P<")
                      .replace("\0", "(?<=").replace("\1", "(?<!"))


def content(path, description):
    """The text of a file, decompressed and decoded."""
    data = open(path, "rb").read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    encoding = description.get("encoding", "utf-8")
    errors = description.get("invalid_utf8", "error").replace("error", "strict")
    return data.removeprefix(codecs.BOM_UTF8).decode(encoding, errors)


def lines_of(path, description):
    lines = content(path, description).split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def at_pointer(value, text):
    for token in (text.split("/")[1:] if text.startswith("/") else [text] if text else []):
        token = token.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(token)] if isinstance(value, list) else value[token]
        except (KeyError, IndexError, ValueError, TypeError):
            return MISSING
    return value


def xml_value(element, path):
    if path.endswith("text()"):
        owner = path.removesuffix("text()").rstrip("/") or "."
        return ["".join(x.xpath("text()")) for x in element.xpath(owner)]
    return [str(x) if isinstance(x, str) else "".join(x.itertext()) for x in element.xpath(path)]


def raw_records(kind, path, description, records):
    """One lookup function a record, or None for a line that is passed over."""
    if kind == "jsonl":
        for line in lines_of(path, description):
            if line.strip():
                value = json.loads(line)
                yield lambda name, value=value: at_pointer(value, name)
    elif kind == "json":
        whole = json.loads(content(path, description))
        for value in at_pointer(whole, records):
            yield lambda name, value=value: at_pointer(value, name)
    elif kind in ("csv", "tsv"):
        quotes = description.get("quotes", kind == "csv")
        if quotes:
            with io.StringIO(content(path, description), newline="") as file:
                rows = list(csv.reader(file, delimiter="," if kind == "csv" else "\t", strict=True))
        else:
            rows = [line.split("\t") for line in lines_of(path, description)]
        rows = [row for row in rows if row and row != [""]]
        columns = description.get("columns") or rows.pop(0)
        for row in rows:
            assert len(row) == len(columns), row
            values = dict(zip(columns, row))
            yield lambda name, values=values: values[name]
    elif kind == "parquet":
        import pyarrow.parquet

        for value in pyarrow.parquet.read_table(path).to_pylist():
            yield lambda name, value=value: at_pointer(value, name)
    elif kind == "lines":
        expression = pattern(description["pattern"]) if "pattern" in description else None
        for line in lines_of(path, description):
            if "comment" in description and line.startswith(description["comment"]):
                yield None
                continue
            match = expression.search(line) if expression else (line or None)
            if match is None:
                if expression and description.get("on_no_match") != "skip":
                    raise ValueError("no match: " + line)
                yield None
            else:
                groups = match.groupdict() if expression else {}
                yield lambda name, groups=groups, line=line: groups.get(name, line)
    else:
        tree = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        for element in tree.xpath(records):
            yield lambda name, element=element: xml_value(element, name)


def as_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (int, float)) else value


def converted(value, kind):
    if kind == "string":
        return as_text(value)
    if kind == "integer":
        return int(value)
    if kind == "number":
        return float(value)
    assert isinstance(value, {"list": list, "dictionary": dict, "boolean": bool}[kind])
    return value


def made(lookup, constants, rule, kind):
    rule = rule if isinstance(rule, dict) else {"from": rule}
    def one(name):
        found = constants[name] if name in constants else lookup(name)
        assert found is not MISSING, rule
        return found

    if "const" in rule:
        value = rule["const"]
    elif "list" in rule:
        value = [one(name) for name in rule["list"]]
    elif "join" in rule:
        value = rule.get("with", " ").join(one(name) for name in rule["join"])
    elif rule["from"] in constants:
        value = constants[rule["from"]]
    else:
        value = lookup(rule["from"])
        if "default" in rule and (value is MISSING or value is None):
            value = rule["default"]
        assert value is not MISSING, rule
        if kind == "xml" and rule.get("type") != "list":
            assert len(value) == 1, (rule, value)
            value = value[0]
    for old, new in rule.get("replace", []):
        value = value.replace(old, new)
    if "extract" in rule:
        match = pattern(rule["extract"]).search(value)
        assert match or "default" in rule, rule
        value = (match[1] if match.re.groups else match[0]) if match else rule["default"]
    if "split" in rule:
        value = value.split(rule["split"]) if value else []
    if "map" in rule:
        keys = {str(key): image for key, image in rule["map"].items()}
        value = [keys[as_text(v)] for v in value] if isinstance(value, list) else keys[as_text(value)]
    if "type" in rule:
        if "split" in rule and rule["type"] != "list":
            return [converted(v, rule["type"]) for v in value]
        value = converted(value, rule["type"])
    return value


def sources_of(description):
    def entries(value, split):
        for entry in value if isinstance(value, list) else [value]:
            yield ({"path": entry} if isinstance(entry, str) else entry), split
    split_files = [e for split, value in (description.get("splits") or {}).items() for e in entries(value, split)]
    named = {entry.get("path") for entry, _ in split_files}
    plain = [e for e in entries(description.get("source") or [], None) if e[0].get("path") not in named]
    return plain + split_files


def reading(path):
    text = open(path, encoding="utf-8").read().replace("SHARED", shared)
    description = yaml.load(text, Loader)
    folder = os.path.dirname(path)
    digest = hashlib.sha256()
    result = {"records": 0, "skipped": 0, "duplicates": 0, "splits": {}, "inputs": []}
    seen = set()
    for source, split in sources_of(description):
        if "aligned" in source:
            columns = {name: os.path.join(folder, path) for name, path in source["aligned"].items()}
            files = list(columns.values())
            texts = [lines_of(path, description) for path in files]
            assert len({len(lines) for lines in texts}) == 1, source
            rows = [dict(zip(columns, row)) for row in zip(*texts)]
            lookups = [lambda name, row=row: row[name] for row in rows]
        else:
            path = os.path.join(folder, source["path"])
            files = sorted(glob.glob(path)) or [path]
            records = source.get("records", description.get("records", ""))
            lookups = (lookup for file in files
                       for lookup in raw_records(description["format"], file, description, records))
        constants = source.get("set", {})
        for file in files:
            sha = hashlib.sha256(open(file, "rb").read()).hexdigest()
            if sha not in result["inputs"]:
                result["inputs"].append(sha)
        for lookup in lookups:
            if lookup is None:
                result["skipped"] += 1
                continue

            def condition_holds(name, expression):
                value = constants[name] if name in constants else lookup(name)
                if isinstance(value, list) and description["format"] == "xml":
                    value = value[0] if len(value) == 1 else MISSING
                return value is not MISSING and pattern(expression).search(as_text(value)) is not None

            if not all(condition_holds(*item) for item in description.get("where", {}).items()):
                result["skipped"] += 1
                continue
            values = {name: made(lookup, constants, rule, description["format"])
                      for name, rule in description["fields"].items()}
            key = json.dumps([values[name] for name in description.get("dedupe", [])])
            if "dedupe" in description:
                if key in seen:
                    result["duplicates"] += 1
                    continue
                seen.add(key)
            line = json.dumps(list(values.values()), ensure_ascii=False, separators=(",", ":"), default=bytes.decode)
            digest.update((line + "\n").encode("utf-8"))
            result["records"] += 1
            if split:
                result["splits"][split] = result["splits"].get(split, 0) + 1
    result["sha256"] = digest.hexdigest()
    return result


here = os.path.dirname(os.path.abspath(__file__))
expected = {}
for path in sorted(glob.glob("corpora/*/corpus.yaml")) + sorted(glob.glob(here + "/*.yaml")):
    name = "corpora/" + path.split("/")[-2] if path.endswith("corpus.yaml") else os.path.basename(path)[:-5]
    if any(key in open(path).read() for key in ("duckdb:", "://")):
        continue
    try:
        expected[name] = reading(path)
        print(name, {key: value for key, value in expected[name].items() if key not in ("inputs", "sha256")})
    except FileNotFoundError as error:
        print(name, "left out:", error)
with open(here + "/expected.json", "w") as file:
    json.dump(expected, file, indent=1, sort_keys=True)
    file.write("\n")
