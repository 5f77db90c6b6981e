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

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(HERE), "schemas"))
from judge import CORPORA, ROOT, Judge, corpus, load, samples

KINDS = ("recipe", "configure")


# --------------------------------------------------------------------------------------------------- hand-made files

def schema_of(path):
    return "configure-1" if path.endswith("-configure.json") else "recipe-1"


def test_good(judge):
    for path in sorted(glob.glob(os.path.join(HERE, "good", "*.json"))):
        judge.expect_valid(schema_of(path), load(path), os.path.relpath(path, ROOT), example=True)


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


def test_cases(judge):
    for name, cases in load(os.path.join(HERE, "cases.json")).items():
        if name == "about":
            continue
        base = load(os.path.join(HERE, "good", name))
        for case in cases:
            judge.expect(schema_of(name), changed(base, case), f"{name}: {json.dumps(case)}", case.get("errors", []),
                         example=True)


# ----------------------------------------------------------------------------------------------------- what is written

def check_recipe(judge, where, recipe):
    steps = recipe["steps"]
    properties = [p for step in steps for p in step.get("properties", [])]
    ids = [x["id"].lower() for x in steps + properties]
    endpoints = [endpoint["id"] for endpoint in recipe["endpoints"]]
    types = [step["type"] for step in steps]
    targets = [json.dumps(p["target"], sort_keys=True) for p in properties]
    judge.check(len(ids) == len(set(ids)), where, "ids are not unique")
    judge.check(len(endpoints) == len(set(endpoints)), where, "ids of endpoints are not unique")
    judge.check(len(targets) == len(set(targets)), where, "a target has two properties")
    judge.check(types[:2] == ["introduction", "agent"] and types[-1] == "review", where, f"order of steps: {types}")
    used = [step["endpoint"] for step in steps if step["type"] == "endpoint"]
    judge.check(used == endpoints, where, "endpoints and their steps differ")


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


def check_configuration(judge, where, recipe, configuration):
    values, schedules, actions = expected_configuration(recipe)
    got = {step: {key: isinstance(value, dict) for key, value in filled.items()}
           for step, filled in configuration["values"].items()}
    judge.check(got == values, where, "its values are not those of the recipe")
    judge.check(configuration["schedules"] == schedules, where, "its schedules are not those of the recipe")
    judge.check(configuration["actions"] == actions, where, "its actions are not those of the recipe")
    markers = [value["secret"] for filled in configuration["values"].values() for value in filled.values()
               if isinstance(value, dict)]
    judge.check(len(markers) == len(set(markers)), where, "two secrets come from one environment variable")


def generate(judge, program, project, folder):
    result = subprocess.run([program, "recipe", "generate", "-q", project, "-o", folder], capture_output=True, text=True)
    judge.check(result.returncode == 0, project, f"status {result.returncode}: {result.stderr}")
    paths = {kind: glob.glob(os.path.join(glob.escape(folder), f"*-{kind}.json")) for kind in KINDS}
    judge.check(all(len(found) == 1 for found in paths.values()), project, "not two files")
    return {kind: found[0] for kind, found in paths.items() if found}


def test_project(judge, program, project):
    where = os.path.relpath(project, ROOT)
    with tempfile.TemporaryDirectory() as folder:
        paths = generate(judge, program, project, folder)
        if len(paths) != 2:
            return
        recipe, configuration = load(paths["recipe"]), load(paths["configure"])
        judge.expect_valid("recipe-1", recipe, where)
        judge.expect_valid("configure-1", configuration, where)
        check_recipe(judge, where, recipe)
        check_configuration(judge, where, recipe, configuration)
        with open(paths["recipe"], "rb") as file:
            checksum = hashlib.sha256(file.read()).hexdigest()
        judge.check(configuration["recipe"]["sha256"] == checksum, where, "the checksum is not the recipe's")


def test_generated(judge, program):
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples():
            packed = os.path.join(folder, os.path.basename(sample) + ".jpk")
            result = subprocess.run([program, "pack", "-q", sample, packed], capture_output=True, text=True)
            judge.check(result.returncode == 0, sample, f"cannot be packed: {result.stderr}")
            test_project(judge, program, sample)
            test_project(judge, program, packed)
    for path in filter(None, map(corpus, CORPORA)):
        test_project(judge, program, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    program = os.path.abspath(parser.parse_args().program)
    judge = Judge(program)
    test_good(judge)
    test_cases(judge)
    test_generated(judge, program)
    return judge.finish("recipes")


if __name__ == "__main__":
    sys.exit(main())
