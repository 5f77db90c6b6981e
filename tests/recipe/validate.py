#!/usr/bin/python3
"""The JSON Schemas of the recipe formats, against hand-made files and against what the program writes.

usage: validate.py [--program PATH]

good/ holds files that the schemas must accept; cases.json changes them and says what the schemas must find then. Then
recipes are generated from every sample (as a folder and as a Jitterpak) and from the corpora in ../shared/corpus, and
checked with the schemas and for what no schema can say: unique ids, the order of steps, and that the two files agree.
"""
import argparse
import copy
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile

from jsonschema import Draft202012Validator, FormatChecker

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
KINDS = ("recipe", "configure")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Run:
    def __init__(self):
        self.checks, self.failures = 0, 0
        self.schemas = {kind: load(os.path.join(ROOT, "schema", f"{kind}-1.schema.json")) for kind in KINDS}
        self.validators = {kind: Draft202012Validator(self.schemas[kind], format_checker=FormatChecker())
                           for kind in KINDS}

    def check(self, ok, where, message):
        self.checks += 1
        if not ok:
            self.failures += 1
            print(f"{where}: {message}")

    def errors(self, kind, value):
        """`/pointer keyword` of every error."""
        def pointer(error):
            return "/" + "/".join(str(part) for part in error.absolute_path)
        found = []
        for error in self.validators[kind].iter_errors(value):
            parent = error.parent
            # A bad name of a key is reported as an error of the name; the object that has it is what counts.
            keyword = "propertyNames" if "propertyNames" in error.absolute_schema_path and parent is None else error.validator
            found.append(f"{pointer(error)} {keyword}")
        return sorted(found)


# ------------------------------------------------------------------------------------------------------ the schemas

def undescribed(schema, path="#"):
    """Properties that an editor could say nothing about."""
    if isinstance(schema, list):
        return [name for i, part in enumerate(schema) for name in undescribed(part, f"{path}/{i}")]
    if not isinstance(schema, dict):
        return []
    found = []
    for key, value in schema.items():
        if key in ("if", "then", "else", "not", "allOf", "anyOf", "contains", "enum", "const", "examples", "default"):
            continue
        if key == "properties":
            for name, part in value.items():
                if isinstance(part, dict) and not ("$ref" in part or ("title" in part and "description" in part)):
                    found.append(f"{path}/properties/{name}")
                found += undescribed(part, f"{path}/properties/{name}")
        else:
            found += undescribed(value, f"{path}/{key}")
    return found


def test_schemas(run):
    for kind in KINDS:
        Draft202012Validator.check_schema(run.schemas[kind])
        run.check(undescribed(run.schemas[kind]) == [], kind, f"without title or description: {undescribed(run.schemas[kind])}")
    for name in ("schedule", "time", "date"):
        same = run.schemas["recipe"]["$defs"][name] == run.schemas["configure"]["$defs"][name]
        run.check(same, "schemas", f"the two disagree about {name}")


# --------------------------------------------------------------------------------------------------- hand-made files

def kind_of(path):
    return "configure" if path.endswith("-configure.json") else "recipe"


def test_good(run):
    for path in sorted(glob.glob(os.path.join(HERE, "good", "*.json"))):
        errors = run.errors(kind_of(path), load(path))
        run.check(errors == [], os.path.relpath(path, ROOT), f"should be valid: {errors}")


def parent_of(value, pointer):
    *parts, last = pointer.split("/")[1:]
    for part in parts:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return (value, int(last)) if isinstance(value, list) else (value, last)


def changed(value, case):
    value = copy.deepcopy(value)
    for pointer in case.get("remove", []):
        parent, key = parent_of(value, pointer)
        del parent[key]
    for pointer, new in case.get("set", {}).items():
        parent, key = parent_of(value, pointer)
        if isinstance(parent, list) and key == len(parent):
            parent.append(new)
        else:
            parent[key] = new
    return value


def test_cases(run):
    for name, cases in load(os.path.join(HERE, "cases.json")).items():
        if name == "about":
            continue
        base = load(os.path.join(HERE, "good", name))
        for case in cases:
            errors = run.errors(kind_of(name), changed(base, case))
            expected = sorted(case.get("errors", []))
            run.check(errors == expected, name, f"{json.dumps(case)}: got {errors}")


# ----------------------------------------------------------------------------------------------------- what is written

def check_recipe(run, where, recipe):
    steps = recipe["steps"]
    properties = [p for step in steps for p in step.get("properties", [])]
    ids = [x["id"].lower() for x in steps + properties]
    endpoints = [endpoint["id"] for endpoint in recipe["endpoints"]]
    types = [step["type"] for step in steps]
    targets = [json.dumps(p["target"], sort_keys=True) for p in properties]
    run.check(len(ids) == len(set(ids)), where, "ids are not unique")
    run.check(len(endpoints) == len(set(endpoints)), where, "ids of endpoints are not unique")
    run.check(len(targets) == len(set(targets)), where, "a target has two properties")
    run.check(types[:2] == ["introduction", "agent"] and types[-1] == "review", where, f"order of steps: {types}")
    used = [step["endpoint"] for step in steps if step["type"] == "endpoint"]
    run.check(used == endpoints, where, "endpoints and their steps differ")


def expected_configuration(recipe):
    """What stands where, without the values."""
    values, schedules, actions = {}, {}, {}
    for step in recipe["steps"]:
        if step.get("properties"):
            values[step["id"]] = {p["id"]: bool(p["secret"]) for p in step["properties"] if not p.get("computed")}
        if step["type"] == "schedule":
            schedules[step["id"]] = step["default"]
        if step["type"] == "action":
            actions[step["id"]] = step["when"] == "deploy"
    return values, schedules, actions


def check_configuration(run, where, recipe, configuration):
    values, schedules, actions = expected_configuration(recipe)
    got = {step: {key: isinstance(value, dict) for key, value in filled.items()}
           for step, filled in configuration["values"].items()}
    run.check(got == values, where, "its values are not those of the recipe")
    run.check(configuration["schedules"] == schedules, where, "its schedules are not those of the recipe")
    run.check(configuration["actions"] == actions, where, "its actions are not those of the recipe")
    markers = [value["secret"] for filled in configuration["values"].values() for value in filled.values()
               if isinstance(value, dict)]
    run.check(len(markers) == len(set(markers)), where, "two secrets come from one environment variable")


def generate(run, program, project, folder):
    result = subprocess.run([program, "recipe", "generate", "-q", project, "-o", folder], capture_output=True, text=True)
    run.check(result.returncode == 0, project, f"status {result.returncode}: {result.stderr}")
    paths = {kind: glob.glob(os.path.join(glob.escape(folder), f"*-{kind}.json")) for kind in KINDS}
    run.check(all(len(found) == 1 for found in paths.values()), project, "not two files")
    return {kind: found[0] for kind, found in paths.items() if found}


def test_project(run, program, project):
    where = os.path.relpath(project, ROOT)
    with tempfile.TemporaryDirectory() as folder:
        paths = generate(run, program, project, folder)
        if len(paths) != 2:
            return
        recipe, configuration = load(paths["recipe"]), load(paths["configure"])
        for kind, value in (("recipe", recipe), ("configure", configuration)):
            errors = run.errors(kind, value)
            run.check(errors == [], where, f"{kind}: {errors}")
        check_recipe(run, where, recipe)
        check_configuration(run, where, recipe, configuration)
        with open(paths["recipe"], "rb") as file:
            checksum = hashlib.sha256(file.read()).hexdigest()
        run.check(configuration["recipe"]["sha256"] == checksum, where, "the checksum is not the recipe's")


def test_generated(run, program):
    samples = sorted(os.path.dirname(path) for path in glob.glob(os.path.join(ROOT, "samples", "*", "project.xml")))
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples:
            packed = os.path.join(folder, os.path.basename(sample) + ".jpk")
            result = subprocess.run([program, "pack", "-q", sample, packed], capture_output=True, text=True)
            run.check(result.returncode == 0, sample, f"cannot be packed: {result.stderr}")
            test_project(run, program, sample)
            test_project(run, program, packed)
    corpora = [os.path.join(SHARED, "corpus", name) for name in ("salesforce-to-netsuite.jpk", "google-sheets-workspace")]
    for corpus in corpora:
        if os.path.exists(corpus):
            test_project(run, program, corpus)
        else:
            print(f"skipped: no {corpus}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    program = os.path.abspath(parser.parse_args().program)
    run = Run()
    test_schemas(run)
    test_good(run)
    test_cases(run)
    test_generated(run, program)
    print(f"schemas: {run.checks} checks, {run.failures} failed")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
