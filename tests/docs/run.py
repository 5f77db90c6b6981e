#!/usr/bin/python3
"""The manual beside the program: doc/rules.md is what the program prints, and the YAML of the manual is YAML.

usage: run.py [--program PATH]
"""
import argparse
import glob
import os
import re
import subprocess
import sys

import yaml

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "schemas"))
from judge import Judge

DOC = os.path.join(ROOT, "doc")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def blocks(text, language):
    """The fenced blocks of a language, without what indents them."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_rules(judge, program):
    printed = subprocess.run([program, "recipe", "rules", "--format", "markdown"], capture_output=True, text=True)
    judge.check(printed.returncode == 0 and printed.stdout == read(os.path.join(DOC, "rules.md")), "doc/rules.md",
                "is not what 'jpk recipe rules --format markdown' prints; 'make doc' makes it anew")


def test_yaml(judge):
    """Every block of YAML, and of those for .jpk.yaml that they are what its schema wants."""
    for path in sorted(glob.glob(os.path.join(DOC, "*.md"))):
        for number, block in enumerate(blocks(read(path), "yaml"), 1):
            where = f"{os.path.relpath(path, ROOT)}, block {number} of YAML"
            try:
                value = yaml.safe_load(block)
            except yaml.YAMLError as error:
                judge.check(False, where, str(error))
                continue
            judge.check(value is not None, where, "is empty")
            if set(value) <= {"profile", "rules", "ignore", "exemptions", "schemas", "hygiene"}:
                judge.expect_valid("config-1", value, where)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    program = os.path.abspath(parser.parse_args().program)
    judge = Judge()
    test_rules(judge, program)
    test_yaml(judge)
    return judge.finish("manual")


if __name__ == "__main__":
    sys.exit(main())
