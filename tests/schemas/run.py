#!/usr/bin/python3
"""The JSON Schemas that ship: their form, examples of what they accept and refuse, and what the program prints.

usage: run.py [--program PATH]

For each schema/NAME.schema.json, NAME/good/ holds files that it must accept, and NAME/bad/ files that it must refuse,
each named after what is wrong. Beside a bad file stands a .expect file: the errors, one a line, sorted, each once:

    /steps/0/title minLength      the JSON pointer of the value (/ is the whole document) and the keyword that fails

Then every report of the program, the index of every unpacked tree and the real Cloud Studio files in ../shared/corpus
are checked with their schemas. Recipes have tests of their own: tests/recipe/validate.py. Which command prints what is a
table of the manual, doc/man/jpk-json.7.md: it must name every command that can print JSON, and exactly the schemas that
what was printed here has.
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
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
from judge import CORPORA, ROOT, Judge, corpus, load, samples

HERE = os.path.dirname(os.path.abspath(__file__))
TESTED_ELSEWHERE = ("recipe-1", "configure-1")
# Schemas of files that others make: they may hold keys that nobody told us of.
OPEN = ("manifest-1", "cloud-studio-export-1")
# Keywords whose schemas only restrict what others describe.
RESTRICTING = ("if", "then", "else", "not", "allOf", "anyOf", "contains")
# Keywords whose values are no schemas.
VALUES = ("enum", "const", "examples", "default", "required", "dependentRequired", "type")


# ------------------------------------------------------------------------------------------------ how they are written

def subschemas(schema, path="#"):
    """Each schema inside of another that describes something, with its place."""
    yield path, schema
    for key, value in schema.items():
        if key in VALUES or key in RESTRICTING:
            continue
        if key in ("properties", "patternProperties", "$defs"):
            parts = [(f"{path}/{key}/{name}", part) for name, part in value.items()]
        else:
            parts = [(f"{path}/{key}", value)]
        for place, part in parts:
            if isinstance(part, dict):
                yield from subschemas(part, place)


def described(schema, whole):
    """Whether an editor has something to say: a title and a description, here or where a reference leads."""
    for key in ("title", "description"):
        part = schema
        while key not in part and "$ref" in part:
            part = whole["$defs"][part["$ref"].rsplit("/", 1)[1]]
        if not part.get(key):
            return False
    return True


def test_form(judge):
    for name, schema in judge.schemas.items():
        judge.check(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", name, "another draft")
        judge.check(schema["$id"] == f"urn:jpk:schema:{name}", name, f"another $id: {schema['$id']}")
        judge.check(described(schema, schema), name, "has no title or no description")
        for place, part in subschemas(schema):
            properties = {key: value for key, value in part.get("properties", {}).items() if value is not True}
            bare = [key for key, value in properties.items() if not described(value, schema)]
            judge.check(bare == [], f"{name}{place[1:]}", f"without title or description: {bare}")
            closed = "additionalProperties" in part or "properties" not in part or name in OPEN
            # An object whose keys depend on its type is closed where these are described.
            branches = [key for key in ("allOf", "then", "else") if key in part]
            judge.check(closed or branches != [], f"{name}{place[1:]}", "allows unknown keys")


def test_schemas_are_schemas(judge):
    paths = sorted(glob.glob(os.path.join(ROOT, "schema", "*.schema.json")))
    result = subprocess.run([judge.program, "schema", "validate", "-F", *paths], capture_output=True, text=True)
    judge.check(result.returncode == 0, "schema/", result.stdout + result.stderr)


def test_shared_definitions(judge):
    """Schemas stand alone, so what several of them describe is repeated; it must be the same everywhere."""
    for names, definitions in ((("recipe-1", "configure-1"), ("schedule", "time", "date")),
                               (("check-report-1", "inventory-report-1", "explain-report-1"), ("finding",)),
                               (("check-report-1", "inventory-report-1", "info-report-1"), ("counts",)),
                               (("inventory-report-1", "info-report-1"), ("origin", "connection"))):
        for definition in definitions:
            all_of_them = [judge.schemas[name]["$defs"][definition] for name in names]
            judge.check(all(one == all_of_them[0] for one in all_of_them), " ".join(names), f"differ in {definition}")
    project = judge.schemas["inventory-report-1"]["$defs"]["project"]["properties"]
    for key, value in judge.schemas["info-report-1"]["properties"].items():
        judge.check(key == "input" or project[key] == value, "info-report-1 inventory-report-1", f"differ in {key}")


# ------------------------------------------------------------------------------------------------------------- examples

def expectation(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def test_good(judge, name):
    paths = sorted(glob.glob(os.path.join(HERE, name, "good", "*.json")))
    judge.check(paths != [], name, "has no good example")
    for path in paths:
        judge.expect_valid(name, load(path), os.path.relpath(path, ROOT), example=True)


def test_bad(judge, name):
    folder = os.path.join(HERE, name, "bad")
    paths = sorted(glob.glob(os.path.join(folder, "*.json")))
    judge.check(paths != [], name, "has no bad example")
    for path in paths:
        expected = expectation(path[: -len("json")] + "expect")
        judge.check(expected != [], os.path.relpath(path, ROOT), "nothing is expected")
        # How often a keyword reports a place is a matter of taste: `required` once a key or once an object.
        judge.expect(name, load(path), os.path.relpath(path, ROOT), expected, example=True)
    for path in glob.glob(os.path.join(folder, "*.expect")):
        judge.check(os.path.exists(path[: -len("expect")] + "json"), os.path.relpath(path, ROOT), "has no file")


def test_examples(judge):
    for name in judge.schemas:
        if name not in TESTED_ELSEWHERE:
            test_good(judge, name)
            test_bad(judge, name)
    for folder in sorted(entry.name for entry in os.scandir(HERE) if entry.is_dir()):
        judge.check(folder in judge.schemas, f"tests/schemas/{folder}", "is of no schema")


# ------------------------------------------------------------------------------------------------------- Cloud Studio

CLOUD = "cloud-studio-export-1"
PARTS = {200: "operation", 400: "script", 500: "activity", 600: "connection", 700: "transformation", 900: "schema",
         1000: "projectVariable", 1200: "notification", 1300: "globalVariable"}


def test_cloud_studio(judge):
    path = corpus("cloud-studio-export.json")
    if path:
        judge.expect_valid(CLOUD, load(path), path)
    path = corpus("cloud-studio-components.json")
    for component in load(path)["components"] if path else []:
        where = f"{path}, {component['name']}"
        judge.expect_valid(CLOUD, component, where, "component")
        judge.expect_valid(CLOUD, component, where, PARTS[component["type"]])


# ------------------------------------------------------------------------------------------------ what the program prints

# First words of commands that have two.
FAMILIES = ("git", "migrate", "recipe", "schema")


class Program:
    def __init__(self, judge, path):
        self.judge, self.path = judge, path
        self.printed = set()  # ("recipe list", "recipe-list-report-1")

    def record(self, command, name):
        words = command[:2] if command[0] in FAMILIES else command[:1]
        self.printed.add((" ".join(words), name))

    def run(self, *arguments):
        return subprocess.run([self.path, *arguments], capture_output=True, text=True)

    def reports(self, name, commands, may_fail=False):
        """What commands print with --format json, checked with its schema; without what failed and may."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda command: self.run(*command, "--format", "json"), commands))
        printed = []
        for command, result in zip(commands, results):
            where = f"jpk {' '.join(command)}"
            failed = may_fail and result.returncode in (2, 3)
            self.judge.check(result.stdout or failed, where, f"status {result.returncode}: {result.stderr}")
            if result.stdout:
                printed.append(json.loads(result.stdout))
                self.judge.expect_valid(name, printed[-1], where)
                self.record(command, name)
        return printed


def test_project(program, project):
    program.reports("check-report-1", [["check", project], ["check", project, project]])
    program.reports("info-report-1", [["info", project]])
    program.reports("list-report-1", [["list", project]])
    program.reports("graph-report-1", [["graph", project], ["graph", project, "--structures"],
                                       ["graph", project, "--operations", "--messages"]])


# Files in which `jpk schema validate` finds something of every kind, by their names.
INSTANCES = {
    "good.json": '{"kind": "a", "size": 1}',
    "choice.json": '{"kind": "a", "size": {"width": "1", "\u00e4~/": 2}}',
    "again.json": '{"kind": "a", "kind": "a", "size": 1}',
    "wrong.yaml": "kind: c\nsize: [1]\nsiz: 2\n",
    "broken.json": '{"kind": ',
}
SCHEMA = """{
  "properties": {
    "kind": { "enum": ["a", "b"] },
    "size": {
      "anyOf": [
        { "type": "integer" },
        { "type": "object", "properties": { "width": { "oneOf": [{ "type": "integer" }, { "const": "wide" }] } },
          "additionalProperties": false },
        { "type": "object", "required": ["diameter"] }
      ]
    }
  },
  "additionalProperties": false
}"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def test_findings(program, folder):
    """Reports of findings: with explanations, files that cannot be checked, findings that are cut, and without any."""
    schema = os.path.join(folder, "schema.json")
    instances = os.path.join(folder, "instances")
    os.mkdir(instances)
    write(schema, SCHEMA)
    for name, text in INSTANCES.items():
        write(os.path.join(instances, name), text)
    command = ["schema", "validate", "-s", schema]
    good, everything, cut, none = program.reports("findings-1", [
        [*command, os.path.join(instances, "good.json")], [*command, instances],
        [*command, "--max-findings", "1", instances], [*command, os.path.join(instances, "none.json")]])
    judge = program.judge
    judge.check(good["findings"] == [] and "notChecked" not in good, "findings-1", f"of a good file: {good}")
    summary, findings, failed = everything["summary"], everything["findings"], everything["notChecked"]
    judge.check((summary["files"], summary["checked"], summary["notShown"]) == (5, 4, 0), "findings-1", f"{summary}")
    judge.check(len(findings) == summary["errors"] + summary["warnings"] > 4, "findings-1", f"{findings}")
    judge.check(any("details" in finding for finding in findings), "findings-1", "nothing is explained")
    judge.check([one["file"] for one in failed] == [os.path.join(instances, "broken.json")], "findings-1", f"{failed}")
    judge.check(len(cut["findings"]) == 1 and cut["summary"]["notShown"] == len(findings) - 1, "findings-1", f"{cut}")
    judge.check(none["summary"]["checked"] == 0 and len(none["notChecked"]) == 1, "findings-1", f"{none}")


def test_advice(judge):
    """Every rule of the conversion has its advice and its class of work."""
    def column(path, pattern):
        with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
            return re.findall(pattern, file.read())
    advised = column(("tools", "convert_advice.c"), r'\{"([a-z-]+)",\s*CONVERT_EFFORT')
    rules = column(("jpk", "convert_rules.c"), r'= \{"([a-z-]+)",\s*JPK_')
    judge.check(rules != [] and set(rules) <= set(advised), "convert_advice.c", f"lacks {set(rules) - set(advised)}")
    judge.check(advised == sorted(advised), "convert_advice.c", "is not in the order of the rules' names")


def test_conversion(program, project, folder, to="cloud"):
    """The report of a conversion, whose figures must add up."""
    judge, where = program.judge, f"jpk convert {project}"
    path = os.path.join(folder, "convert-report.json")
    out = os.path.join(folder, "converted.json" if to == "cloud" else "converted.jpk")
    result = program.run("convert", project, "--to", to, "-q", "-f", "-o", out, "--report", path)
    judge.check(result.returncode in (0, 1) and result.stdout == "", where, f"{result.returncode}: {result.stderr}")
    if result.returncode > 1:
        return
    report = load(path)
    judge.expect_valid("convert-report-1", report, where)
    program.record(["convert"], "convert-report-1")
    counts, effort = report["counts"], report["effort"]
    results = ("converted", "review", "manual", "dropped")
    judge.check(counts["total"] == len(report["items"]) == sum(counts[key] for key in results), where, f"{counts}")
    for key in ("total", *results):
        judge.check(counts[key] == sum(row[key] for row in report["types"]), where, f"types do not add up: {key}")
    for part in ("items", "types", "toDo"):
        minutes = sum(row["minutes"] for row in report[part])
        judge.check(minutes == effort["minutes"], where, f"minutes of {part} do not add up: {minutes}")
    judge.check(sum(row["minutes"] for row in effort["classes"]) == effort["minutes"], where, "classes do not add up")
    for key in ("tasks", "minutes"):
        judge.check(sum(row[key] for row in effort["classes"]) == sum(row[key] for row in report["toDo"]), where, key)
    partly = counts["review"] + counts["manual"] > 0
    judge.check(result.returncode == (report["status"] != "complete") == partly, where, report["status"])


def sums_up(judge, where, report):
    """Every project is in one state, and the figures of the parts are those of the whole."""
    states = Counter(one["status"] for one in report["results"])
    judge.check(report["projects"] == {"total": len(report["results"]),
                                       **{key: states[key] for key in report["projects"] if key != "total"}},
                where, f"projects do not add up: {report['projects']}")
    for key, total in report["projects"].items():
        judge.check(total == sum(one["projects"][key] for one in report["organizations"]), where, f"organizations: {key}")
    written = [one for one in report["results"] if "items" in one]
    for key, total in report["items"].items():
        judge.check(total == sum(one["items"][key] for one in written), where, f"items: {key}")
    minutes = report["totals"]["minutes"]
    for part in ("todo", "efforts"):
        judge.check(minutes == sum(one["minutes"] for one in report[part]), where, f"minutes of {part}")
    judge.check(minutes == sum(share["minutes"] for one in written for share in one["todo"]), where, "minutes of projects")
    judge.check((report["status"] == "complete") == (report["todo"] == []), where, report["status"])


def test_migration_report(program, folder):
    """The report of a migration before, while and after it is done, with a project in every state but failed ones."""
    folder = os.path.join(folder, "migration-report")
    estate, out = os.path.join(folder, "estate"), os.path.join(folder, "out")
    plan, place = os.path.join(folder, "plan.json"), os.path.join(folder, "map.yaml")
    os.makedirs(os.path.join(estate, "real"))
    for project in samples():
        program.run("pack", "-q", project, os.path.join(estate, os.path.basename(project) + ".jpk"))
    for found in filter(None, map(corpus, CORPORA)):
        program.run("pack", "-q", found, os.path.join(estate, "real", os.path.basename(found).split(".")[0] + ".jpk"))
    shutil.copy(os.path.join(estate, "http-json.jpk"), os.path.join(estate, "http-json-again.jpk"))
    for export in glob.glob(os.path.join(ROOT, "samples", "cloud", "*.json")):
        shutil.copy(export, estate)
    write(os.path.join(estate, "broken.jpk"), "PK")
    with open(os.path.join(ROOT, "samples", "migration", "map.yaml"), encoding="utf-8") as file:
        write(place, file.read() + "  - match: {source: '**/salesforce*'}\n    studio: cloud\n"
              "  - match: {source: '**/nightly*'}\n    keep: true\n  - match: {source: '**/contacts*'}\n    studio: design\n")
    result = program.run("migrate", "plan", estate, "--map", place, "-o", plan, "--on-conflict", "skip", "-q")
    program.judge.check(result.returncode == 1, "jpk migrate plan", f"{result.returncode}: {result.stderr}")
    before, = program.reports("migrate-report-1", [["migrate", "status", plan]])
    program.run("migrate", "run", plan, "-o", out, "--shard", "1/2", "-q")
    half, = program.reports("migrate-report-1", [["migrate", "report", out]])
    result = program.run("migrate", "run", plan, "-o", out, "-q")
    program.judge.check(result.returncode == 1, "jpk migrate run", f"{result.returncode}: {result.stderr}")
    os.remove(os.path.join(estate, "database-to-ftp.jpk"))
    done, again = program.reports("migrate-report-1", [["migrate", "report", out], ["migrate", "status", out]])
    program.reports("findings-1", [["migrate", "verify", out]])
    program.run("migrate", "run", plan, "-o", out, "-q")
    failed, = program.reports("migrate-report-1", [["migrate", "report", out]])
    for report in (before, half, done, failed):
        sums_up(program.judge, "jpk migrate report", report)
    states = [{key for key, count in one["projects"].items() if count and key != "total"}
              for one in (before, half, done, failed)]
    program.judge.check(done == again, "jpk migrate status", "is not what the report says")
    program.judge.check("pending" in states[0] & states[1] and "pending" not in states[2], "jpk migrate report", f"{states}")
    program.judge.check({"complete", "partial", "failed", "refused", "skipped", "kept"} == states[3], "jpk migrate report",
                        f"has no project in some states: {states[3]}")


def found_in(reports, pattern):
    return sorted({name for report in reports for name in re.findall(pattern, json.dumps(report))})


def some_of_each_type(items):
    """The first items of each type; real projects have dozens of one that differ in their names alone."""
    met = Counter()
    for item in items:
        met[item["type"]] += 1
        if met[item["type"]] <= 8:
            yield item


def test_items(program, project):
    """Items, the structures of those that have some, and the variables and files that they name."""
    everything, = program.reports("list-report-1", [["list", "--entities", project]])
    items = list(some_of_each_type(everything))
    shown = program.reports("show-report-1", [["show", project, item["id"]] for item in items])
    sided = [item["id"] for item in items if re.search("Transformation|Query|Upsert|Call", item["type"])]
    program.reports("show-report-1", [["show", project, item, "--structure", *side] for item in sided
                                      for side in (["source"], ["target", "--depth", "2"])], may_fail=True)
    names = found_in(shown, r"\$([A-Za-z_][\w.]*)")[:16]
    program.reports("show-report-1", [["show", project, "$" + name] for name in names], may_fail=True)
    program.reports("show-report-1", [["show", project, "files/" + name] for name in found_in(shown, r"[\w.-]+\.xsd")],
                    may_fail=True)
    program.reports("graph-report-1", [["graph", project, "--around", item["id"], "--depth", "1"] for item in items
                                       if item["type"] == "Operation" and not item["deleted"]])


def test_index(program, project, folder):
    """Unpacks the project; every line of the two indices is checked, and what is said of the tree."""
    tree = os.path.join(folder, "tree of " + os.path.basename(project))
    unpacked, again = program.reports("unpack-report-1", [["unpack", project, tree]]) + program.reports(
        "unpack-report-1", [["unpack", "--update", project, tree]])
    program.judge.check(again["changed"] == [] and again["unchanged"] == len(unpacked["changed"]), f"jpk unpack {project}",
                        f"{len(unpacked['changed'])} files, then {again}")
    pack_reports(program, tree, os.path.join(folder, "packed again.jpk"), "entries")
    for index in ("jpk-index.jsonl", "local/index.jsonl"):
        path = os.path.join(tree, index)
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                program.judge.expect_valid("tree-index-1", json.loads(line), f"{path}:{number}")
    program.reports("info-report-1", [["info", tree]])
    program.reports("check-report-1", [["check", tree]])


def pack_reports(program, tree, output, unit):
    planned, = program.reports("pack-report-1", [["pack", "--check", tree]])
    packed, = program.reports("pack-report-1", [["pack", "--force", tree, output]])
    program.judge.check(unit in planned and packed == {**planned, "written": True, "output": output}, f"jpk pack {tree}",
                        f"{planned}, {packed}")


def test_cloud_index(program, export, tree):
    """Unpacks the export; every line of the index is checked, and what is said of the tree."""
    program.reports("unpack-report-1", [["unpack", export, tree]])
    pack_reports(program, tree, tree + ".json", "components")
    path = os.path.join(tree, "jpk-cloud.jsonl")
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            program.judge.expect_valid("cloud-tree-index-1", json.loads(line), f"{path}:{number}")
    program.reports("info-report-1", [["info", tree]])
    program.reports("check-report-1", [["check", tree]])


def test_exports(program, folder):
    """What is printed of exports of Cloud Studio, each component included."""
    exports = sorted(glob.glob(os.path.join(ROOT, "samples", "cloud", "*.json")))
    exports += [found for found in map(corpus, ("cloud-studio-export.json", "cloud-studio-components.json")) if found]
    for number, export in enumerate(exports):
        test_cloud_index(program, export, os.path.join(folder, f"tree of export {number}"))
        program.reports("check-report-1", [["check", export]])
        program.reports("info-report-1", [["info", export]])
        components, = program.reports("list-report-1", [["list", export]])
        shown = program.reports("cloud-show-report-1", [["show", export, one["id"]] for one in components])
        program.reports("graph-report-1", [["graph", export, "--structures"], ["graph", export, "--operations"]])
        program.reports("graph-report-1", [["graph", export, "--around", one["id"], "--depth", "1"] for one in components])
        names = found_in(shown, r"\$([A-Za-z_][\w.]*)")[:16]
        program.reports("cloud-show-report-1", [["show", export, "$" + name] for name in names], may_fail=True)
    program.reports("inventory-report-1", [["inventory", *exports]])
    program.reports("diff-report-1", [["diff", "--all", one, other] for one, other in zip(exports, exports[1:])])
    with tempfile.TemporaryDirectory() as folder:
        for export in exports:
            test_conversion(program, export, folder, "design")
    for export in exports[:2]:
        program.judge.expect_valid(CLOUD, load(export), export)


MAP = """mapFormat: 1
studio: cloud
organizations:
- name: Main
  id: 1
  subscription: subscribed
  region: EMEA
  sso: true
  bypass: [ann@acme.example]
  roles: [{name: Admins, permissions: [Admin]}]
  members: [{email: ann@acme.example, roles: [Admins]}, {email: cy@acme.example}]
  environments: [{name: Production, id: 2}, {id: 3, projects: [Nightly clean-up]}]
- id: 900001
  subscription: trial
  environments: [{id: 900101, to: 3}]
  members: [{email: ann@acme.example}, {email: bob@acme.example, moves: false}, {email: dee@acme.example}]
  apis: [{name: orders-api, project: Contact synchronisation}]
environment: Production
projects:
- match: {project: extract-erp_invoices-to-sftp}
  skip: true
"""


def test_migration(program, folder):
    """Plans, with a map and without one, and the journals of what they do; one project has failed."""
    judge, where = program.judge, os.path.join(folder, "migration")
    os.mkdir(where)
    inputs = os.path.join(where, "in")
    shutil.copytree(os.path.join(ROOT, "samples"), inputs)
    shutil.copy(os.path.join(inputs, "cloud", "contacts.json"), os.path.join(inputs, "copy.json"))
    write(os.path.join(inputs, "broken.jpk"), "PK")
    write(os.path.join(where, "map.yaml"), MAP)
    plans, records = [], []
    for number, arguments in enumerate(([], ["--map", os.path.join(where, "map.yaml"), "--without", "credentials,"
                                             "schedules,emails,variables", "--on-conflict", "rename"],
                                        ["--map", os.path.join(where, "map.yaml"), "--on-conflict", "skip"])):
        path = os.path.join(where, f"plan {number}.json")
        out = os.path.join(where, f"out {number}")
        result = program.run("migrate", "plan", inputs, "-q", "-o", path, *arguments)
        judge.check(result.returncode == 1, path, f"{result.returncode}: {result.stderr}")  # one is refused
        plans.append(load(path))
        judge.expect_valid("migrate-plan-1", plans[-1], path)
        if number == 2:
            os.remove(os.path.join(inputs, "cloud", "contacts.json"))
        result = program.run("migrate", "run", path, "-q", "-o", out)
        judge.check(result.returncode in (0, 1, 3), out, f"{result.returncode}: {result.stderr}")
        for record in sorted(glob.glob(os.path.join(out, "journal", "*.json"))):
            records.append(load(record))
            judge.expect_valid("migrate-journal-1", records[-1], record)
            judge.check(os.path.basename(record) == records[-1]["id"] + ".json", record, "has another id")
        written = [project["id"] for project in plans[-1]["projects"] if project["action"] in ("move", "convert")]
        judge.check(written != [] and sorted(written) == sorted(record["id"] for record in records[-len(written):]),
                    out, "the journal has other projects than the plan")
    judge.check({record["status"] for record in records} == {"complete", "partial", "failed"}, where,
                "does not come to every status")
    judge.check(any("leftOut" in record for record in records), where, "nothing was left out")
    actions = {project["action"] for plan in plans for project in plan["projects"]}
    judge.check(actions == {"move", "convert", "skip", "refuse"}, where, f"{actions}")
    for key in ("conflicts", "versions", "members", "apis"):
        judge.check(any(plan[key] for plan in plans), where, f"no plan has any {key}")


def rewrite(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read().replace(old, new, 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def damaged(folder):
    """A project with items that cannot be read, that nothing lists, that are deleted, and steps that lead nowhere."""
    copy = os.path.join(folder, "damaged")
    shutil.copytree(samples()[0], copy)
    operations, scripts, sources = (sorted(glob.glob(os.path.join(copy, "Data", kind, "*.xml")))
                                    for kind in ("Operation", "Script", "Source"))
    with open(scripts[0], "w", encoding="utf-8") as file:
        file.write("<Entity>")
    os.remove(sources[0])
    rewrite(operations[0], 'Deleted="false"', 'Deleted="true"')
    for operation in operations[1:]:
        rewrite(operation, 'contentId="', 'contentId="0')
    shutil.copy(operations[1], os.path.join(copy, "Data", "Operation", "copy.xml"))
    return copy


def test_program(judge, path):
    program = Program(judge, path)
    with tempfile.TemporaryDirectory() as folder:
        test_exports(program, folder)
        projects = samples() + [found for found in map(corpus, CORPORA) if found]
        broken = os.path.join(folder, "broken.jpk")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("PK")
        harmed = damaged(folder)
        packed = os.path.join(folder, "packed.jpk")
        program.run("pack", "-q", projects[0], packed)
        test_findings(program, folder)
        test_migration_report(program, folder)
        test_advice(judge)
        for project in projects + [harmed]:
            test_project(program, project)
            test_conversion(program, project, folder)
            test_items(program, project)
            test_index(program, project, folder)
        test_project(program, packed)
        test_index(program, packed, folder)
        program.reports("explain-report-1", [["recipe", "generate", "-q", "-n", "--explain", project]
                                             for project in projects])
        program.reports("recipe-rules-report-1", [["recipe", "rules"], ["recipe", "rules", "--profile", "strict"],
                                                  ["recipe", "rules", "github-token"]])
        recipes = os.path.join(ROOT, "samples", "recipes")
        program.reports("recipe-list-report-1", [["recipe", "list", recipes], ["recipe", "list", recipes, folder, broken],
                                                 ["recipe", "list", "--author", "nobody", recipes]])
        test_migration(program, folder)
        test_configure(program, packed, folder)
        program.reports("findings-1", [["recipe", "validate", recipes], ["recipe", "validate", recipes, broken]])
        formatted, = program.reports("recipe-fmt-report-1", [
            ["recipe", "fmt", "--check", broken, *glob.glob(os.path.join(recipes, "*", "*-recipe.json"))]])
        states = {one["state"] for one in formatted["files"]}
        program.judge.check(states == {"failed", "unchanged"}, "jpk recipe fmt", f"{states}")
        program.reports("schema-list-report-1", [["schema", "list"]])
        program.reports("check-report-1", [["check", projects[0], broken]])
        program.reports("inventory-report-1", [["inventory", *projects, harmed, broken]])
        program.reports("scan-report-1", [["scan", "--min-confidence", "low", os.path.join(ROOT, "samples"), broken],
                                          ["scan", os.path.join(ROOT, "tests", "hygiene"), "--max-findings", "3"],
                                          ["scan", packed], ["scan", recipes]])
        program.reports("redact-report-1", [["redact", project, "-o", os.path.join(folder, f"redacted-{i}.jpk")]
                                            for i, project in enumerate([*projects, packed])])
        program.reports("diff-report-1", [["diff", projects[0], packed], ["diff", "--all", *projects[:2]]])
        program.reports("diff-report-1", [["diff", one, other] for one, other in zip(projects, projects[1:])])
        export = os.path.join(ROOT, "samples", "cloud", "contacts.json")
        program.reports("diff-report-1", [["diff", projects[0], export], ["diff", export, packed]])
        cleanup = os.path.join(ROOT, "samples", "cloud", "nightly-cleanup.json")
        program.reports("merge-report-1", [["merge", "-n", *sides] for sides in (
            (packed, projects[0], packed), projects[:3], ("--favor", "theirs", *projects[:3]),
            (export, cleanup, export), (cleanup, export, os.path.join(folder, "converted.json")))], may_fail=True)
    test_table(program)


def test_configure(program, project, folder):
    """The form of a recipe as it is generated, with what the project holds and without, and with a value too many."""
    made = os.path.join(folder, "made")
    program.run("recipe", "generate", "-q", project, "-o", made)
    recipe, = glob.glob(os.path.join(made, "*-recipe.json"))
    configure, = glob.glob(os.path.join(made, "*-configure.json"))
    command = ["recipe", "configure", recipe, configure]
    alone, beside = program.reports("recipe-configure-report-1", [command, [*command, "--jpk", project]])
    counts = [sum(len(step["problems"]) for step in report["steps"]) for report in (alone, beside)]
    program.judge.check(counts[0] > counts[1] > 0, "jpk recipe configure", f"finds {counts} problems")
    value = load(configure)
    next(iter(value["values"].values()))["nobody_asks"] = "1"
    write(configure, json.dumps(value))
    wrong, = program.reports("recipe-configure-report-1", [command])
    program.judge.check(wrong["problems"] != [] and not wrong["complete"], "jpk recipe configure", f"{wrong['problems']}")


# ------------------------------------------------------------------------------------------------------- the manual

def can_print_json(program):
    """The commands that have an option whose choices include `json`."""
    listed = program.run("help").stdout
    names = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", listed[listed.index("commands:"):listed.index("topics:")], re.MULTILINE)
    return {name for name in names
            if re.search(r"^ +--[a-z-]+ (?:\w+\|)*json\b", program.run("help", *name.split()).stdout, re.MULTILINE)}


def test_table(program):
    judge, where = program.judge, "doc/man/jpk-json.7.md"
    with open(os.path.join(ROOT, where), encoding="utf-8") as file:
        parts = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", file.read(), re.MULTILINE | re.DOTALL))
    rows = re.findall(r"^\| `jpk ([a-z ]+?)(?: --[^`]*)?` \| (.*) \|$", parts["Reports"], re.MULTILINE)
    reports = {(command, name) for command, cell in rows for name in re.findall(r"`([a-z-]+-\d+)`", cell)}
    commands = can_print_json(program)
    judge.check(len(commands) > 15, "jpk help", f"no option for JSON is found but of {sorted(commands)}")
    judge.check({command for command, _ in rows} == commands, where,
                f"has other commands than print JSON: {sorted({command for command, _ in rows} ^ commands)}")
    judge.check(reports == program.printed, where,
                f"has other reports than were printed here: {sorted(reports ^ program.printed)}")
    named = set(re.findall(r"`([a-z-]+-\d+)`", "".join(parts.values())))
    judge.check(named == set(judge.schemas), where, f"has other schemas than ship: {sorted(named ^ set(judge.schemas))}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    program = os.path.abspath(parser.parse_args().program)
    judge = Judge(program)
    test_form(judge)
    test_schemas_are_schemas(judge)
    test_shared_definitions(judge)
    test_examples(judge)
    test_cloud_studio(judge)
    test_program(judge, program)
    return judge.finish("schemas")


if __name__ == "__main__":
    sys.exit(main())
