"""Holds `kahn schema config` against `kahn config`, with a validator that is not ours.

usage: settings_agree.py KAHN SCRATCH_FOLDER
"""

import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import yaml

# Not yes and no: they are texts in YAML 1.2, and truth values to PyYAML.
VALUES = ["1", "0", "1000001", "-1", "1.5", "true", "false", '"4"', "text", "10m", "1h30m", "soon", "", "[]", "{a: b}",
          "live", "levels", "focus", "always", "all", "cgroup2", "none", "auto", "github", "/a/b", "https://example.com"]


def main():
    kahn, scratch = sys.argv[1:]
    folder = pathlib.Path(scratch)
    (folder / "kahn").mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(folder)}
    schema = json.loads(subprocess.run([kahn, "schema", "config"], capture_output=True, text=True, check=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong = []
    accepted = refused = 0
    for name in [*schema["properties"], "nothing-like-it"]:
        taken = 0
        for value in VALUES:
            text = f"{name}: {value}\n"
            (folder / "kahn" / "config.yaml").write_text(text, encoding="utf-8")
            # In the root: there is no project's file.
            run = subprocess.run([kahn, "config"], capture_output=True, env=environment, cwd="/", check=False)
            assert run.returncode in (0, 3), (text, run)
            by_loader = run.returncode == 0
            taken += by_loader
            by_schema = validator.is_valid(yaml.safe_load(text))
            if by_loader and not by_schema:
                wrong.append(f"{text!r}: accepted by the loader, not by the schema")
            # What an address has to look like, and which text is a duration, the loader alone knows.
            if by_schema and not by_loader and name != "base_url" and schema["properties"].get(name, {}).get("anyOf") is None:
                wrong.append(f"{text!r}: accepted by the schema, not by the loader")
        accepted += taken
        refused += len(VALUES) - taken
        if (taken > 0) == (name == "nothing-like-it"):
            wrong.append(f"{name}: {taken} values accepted")
    print(f"{accepted} accepted, {refused} refused")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
