"""What the tests of JSON Schemas share: the schemas that ship, their judge, and the count of checks.

The judge is the program itself, which the official test suite of JSON Schema judges. Where Python's jsonschema is there,
it has to find the same in the examples.
"""
import collections
import glob
import json
import os
import re
import subprocess
import tempfile

try:
    from jsonschema import Draft202012Validator, FormatChecker
except ImportError:
    Draft202012Validator = None

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


# ------------------------------------------------------------------------------------------------ what a schema finds

def own_errors(output):
    """`POINTER KEYWORD` of every error of an output of the form `basic`, each once."""
    errors = output.get("errors", [])
    above = {error["keywordLocation"][:match.start()] for error in errors
             for match in re.finditer("/", error["keywordLocation"])}
    holders = {(error["keywordLocation"], error["instanceLocation"].rsplit("/", 1)[0]) for error in errors
               if error["instanceLocation"]}
    found = set()
    for error in errors:
        location, pointer = error["keywordLocation"], error["instanceLocation"]
        keyword = location.rsplit("/", 1)[-1]
        # Of forms of which one was enough the whole counts, and of what is only above errors nothing.
        if re.search("/(anyOf|oneOf)/[0-9]+/|/contains/", location):
            continue
        if location in above and keyword not in ("anyOf", "oneOf", "contains") or (location, pointer) in holders:
            continue
        # Keys that are wrong are errors of the object that has them.
        if "/propertyNames/" in location + "/":
            keyword = "propertyNames"
        if keyword in ("propertyNames", "additionalProperties", "unevaluatedProperties"):
            pointer = pointer.rsplit("/", 1)[0]
        found.add(f"{pointer or '/'} {keyword}")
    return sorted(found)


def second_opinion(schema, value):
    """The same of Python's jsonschema."""
    found = set()
    for error in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value):
        named = "propertyNames" in error.absolute_schema_path and error.parent is None
        found.add(f"{pointer_of(error.absolute_path)} {'propertyNames' if named else error.validator}")
    return sorted(found)


Case = collections.namedtuple("Case", "value where expected example")


class Judge:
    """Values are collected and judged together at the end, for starting a program takes longer than judging."""

    def __init__(self, program):
        self.program = program
        self.checks, self.failures, self.compared = 0, 0, 0
        self.schemas = load_schemas()
        self.cases = collections.defaultdict(list)

    def check(self, ok, where, message):
        self.checks += 1
        if not ok:
            self.failures += 1
            print(f"{where}: {message}")

    def expect(self, name, value, where, expected, part=None, example=False):
        """The errors that a schema must find, sorted. `part` is the name of a definition, in place of the whole schema."""
        self.cases[name, part].append(Case(value, where, sorted(set(expected)), example))

    def expect_valid(self, name, value, where, part=None, example=False):
        self.expect(name, value, where, [], part, example)

    def judge(self, folder, schema, cases):
        instances = os.path.join(folder, "instances")
        os.mkdir(instances)
        path = os.path.join(folder, "schema.json")
        for file, value in [(path, schema)] + [(os.path.join(instances, f"{number:06}.json"), case.value)
                                               for number, case in enumerate(cases)]:
            with open(file, "w", encoding="utf-8") as stream:
                json.dump(value, stream)
        result = subprocess.run([self.program, "schema", "validate", "-F", "--output", "basic", "-s", path, instances],
                                capture_output=True, text=True)
        outputs = json.loads(result.stdout) if result.stdout else []
        outputs = outputs if isinstance(outputs, list) else [{"output": outputs}]
        self.check(len(outputs) == len(cases) and result.stderr == "", path, f"{result.returncode}: {result.stderr}")
        return [own_errors(one["output"]) for one in outputs]

    def settle(self):
        for (name, part), cases in self.cases.items():
            schema = self.schemas[name]
            if part:
                schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
            with tempfile.TemporaryDirectory() as folder:
                for case, found in zip(cases, self.judge(folder, schema, cases)):
                    self.check(found == case.expected, case.where, f"{name}: got {found[:10]}, not {case.expected}")
                    if case.example and Draft202012Validator:
                        second = second_opinion(schema, case.value)
                        self.compared += 1
                        self.check(found == second, case.where, f"{name}: jsonschema got {second[:10]}")
        self.cases.clear()

    def finish(self, what):
        """Judges what was collected, and prints the result; returns the exit status."""
        self.settle()
        print(f"{what}: {self.checks} checks, {self.failures} failed"
              + (f", {self.compared} beside jsonschema" if Draft202012Validator else ""))
        return 1 if self.failures else 0
