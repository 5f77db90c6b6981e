#!/usr/bin/python3
"""Nothing that jpk prints holds a secret: unique ones are planted everywhere, every command is run on them in every
format, also on files that are broken right behind a secret, and what it says is searched for them.

usage: canaries.py [--program PATH]

Messages are all that goes to stdout and stderr and every report. No messages but products are: what convert, pack, unpack,
recipe fmt and migrate run write of a project. What redact writes is a product too, but one that must hold no secret,
and so is what recipe generate writes.
"""
import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
from planting import Canaries, plant_cloud, plant_design, plant_names, plant_recipe

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.path.join(ROOT, "samples")
FINDINGS = ("text", "json", "sarif", "junit", "github")
FORMATS = {"info": ("text", "json"), "list": ("text", "json"), "graph": ("dot", "mermaid", "json"),
           "check": FINDINGS, "scan": FINDINGS, "inventory": ("text", "csv", "json", "html")}


class Runner:
    def __init__(self, program, folder, canary):
        self.program, self.folder, self.canary = program, folder, canary
        self.leaks, self.runs, self.crashes = {}, 0, []
        self.used = set()

    def run(self, *arguments, reports=()):
        """Runs a command; what it prints and the reports that it writes are searched."""
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, timeout=60)
        texts = [done.stdout, done.stderr]
        for name in reports:
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    texts.append(file.read())
        self.runs += 1
        self.used |= {arguments[0], " ".join(arguments[:2])}
        if done.returncode not in (0, 1, 2, 3):
            self.crashes.append(f"{' '.join(arguments)}: exit status {done.returncode}")
        for text in texts:
            for place in self.canary.found(text.decode("utf-8", "replace")):
                self.leaks.setdefault(" ".join(arguments), set()).add(place)
        return done

    def forgotten(self):
        """Commands that the program has and no run was of."""
        help_text = subprocess.run([self.program, "help"], capture_output=True, text=True, check=True).stdout
        commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", help_text.split("\ntopics:")[0], re.M)
        return [command for command in commands if command not in self.used]

    def all(self, commands):
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(lambda command: command() if callable(command) else self.run(*command), commands))


def in_short(runner, project, number):
    """Of the other state of a project only what looks at its secrets."""
    yield ("scan", "-v", project)
    yield ("check", "-v", project)
    yield ("inventory", "--format", "json", project)
    yield lambda: redact(runner, project, number)


def items_of(runner, project):
    listed = runner.run("list", "--entities", "--format", "json", project)
    return sorted(set(re.findall(r'"id": "([^"]+)"', listed.stdout.decode())))


def of_project(runner, project, other, sample, number):
    """The commands that take one project; `other` is another state of it, and `sample` what both were made from."""
    for command, formats in FORMATS.items():
        for form in formats:
            yield (command, "--format", form, *(["-v"] if form == "text" else []), project)
    yield ("list", "--entities", project)
    yield ("list", project)
    yield ("scan", "--min-confidence", "low", "-v", project)
    for form in ("text", "json", "markdown"):
        yield ("diff", "--all", "--format", form, project, other)
        yield ("diff", "--all", "--format", form, other, project)
    yield ("diff", "--stat", project, other)
    for form in ("text", "json"):
        yield ("merge", "--dry-run", "--format", form, project, other, project)
        yield ("merge", "--dry-run", "--format", form, other, project, other)
        yield ("merge", "--dry-run", "--format", form, sample, project, other)
    yield ("git", "textconv", project)
    yield lambda: git_merge(runner, project, other, number)
    yield ("pack", "--check", project)
    yield lambda: of_tree(runner, project, number)
    yield ("pack", project, f"{number}-packed.{'json' if project.endswith('.json') else 'jpk'}")
    for i, item in enumerate(items_of(runner, project)):
        yield ("show", project, item) if i % 2 else ("show", "--format", "json", "-v", project, item)
    if not project.endswith(".json"):
        yield ("show", project, "files/planted.txt")
    to, ending = ("design", "jpk") if project.endswith(".json") else ("cloud", "json")
    for form in ("json", "md", "html"):
        yield lambda report=f"{number}-report.{form}": runner.run(
            "convert", "--to", to, "-v", "-o", f"{report}.{ending}", "--report", report, project, reports=[report])
    yield ("convert", "--to", to, "--dry-run", "-v", project)
    if not project.endswith(".json"):
        yield lambda: runner.run("recipe", "generate", "--explain", "-o", f"{number}-recipe", project)
        yield ("recipe", "generate", "--explain", "--format", "json", "-n", project)
        yield ("recipe", "generate", "-n", "-o", "-", project)
    yield lambda: redact(runner, project, number)


def redact(runner, project, number):
    """What redact writes has no canary either, is accepted by check as before, and is the same when redacted again."""
    ending = "json" if project.endswith(".json") else "jpk"
    out, again = f"{number}-redacted.{ending}", f"{number}-again.{ending}"
    runner.run("redact", "-o", out, project)
    runner.run("redact", "--format", "json", "-f", "-o", out, project)
    runner.run("redact", "-o", again, out)
    path = os.path.join(runner.folder, out)
    for text in contents(path):
        for place in runner.canary.found(text):
            if "(no secret)" not in place:
                runner.leaks.setdefault(f"redact {project} leaves", set()).add(place)
    with open(path, "rb") as first, open(os.path.join(runner.folder, again), "rb") as second:
        if first.read() != second.read():
            runner.crashes.append(f"redact {project}: redacting twice gives other bytes")
    scan = runner.run("scan", "--fail-level", "warning", "--only", SECRET_RULES, out)
    if scan.returncode != 0:
        runner.crashes.append(f"scan finds in the redacted {project}:\n{scan.stdout.decode()}")
    for line in set(complaints(runner, out)) - set(complaints(runner, project)):
        runner.crashes.append(f"check finds in the redacted {project}, and not before: {line}")
    listed = runner.run("redact", "--format", "json", "-f", "-o", again, project).stdout.decode()
    items = set(re.findall(r'"item": "([^"]+)"', listed))
    changed = re.findall(r"^(?:changed|added|removed|renamed|moved): ([^\n]*)$",
                         runner.run("diff", "--name-only", project, out).stdout.decode(), re.M)
    for name in changed:
        if name not in items:
            runner.crashes.append(f"diff says that redact {project} changed {name}, which it does not list")


SECRET_RULES = ("private-key,jwt,authorization-header,url-credentials,connection-password,leak-beside-variable,"
                "plain-password,plain-secret,encrypted-value,hidden-variable,service-token")


def complaints(runner, project):
    """Errors, and files that are not what files/.metadata says."""
    text = runner.run("check", project).stdout.decode()
    return re.findall(r": (?:error: .*|warning: .*\[file-hash\])", text)


def contents(path):
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        yield text
        for asset in json.loads(text).get("assets", []):
            yield zlib.decompress(base64.b64decode(asset["compressedContent"])).decode()
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name)
            wide = text[:2] in (b"\xff\xfe", b"\xfe\xff")
            yield text.decode("utf-16" if wide else "utf-8", "replace")


# ----------------------------------------------------------------------------------------------------- broken files

def broken_entities(folder, canary):
    """Copies of a project, each with an entity that is broken right behind a secret."""
    original = os.path.join(SAMPLES, "http-json")
    target = "Data/Target/32b40569-546e-4474-a1b6-ef636059836e.xml"
    # the last ones are characters that a password may hold and XML may not, with the rest of the password behind them
    for number, behind in enumerate(("", "&nothing;", '" value="', "<", "\x01", '"/><Item key="a"', "\udcff", "&@@;",
                                     "&@@", '"@@', '" @@="', "<@@>", "<@@ />", "<!@@", "]]>@@", "&#@@;")):
        name = f"broken-{number}"
        shutil.copytree(original, os.path.join(folder, name))
        path = os.path.join(folder, name, target)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        behind = behind.replace("@@", canary.clear(f"{name}: rest of the password"))
        secret = f'<Item key="password" value="{canary.clear(f"{name}: password")}{behind}'
        cut = text.index('<Item enc="true" key="password"')
        rest = "" if behind == "" else text[cut:].split("/>", 1)[1]
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text[:cut] + secret + ('"/>' if behind else "") + rest)
        yield name


def broken_exports(folder, canary):
    """Exports that are broken right behind a secret, or have the wrong type there."""
    with open(os.path.join(SAMPLES, "cloud", "contacts.json"), encoding="utf-8") as file:
        text = file.read()
    place = '"value": "[sf_password]"'
    assert place in text
    make = lambda number, what: canary.clear(f"wrong-{number}.json: {what}")
    forms = (lambda c: f'"value": "{c}', lambda c: f'"value": "{c}"; ', lambda c: f'"value": "{c}\\x"',
             lambda c: f'"value": "{c}\n"', lambda c: f'"value": ["{c}"]', lambda c: f'"value": {{"value": "{c}"}}',
             lambda c: f'"value": "a"{c}"', lambda c: f'"value": "a",{c}"', lambda c: f'"value": "a":{c}',
             lambda c: f'"value": "a",{c}:', lambda c: f"'value': '{c}'", lambda c: f'"value": 7{c}',
             lambda c: f'"value": "{c}", "value": "{c}"', lambda c: f'"value": {c}', lambda c: f'"value": "{c}\udcff"')
    for number, form in enumerate(forms):
        name = f"wrong-{number}.json"
        with open(os.path.join(folder, name), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text.replace(place, form(make(number, "password"))))
        yield name


def of_yaml(runner):
    """Passwords without quotes that begin as something else in YAML, or end as such."""
    for number, value in enumerate(("&@@", "*@@", "!@@ a", "%@@", "a: @@", '"a"@@', "{@@", "|@@", "@@: @@", "[@@: ")):
        name = f"yaml-{number}.yaml"
        with open(os.path.join(runner.folder, name), "w", encoding="utf-8") as file:
            file.write("password: " + value.replace("@@", runner.canary.clear(f"{name}: {value}")) + "\n")
        yield ("schema", "validate", "--schema", "config-1", name)
        yield ("migrate", "plan", "-m", name, "-n", os.path.join(SAMPLES, "http-json"))


def git_merge(runner, project, other, number):
    """As git calls it; what it writes into the second file is a product."""
    versions = []
    for i, source in enumerate((project, other, project)):
        versions.append(f"{number}-version-{i}")
        if os.path.isdir(os.path.join(runner.folder, source)):
            runner.run("pack", "-q", source, versions[-1])
        else:
            shutil.copy(os.path.join(runner.folder, source), os.path.join(runner.folder, versions[-1]))
    runner.run("git", "merge", *versions, project, "7")


def of_no_project(runner):
    """Commands that read no project."""
    yield ("git", "install", "--dry-run")
    yield ("git", "uninstall", "--dry-run")
    yield ("completion", "bash")
    yield ("help",)


def of_tree(runner, project, number):
    """An unpacked tree, beside what it was unpacked from."""
    tree = f"{number}-tree"
    runner.run("unpack", "-v", project, tree)
    for command in ("info", "check", "inventory", "scan", "list"):
        runner.run(command, "-v", tree)
    runner.run("diff", "--all", project, tree)
    runner.run("pack", "--check", tree)


def of_broken(runner, project, other):
    for command in ("info", "check", "scan"):
        yield (command, "-v", project)
    yield ("inventory", "--format", "json", project)
    yield ("check", "--format", "sarif", project)
    yield ("diff", "--all", project, other)
    yield ("unpack", project, f"{project}-unpacked")
    yield ("convert", "--to", "design" if project.endswith(".json") else "cloud", "--dry-run", project)
    yield ("redact", "-o", f"{project}-redacted.{'json' if project.endswith('.json') else 'jpk'}", project)
    if project.endswith(".json"):
        yield ("schema", "validate", "--schema", "cloud-studio-export-1", project)


def of_recipes(runner):
    for form in FINDINGS:
        yield ("recipe", "validate", "-v", "--format", form, "recipes")
        yield ("scan", "--min-confidence", "low", "--format", form, "recipes")
    for form in ("text", "csv", "json"):
        yield ("recipe", "list", "--format", form, "recipes")
    for where, _, names in os.walk(os.path.join(runner.folder, "recipes")):
        pair = sorted((os.path.relpath(os.path.join(where, name), runner.folder) for name in names), reverse=True)
        if len(pair) == 2:
            for form in ("text", "json"):
                yield ("recipe", "configure", "--format", form, *pair)
            yield ("recipe", "validate", pair[0])
            yield ("schema", "validate", "--schema", "recipe-1", pair[0])
            yield ("schema", "validate", "--schema", "configure-1", pair[1])
            yield ("recipe", "fmt", "--check", *pair)
    yield ("recipe", "rules")
    yield ("schema", "list")
    yield ("schema", "show", "recipe-1")


def migrate(runner):
    """A whole migration of all projects, step by step."""
    runner.run("migrate", "init", "-o", "map.yaml", "projects", reports=["map.yaml"])
    rewrite_map(os.path.join(runner.folder, "map.yaml"))
    runner.run("migrate", "plan", "-v", "-m", "map.yaml", "--on-conflict", "rename", "-o", "plan.json", "projects",
               reports=["plan.json"])
    runner.run("migrate", "list", "plan.json")
    runner.run("migrate", "run", "-v", "-o", "moved", "plan.json")
    for form in ("text", "json", "html", "markdown", "junit"):
        runner.run("migrate", "report", "--format", form, "moved")
    for form in ("text", "json"):
        runner.run("migrate", "status", "--format", form, "moved")
    for form in FINDINGS:
        runner.run("migrate", "verify", "--format", form, "moved")
    for where, _, names in os.walk(os.path.join(runner.folder, "moved")):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), runner.folder)
            if not name.endswith(".jpk") and not is_export(os.path.join(where, name)):
                runner.run("--version", reports=[path])


def is_export(path):
    with open(path, "rb") as file:
        start = file.read(1 << 20)
    return b'"components"' in start and b'"project"' in start


def rewrite_map(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"^studio: .*$", "studio: cloud", text, flags=re.M)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def plant_all(folder, canary):
    """Projects: each, the same with other secrets, and what they were made from."""
    os.mkdir(os.path.join(folder, "projects"))
    pairs = []
    for sample in ("http-json", "database-to-ftp", "salesforce-to-netsuite"):
        pair = []
        for clear in (False, True):
            name = f"projects/{sample}-{'clear' if clear else 'encrypted'}"
            plant_design(os.path.join(SAMPLES, sample), os.path.join(folder, name), canary, clear)
            plant_names(os.path.join(folder, name), canary)
            pair.append(name)
        pairs.append(pair + [os.path.join(SAMPLES, sample)])
    for sample, how, other in (("contacts", "clear", "leak"), ("contacts", "encrypted", "leak"),
                               ("nightly-cleanup", "clear", "leak")):
        pair = [f"projects/{sample}-{how}.json", f"{sample}-{how}-{other}.json"]
        for name, kind in zip(pair, (how, other)):
            plant_cloud(os.path.join(SAMPLES, "cloud", f"{sample}.json"), os.path.join(folder, name), canary, kind)
        pairs.append(pair + [os.path.join(SAMPLES, "cloud", f"{sample}.json")])
    os.mkdir(os.path.join(folder, "recipes"))
    for sample in ("orders", "customers", "invoices"):
        plant_recipe(os.path.join(SAMPLES, "recipes", sample), os.path.join(folder, "recipes", sample), canary)
    return pairs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build/jpk"))
    parser.add_argument("--keep", help="keep the planted projects in this folder")
    arguments = parser.parse_args()
    folder = arguments.keep or tempfile.mkdtemp(prefix="jpk-canaries-")
    if arguments.keep:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    canary = Canaries()
    runner = Runner(os.path.abspath(arguments.program), folder, canary)
    try:
        commands = []
        for number, (project, other, sample) in enumerate(plant_all(folder, canary)):
            commands += of_project(runner, project, other, sample, f"{number}")
            commands += in_short(runner, other, f"{number}-other")
        for name in broken_entities(folder, canary):
            commands += of_broken(runner, name, os.path.join(SAMPLES, "http-json"))
        for name in broken_exports(folder, canary):
            commands += of_broken(runner, name, os.path.join(SAMPLES, "cloud/contacts.json"))
        commands += of_recipes(runner)
        commands += of_yaml(runner)
        commands += of_no_project(runner)
        commands.append(lambda: migrate(runner))
        runner.all(commands)
        for name in sorted(os.listdir(folder)):
            if name.endswith("-recipe") and os.path.isdir(os.path.join(folder, name)):
                runner.run("--version", reports=[os.path.join(name, part) for part in os.listdir(os.path.join(folder, name))])
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for command, places in sorted(runner.leaks.items()):
        print(f"canaries: leak: jpk {command}")
        for place in sorted(places)[:6]:
            print(f"    {place}")
    for line in runner.crashes + [f"no run of jpk {command}" for command in runner.forgotten()]:
        print(f"canaries: {line}")
    print(f"canaries: {len(canary.places)} secrets planted, {runner.runs} runs, {len(runner.leaks)} with leaks")
    return 1 if runner.leaks or runner.crashes or runner.forgotten() else 0


if __name__ == "__main__":
    sys.exit(main())
