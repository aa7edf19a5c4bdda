"""Holds `kahn schema` against `kahn validate`, with a validator that is not ours.

usage: agree.py KAHN GOOD_FOLDER BAD_FOLDER EXAMPLES_FOLDER SCRATCH_FOLDER

1. The schema is a draft-07 schema.
2. Every good file and every example is accepted by both, every bad file refused by both.
3. Of files that are made from the good ones by one change each: what the loader accepts, the schema accepts.
"""

import copy
import json
import pathlib
import random
import subprocess
import sys

import jsonschema
import yaml


def value_of(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def accepted_by_loader(kahn, paths):
    run = subprocess.run([kahn, "validate", "--format", "json", *map(str, paths)], capture_output=True, text=True, check=False)
    verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(verdicts) == len(paths), run.stderr
    return [verdict["valid"] for verdict in verdicts]


def places(value, path=()):
    """Every place in a value, the root left out."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield path + (key,)
        yield from places(entry, path + (key,))


REPLACEMENTS = [None, True, 0, -1, 3, 1.5, "", " ", "text", "10m", "0x10", "/root", [], ["a"], [1], [[]], {}, {"a": "b"}, "x" * 129]


def changed(value, random_number):
    """A copy with one thing removed, replaced or added."""
    out = copy.deepcopy(value)
    path = random_number.choice(list(places(value)))
    parent = out
    for key in path[:-1]:
        parent = parent[key]
    kind = random_number.randrange(3)
    if kind == 0:
        del parent[path[-1]]
    elif kind == 1:
        parent[path[-1]] = copy.deepcopy(random_number.choice(REPLACEMENTS))
    elif isinstance(parent, dict):
        parent[random_number.choice(["name", "x-more", "other", "timeout", "artifacts"])] = copy.deepcopy(random_number.choice(REPLACEMENTS))
    else:
        parent.append(copy.deepcopy(random_number.choice(REPLACEMENTS)))
    return out


def main():
    kahn, good_folder, bad_folder, examples, scratch = sys.argv[1:]
    schema = json.loads(subprocess.run([kahn, "schema"], capture_output=True, text=True, check=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong = []

    for folder, expected in ((good_folder, True), (examples, True), (bad_folder, False)):
        paths = sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix in (".yaml", ".json"))
        assert paths, folder
        for path, by_loader in zip(paths, accepted_by_loader(kahn, paths)):
            by_schema = validator.is_valid(value_of(path))
            if (by_loader, by_schema) != (expected, expected):
                wrong.append(f"{path}: loader {by_loader}, schema {by_schema}, expected {expected}")

    random_number = random.Random(1)
    scratch = pathlib.Path(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    good = [value_of(path) for path in sorted(pathlib.Path(good_folder).iterdir())]
    made = []
    for number in range(600):
        # JSON: a text that looks like a number is written as the text that it is
        path = scratch / f"{number}.json"
        value = changed(random_number.choice(good), random_number)
        path.write_text(json.dumps(value), encoding="utf-8")
        made.append((path, value))
    verdicts = accepted_by_loader(kahn, [path for path, _ in made])
    agreed = 0
    for (path, value), by_loader in zip(made, verdicts):
        by_schema = validator.is_valid(value)
        agreed += by_loader == by_schema
        if by_loader and not by_schema:
            errors = "; ".join(error.message[:200] for error in validator.iter_errors(value))
            wrong.append(f"{path}: accepted by the loader, not by the schema: {errors}")
    if not any(verdicts) or all(verdicts):
        wrong.append("the changed files were all accepted or all refused: they prove nothing")

    print(f"{len(made)} changed files: {sum(verdicts)} accepted by the loader, {agreed} judged alike")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
