"""What the tests of JSON Schemas share: the schemas that ship, their judge, and the count of checks."""
import glob
import json
import os

from jsonschema import Draft202012Validator, FormatChecker

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
CORPORA = ("salesforce-to-netsuite.jpk", "google-sheets-workspace")
ENDING = ".schema.json"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def load_schemas():
    """All schemas that ship, by the name that their files and their `$id`s have: "recipe-1"."""
    paths = sorted(glob.glob(os.path.join(ROOT, "schema", "*" + ENDING)))
    return {os.path.basename(path)[: -len(ENDING)]: load(path) for path in paths}


def samples():
    return sorted(os.path.dirname(path) for path in glob.glob(os.path.join(ROOT, "samples", "*", "project.xml")))


def corpus(name):
    """The path of a real input; None, and a line that says so, when the folder of real inputs is not there."""
    path = os.path.join(SHARED, "corpus", name)
    if os.path.exists(path):
        return path
    print(f"skipped: no {path}")
    return None


def pointer_of(parts):
    """A JSON pointer; that of the whole document is written as `/`, for no name of a key here is empty."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Judge:
    def __init__(self):
        self.checks, self.failures = 0, 0
        self.schemas = load_schemas()
        self.validators = {}

    def check(self, ok, where, message):
        self.checks += 1
        if not ok:
            self.failures += 1
            print(f"{where}: {message}")

    def validator(self, name, part):
        if (name, part) not in self.validators:
            schema = self.schemas[name]
            if part:
                schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
            self.validators[name, part] = Draft202012Validator(schema, format_checker=FormatChecker())
        return self.validators[name, part]

    def errors(self, name, value, part=None):
        """`POINTER KEYWORD` of every error, sorted. `part` is the name of a definition, in place of the whole schema."""
        found = []
        for error in self.validator(name, part).iter_errors(value):
            # A bad name of a key is reported as an error of the name; the object that has it is what counts.
            named = "propertyNames" in error.absolute_schema_path and error.parent is None
            found.append(f"{pointer_of(error.absolute_path)} {'propertyNames' if named else error.validator}")
        return sorted(found)

    def expect_valid(self, name, value, where, part=None):
        errors = self.errors(name, value, part)
        self.check(errors == [], where, f"{name}: should be valid: {errors[:10]}")

    def finish(self, what):
        """Prints the result; returns the exit status."""
        print(f"{what}: {self.checks} checks, {self.failures} failed")
        return 1 if self.failures else 0
