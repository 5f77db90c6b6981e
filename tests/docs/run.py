#!/usr/bin/python3
"""The manual, the hooks of pre-commit and the action of GitHub beside the program.

doc/rules.md is what the program prints; the YAML of the manual is YAML, and the commands, options, hooks and inputs that it
names are there; its console blocks print what they say; its tables have the rows of the program's tables; the scripts of the action are run as a job would run them, with stand-ins for `jpk` and `make` that say what
they were asked for, and on the samples.

The pages for man are clean, and name pages and options that are there; in README every block is one that a test runs.

usage: run.py [--program PATH] [--man FOLDER]
"""
import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "schemas"))
from judge import Judge

DOC = os.path.join(ROOT, "doc")
ACTION = os.path.join(ROOT, ".github", "actions", "recipe-validate")


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


def command_help(program, words):
    """The help of the command that a line of words begins with, with or without jpk in front; None: there is none."""
    words = words[1:] if words[0] == "jpk" else words
    for count in (2, 1):
        result = subprocess.run([program, "help", *words[:count]], capture_output=True, text=True)
        if result.returncode == 0 and len(words) >= count:
            return result.stdout
    return None


def pages():
    """README and all of the manual that is Markdown."""
    return [os.path.join(ROOT, "README.md")] + sorted(glob.glob(os.path.join(DOC, "**", "*.md"), recursive=True))


def test_commands(judge, program):
    """Every command that the manual shows, with its options."""
    for path in pages():
        text = re.sub(r"^```console\n.*?^```$", "", read(path), flags=re.MULTILINE | re.DOTALL)  # those are run
        lines = re.findall(r"`(jpk [^`]+)`", text) + re.findall(r"(?:^|[ /'])(jpk (?:recipe|schema|migrate) [^|\n]*)", text, re.MULTILINE)
        for line in lines:
            where = f"{os.path.relpath(path, ROOT)}: {line}"
            known = command_help(program, line.split())
            judge.check(known is not None, where, "is no command")
            for option in re.findall(r"(?<= )--[a-z-]+", line) if known else []:
                judge.check(re.search(rf"{option}\b", known) is not None, where, f"{option} is no option of it")


def test_console(judge, program):
    """What the console blocks print, a page in a folder of its own."""
    runner = os.path.join(ROOT, "tests", "cli", "run.py")
    pages = [path for path in sorted(glob.glob(os.path.join(DOC, "*.md"))) if blocks(read(path), "console")]
    judge.check(pages != [], "doc", "has no console blocks")
    for path in pages:
        result = subprocess.run([sys.executable, runner, "--program", program, path], capture_output=True, text=True)
        judge.check(result.returncode == 0, os.path.relpath(path, ROOT), result.stdout + result.stderr)


def test_migration(judge):
    """Every reason, status and finding of migrations has its row."""
    shown = read(os.path.join(DOC, "migrate.md"))
    rows = re.findall(r"^\| (`.*?) \|", shown, re.MULTILINE)
    named = set(re.findall("`([^`]+)`", " ".join(rows)))
    for file, pattern in (("plan_make.c", r'\[REASON_[A-Z_]+\] = \{"([^"]+)"'), ("verify.c", r'\[VERIFY_[A-Z_]+\] = \{"([^"]+)"'),
                          ("overview.c", r'names\[OVERVIEW_STATES\] = \{([^}]*)'),
                          ("plan_make.c", r'names\[MIGRATE_ACTIONS\] = \{([^}]*)')):
        found = re.findall(pattern, read(os.path.join(ROOT, "migrate", file)))
        names = {name for text in found for name in (re.findall('"([^"]+)"', text) or [text])}
        judge.check(len(names) > 4, f"migrate/{file}", "the names are not found")
        judge.check(names <= named, "doc/migrate.md", f"has no row for {sorted(names - named)}")


def test_scan_rules(judge):
    """The table of what is found is that of the sources, in their order, with severity and confidence."""
    rows = []
    for file in ("hygiene.c", "secret_text.c"):
        for name, words, severity, confidence in re.findall(
                r'\{"([a-z-]+)",\s*((?:"[^"]*"\s*)+),\s*JPK_(ERROR|WARNING|INFO),\s*JPK_(LOW|MEDIUM|HIGH)\}',
                read(os.path.join(ROOT, "jpk", file))):
            summary = "".join(re.findall('"([^"]*)"', words)).rstrip(".")
            rows.append(f"| `{name}` | {summary} ({severity.lower()}, {confidence.lower()}) |")
    shown = re.findall(r"^\| `.*\|$", read(os.path.join(DOC, "man", "jpk-scan.1.md")), re.MULTILINE)
    judge.check(len(rows) > 20, "jpk/hygiene.c", "the rules are not found")
    judge.check(shown == rows, "doc/man/jpk-scan.1.md", "its table differs: " + "; ".join(sorted(set(shown) ^ set(rows))))


def test_conflicts(judge):
    """Every kind of conflict has its row, in the page of the command and in that of git."""
    kinds = set(re.findall(r'\[JPK_MERGE_[A-Z]+\] = "([^"]+)"', read(os.path.join(ROOT, "jpk", "merge_report.c"))))
    judge.check(len(kinds) > 5, "jpk/merge_report.c", "the kinds are not found")
    for page in (os.path.join("man", "jpk-merge.1.md"), "git.md"):
        rows = re.findall(r"^\| (`[^|]*) \|", read(os.path.join(DOC, page)), re.MULTILINE)
        shown = set(re.findall("`([a-z]+)`", " ".join(rows)))
        judge.check(kinds <= shown, f"doc/{page}", f"has no row for {sorted(kinds - shown)}")


# -------------------------------------------------------------------------------------------------------------- README

def test_readme(judge):
    """Every block is of a kind that a test runs or builds."""
    text = read(os.path.join(ROOT, "README.md"))
    targets = set(re.findall(r"^([a-z-]+):", read(os.path.join(ROOT, "Makefile")), re.MULTILINE))
    languages = re.findall(r"^```([^\n]*)\n(?:.*?)^```$", text, re.MULTILINE | re.DOTALL)
    judge.check(text.count("```") == 2 * len(languages), "README.md", "has a block that does not end")
    judge.check(set(languages) == {"console", "sh", "c"}, "README.md", f"has blocks of {sorted(set(languages))}")
    for block in blocks(text, "sh"):
        for line in block.splitlines():
            words = line.split("#")[0].split()
            judge.check(words[0] == "make" and set(words[1:]) <= targets, "README.md", f"'{line}' is no target of make")
    for block in blocks(text, "c"):
        judge.check(block in read(os.path.join(DOC, "example.c")), "README.md", "the block of C is not that of doc/example.c")


# ------------------------------------------------------------------------------------------------------ pages for man

def test_man(judge, program, folder):
    """mandoc and groff find nothing; what a page refers to is there; every page of prose is of something."""
    names = sorted(os.listdir(folder))
    judge.check(len(names) > 20, folder, "holds no pages")
    paths = [os.path.join(folder, name) for name in names]
    for tool, command in (("mandoc", ["mandoc", "-T", "lint", "-W", "warning"]), ("groff", ["groff", "-man", "-ww", "-z"])):
        if not shutil.which(tool):
            print(f"  skipped: {tool} is not installed")
            continue
        result = subprocess.run(command + paths, capture_output=True, text=True)
        # Pages have a version and no date.
        found = [line for line in (result.stdout + result.stderr).splitlines() if "missing date" not in line]
        judge.check(not found, tool, "\n".join(found))
    for path in paths:
        text = read(path).replace("\\-", "-")
        for name, section in re.findall(r"\\fB((?:jpk|libjpk)[a-z-]*)\\fR\((\d)\)", text):
            judge.check(f"{name}.{section}" in names, path, f"refers to {name}({section})")
    prose = {os.path.basename(path)[: -len(".md")] for path in glob.glob(os.path.join(DOC, "man", "*.md"))}
    judge.check(prose <= set(names), "doc/man", f"{sorted(prose - set(names))} belong to no command")
    bare = sorted(set(names) - prose - {"libjpk.3"})
    judge.check(not bare, "doc/man", f"has no prose and examples of {bare}")
    for path in sorted(glob.glob(os.path.join(DOC, "man", "*.md"))):
        for row in re.findall(r"^\| ((?:`[^`]*`|[^|`\n])+) \|", read(path), re.MULTILINE):
            judge.check(len(row) <= 60, path, f"the first cell is too long for a page of 80 columns: {row}")
        judge.check(blocks(read(path), "console"), path, "has no example")


def test_api(judge, folder):
    """The reference of the library: every function has a place, every link leads to one."""
    headers = sorted(glob.glob(os.path.join(ROOT, "include", "jpk", "*.h")))
    subprocess.run([sys.executable, os.path.join(DOC, "api.py"), "html", folder, "1.2.3", *headers], check=True)
    texts = {name: read(os.path.join(folder, name)) for name in os.listdir(folder)}
    places = {name: re.findall(r'id="([^"]+)"', text) for name, text in texts.items()}
    for name, text in texts.items():
        judge.check(len(places[name]) == len(set(places[name])), name, "has two places of one name")
        for page, place in re.findall(r'href="([^"#]+)#?([^"]*)"', text):
            judge.check(page in texts and (not place or place in places[page]), name, f"leads to {page}#{place}")
    for header in headers:
        page = os.path.basename(header) + ".html"
        declared = re.findall(r"^JPK_API[^;(]*?\b(jpk_\w+)\(", read(header), re.MULTILINE)
        judge.check(set(declared) <= set(places[page]), page, f"lacks {sorted(set(declared) - set(places[page]))}")
        judge.check(all(f'href="{page}#{name}"' in texts["index.html"] for name in declared), "index.html", f"lacks {page}")


# ---------------------------------------------------------------------------------------------------------- pre-commit

def test_hooks(judge, program):
    hooks = yaml.safe_load(read(os.path.join(ROOT, ".pre-commit-hooks.yaml")))
    for hook in hooks:
        where = f".pre-commit-hooks.yaml, {hook.get('id')}"
        judge.check({"id", "name", "description", "entry", "language"} <= set(hook), where, "lacks a key")
        judge.check(hook["language"] == "system", where, "is of another language")
        judge.check(command_help(program, hook["entry"].split()) is not None, where, "runs no command of the program")
        re.compile(hook.get("files", ""))
    ids = {hook["id"] for hook in hooks}
    for block in blocks(read(os.path.join(DOC, "ci.md")), "yaml"):
        for repository in yaml.safe_load(block).get("repos", []):
            named = {hook["id"] for hook in repository["hooks"]}
            judge.check(named == ids, "doc/ci.md", f"shows the hooks {sorted(named)}, not {sorted(ids)}")


# -------------------------------------------------------------------------------------------------------------- action

def test_action(judge):
    action = yaml.safe_load(read(os.path.join(ACTION, "action.yml")))
    inputs, steps = action["inputs"], action["runs"]["steps"]
    judge.check(action["runs"]["using"] == "composite", "action.yml", "is of another kind")
    for step in steps:
        judge.check("${{" not in step["run"], "action.yml", "an input is a part of a command line")
        script = step["run"].rsplit("/", 1)[1].rstrip('"')
        judge.check(os.path.exists(os.path.join(ACTION, script)), "action.yml", f"{script} is not there")
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(steps)))
    judge.check(used == set(inputs), "action.yml", f"uses {sorted(used)}, has {sorted(inputs)}")
    shown = read(os.path.join(DOC, "ci.md"))
    for name, value in inputs.items():
        default = value["default"]
        row = f"| `{name}` | `{default}` |" if default else f"| `{name}` | |"
        judge.check(row in shown, "doc/ci.md", f"says nothing of the input {name} or its default")
    for block in blocks(shown, "yaml"):
        for job in yaml.safe_load(block).get("jobs", {}).values():
            for step in job["steps"]:
                if "recipe-validate" in step.get("uses", ""):
                    judge.check(f"/{os.path.relpath(ACTION, ROOT)}@" in step["uses"], "doc/ci.md", "another path")
                    judge.check(set(step["with"]) <= set(inputs), "doc/ci.md", "shows inputs that are none")


def stand_in(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + lines)
    os.chmod(path, 0o755)


def run_script(script, folder, path, **variables):
    return subprocess.run(["sh", os.path.join(ACTION, script)], cwd=folder, capture_output=True, text=True,
                          env={"PATH": path, "GITHUB_ACTION_PATH": ACTION, **variables})


def test_validate_arguments(judge, folder):
    """What jpk is asked for, argument by argument."""
    stand_in(folder, "jpk", 'printf "<%s>" "$@"; echo; exit "${ANSWER:-0}"\n')
    path = f"{folder}:/usr/bin:/bin"
    command = "<recipe><validate><--format>"
    cases = (({}, f"{command}<github><--fail-level><error><--><.>"),
             ({"JPK_PATHS": "recipes", "JPK_PROFILE": "strict", "JPK_FAIL_LEVEL": "never", "JPK_FORMAT": "text"},
              f"{command}<text><--profile><strict><--fail-level><never><--><recipes>"),
             ({"JPK_PATHS": "a b\n\n-c\n$(touch harm) *\n"},
              f"{command}<github><--fail-level><error><--><a b><-c><$(touch harm) *>"),
             ({"JPK_PROFILE": "x; touch harm"},
              f"{command}<github><--profile><x; touch harm><--fail-level><error><--><.>"))
    for variables, expected in cases:
        result = run_script("validate.sh", folder, path, **variables)
        judge.check((result.stdout, result.returncode) == (expected + "\n", 0), f"validate.sh {variables}",
                    f"{result.stdout}{result.stderr}")
    judge.check(not os.path.exists(os.path.join(folder, "harm")), "validate.sh", "runs what an input says")
    for status in (0, 1, 2, 3, 4):
        result = run_script("validate.sh", folder, path, ANSWER=str(status), JPK_SARIF_FILE="out/of it.sarif")
        judge.check(result.returncode == status, "validate.sh", f"status {result.returncode}, not {status}")
        lines = 1 if status in (0, 1, 3) else 0
        judge.check(result.stdout.count("\n") == lines, "validate.sh", f"prints {result.stdout}")
    sarif = read(os.path.join(folder, "out", "of it.sarif"))
    judge.check(sarif == f"{command}<sarif><--fail-level><error><--><.>\n", "validate.sh", f"SARIF: {sarif}")


def test_build(judge, folder):
    """Nothing where jpk is there; else `make program`, and a line for the path of later steps."""
    added = os.path.join(folder, "added")
    present = os.path.join(folder, "present")
    absent = os.path.join(folder, "absent")
    for place in (present, absent):
        os.mkdir(place)
    stand_in(present, "jpk", "echo jpk 0.1.0\n")
    result = run_script("build.sh", folder, f"{present}:/usr/bin:/bin", GITHUB_PATH=added)
    judge.check(result.stdout == "jpk is there: jpk 0.1.0\n", "build.sh", result.stdout + result.stderr)
    judge.check(not os.path.exists(added), "build.sh", "changes the path although jpk is there")
    stand_in(absent, "make", 'echo "$@"\n')
    for tool in ("sh", "dirname"):
        os.symlink(shutil.which(tool), os.path.join(absent, tool))
    result = run_script("build.sh", folder, absent, GITHUB_PATH=added)
    judge.check(result.stdout == f"-C {os.path.realpath(ROOT)} program\n", "build.sh", result.stdout + result.stderr)
    judge.check(os.path.exists(added) and read(added) == f"{os.path.realpath(ROOT)}/build\n", "build.sh",
                "does not add the program to the path")


def test_validate_samples(judge, program, folder):
    """The real program on the sample recipes, whole and with a mistake."""
    place = os.path.join(folder, "bin")
    os.mkdir(place)
    os.symlink(program, os.path.join(place, "jpk"))
    recipes = os.path.join(folder, "recipes")
    shutil.copytree(os.path.join(ROOT, "samples", "recipes"), recipes)
    for recipe in glob.glob(os.path.join(recipes, "*", "*-recipe.json")):
        with open(recipe, encoding="utf-8") as file:
            name = json.load(file)["jitterpak"]["file"]
        subprocess.run([program, "pack", "-q", os.path.join(ROOT, "samples", name[: -len(".jpk")]),
                        os.path.join(os.path.dirname(recipe), name)], check=True)
    variables = {"JPK_PATHS": "recipes", "JPK_SARIF_FILE": "jpk.sarif"}
    path = f"{place}:/usr/bin:/bin"
    result = run_script("validate.sh", folder, path, **variables)
    judge.check(result.returncode == 0, "validate.sh on the samples", result.stdout + result.stderr)
    with open(recipe, encoding="utf-8") as file:
        text = file.read()
    with open(recipe, "w", encoding="utf-8") as file:
        file.write(text.replace('"recipeFormat": 1', '"recipeFormat": 2'))
    result = run_script("validate.sh", folder, path, **variables)
    named = f"file={os.path.relpath(recipe, folder)},line=2,"
    judge.check(result.returncode == 1 and f"::error {named}" in result.stdout, "validate.sh on a wrong recipe",
                f"status {result.returncode}: {result.stdout}{result.stderr}")
    with open(os.path.join(folder, "jpk.sarif"), encoding="utf-8") as file:
        levels = [found["level"] for found in json.load(file)["runs"][0]["results"]]
    judge.check("error" in levels, "validate.sh on a wrong recipe", f"SARIF has the levels {levels}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    parser.add_argument("--man", default=os.path.join(ROOT, "build", "man"))
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    judge = Judge(program)
    test_rules(judge, program)
    test_yaml(judge)
    test_commands(judge, program)
    test_console(judge, program)
    test_migration(judge)
    test_scan_rules(judge)
    test_conflicts(judge)
    test_readme(judge)
    test_man(judge, program, arguments.man)
    test_hooks(judge, program)
    test_action(judge)
    with tempfile.TemporaryDirectory() as folder:
        test_api(judge, folder)
    for test in (test_validate_arguments, test_build):
        with tempfile.TemporaryDirectory() as folder:
            test(judge, folder)
    with tempfile.TemporaryDirectory() as folder:
        test_validate_samples(judge, program, folder)
    return judge.finish("manual")


if __name__ == "__main__":
    sys.exit(main())
