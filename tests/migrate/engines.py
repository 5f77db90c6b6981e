#!/usr/bin/python3
"""Migrations that are spread by others: every way that doc/migrate.md shows gives the bytes of one run on one machine.

The commands are taken from the manual and really run, with stand-ins for what is no program here: `sbatch`, which runs its
tasks one after the other, and the shells of GitHub and Kubernetes. The manifest is compared with what Kubernetes
documents for an Indexed Job. What is not installed is skipped, with a line that says so.

usage: engines.py [--program PATH]
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
from judge import Judge, samples

DOC = os.path.join(ROOT, "doc")
EXPORTS = 5

SBATCH = """#!/bin/sh
range=${1#--array=}
for SLURM_ARRAY_TASK_ID in $(seq "${range%-*}" "${range#*-}"); do
    export SLURM_ARRAY_TASK_ID
    sh -c "$3" || status=$?
done
exit ${status:-0}
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def blocks(language):
    """The fenced blocks of the section about engines."""
    section = read(os.path.join(DOC, "migrate.md")).split("\n## Past one machine\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


# ------------------------------------------------------------------------------------------------------------ the estate

class Estate:
    """Some projects, their plan, and what one run makes of them."""

    def __init__(self, judge, program, folder):
        self.judge, self.folder = judge, folder
        tools = os.path.join(folder, ".bin")
        os.makedirs(os.path.join(folder, "estate", "Ünit & 1"))
        os.mkdir(tools)
        os.symlink(program, os.path.join(tools, "jpk"))
        write(os.path.join(tools, "sbatch"), SBATCH, 0o755)
        self.environment = {"PATH": tools + ":/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder}
        self.fill()
        self.run("jpk migrate plan estate --map map.yaml -o plan.json -q")
        self.run("jpk migrate run plan.json -o reference -j 1 -q")
        verified = self.run("jpk migrate verify reference")
        judge.check(verified.returncode == 0, "jpk migrate verify", verified.stdout + verified.stderr)
        self.ids = self.run("jpk migrate list plan.json").stdout.split()
        judge.check(len(self.ids) == EXPORTS + len(samples()), "jpk migrate list", f"{self.ids}")
        self.report = self.report_of("reference")
        self.bytes = self.contents("reference")
        judge.check(len(self.bytes) > 2 * len(self.ids), "jpk migrate run", "the reference has too few files")

    def fill(self):
        for project in samples():
            self.run(f"jpk pack -q '{project}' 'estate/{os.path.basename(project)}.jpk'")
        text = read(os.path.join(ROOT, "samples", "cloud", "contacts.json"))
        for number in range(EXPORTS):
            one = text.replace("Contact synchronisation", f"Contacts no. {number} (50 %)")
            one = one.replace("5d0d3c52-7c83-4c3e", f"5d0d3c52-7c83-{number:04d}")
            write(os.path.join(self.folder, "estate", "Ünit & 1", f"{number}.json"), one)
        rules = "\n  - match: {source: '**/*-*.jpk'}\n    studio: cloud\n  - match: {source: '**/[0-2].json'}\n    studio: design\n"
        head = read(os.path.join(ROOT, "samples", "migration", "map.yaml")).split("projects:\n  - match")[0]
        write(os.path.join(self.folder, "map.yaml"), head + "projects:" + rules)

    def run(self, command, **environment):
        return subprocess.run(["bash", "-c", command], cwd=self.folder, env={**self.environment, **environment},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def contents(self, folder):
        """The bytes of every file below a folder."""
        found = {}
        for top, _, names in os.walk(os.path.join(self.folder, folder)):
            for name in names:
                with open(os.path.join(top, name), "rb") as file:
                    found[os.path.relpath(os.path.join(top, name), os.path.join(self.folder, folder))] = file.read()
        return found

    def report_of(self, *folders):
        """The report of some folders, without where they lie."""
        names = " ".join(folders)
        report = json.loads(self.run(f"jpk migrate report {names} --format json").stdout)
        for result in report["results"]:
            for key in ("result", "report"):
                if key in result:
                    result[key] = re.sub(r"^[^/]*/", "", result[key])
        return report

    def parts(self):
        return sorted(glob.glob("part-*", root_dir=self.folder))

    def clear(self):
        for name in ["out", *self.parts()]:
            shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    def compare(self, where, result=None):
        """What lies in `out`, or in the parts put together, is what one run made."""
        said = result.stdout + result.stderr if result else ""
        if self.parts():
            self.judge.check(len(self.parts()) > 1, where, "there is one part alone")
            self.judge.check(self.report_of(*self.parts()) == self.report, where, "the parts have another report")
            merged = self.run(next(block for block in blocks("sh") if "cp -r" in block))
            self.judge.check(merged.returncode == 0, where, merged.stderr)
        got = self.contents("out")
        wrong = sorted(name for name in {**got, **self.bytes} if got.get(name) != self.bytes.get(name))
        self.judge.check(wrong == [], where, f"other bytes than one run: {wrong[:5]} {said}")


# ---------------------------------------------------------------------------------------------------------- the engines

def test_shell(estate):
    """The lines for shells; GNU parallel may be missing."""
    ran = 0
    for block in blocks("sh"):
        command = block.strip()
        words = command.split()
        if "cp -r" in command:
            continue
        missing = [tool for tool in ("parallel", "xargs", "sbatch") if tool in words
                   and not shutil.which(tool, path=estate.environment["PATH"])]
        if missing:
            print(f"skipped: no {missing[0]}: {command}")
            continue
        estate.clear()
        result = estate.run(command)
        estate.judge.check(result.stderr == "", command, result.stderr)
        estate.compare(command, result)
        ran += 1
    estate.judge.check(ran >= 2, "doc/migrate.md", "shows no commands of engines")


def test_github(estate):
    """The steps of the matrix as its shells would run them."""
    where = "doc/migrate.md, the matrix"
    jobs = yaml.safe_load(blocks("yaml")[0])["jobs"]
    shards = jobs["run"]["strategy"]["matrix"]["shard"]
    command, = (step["run"] for step in jobs["run"]["steps"] if "run" in step)
    estate.clear()
    for shard in shards:
        result = estate.run("set -e; " + command.replace("${{ matrix.shard }}", str(shard)))
        estate.judge.check(result.returncode == 0, where, result.stdout + result.stderr)
    estate.judge.check(f"/{len(shards)} " in command, where, "has another number of shards than its command")
    estate.compare(where)
    command, = (step["run"] for step in jobs["report"]["steps"] if "run" in step)
    result = estate.run(command)
    estate.judge.check(result.returncode == 1 and "wrote part-1/report.html" in result.stdout, where, result.stderr)
    names = {json.dumps(step["with"], sort_keys=True) for step in jobs["run"]["steps"] if "with" in step}
    estate.judge.check(names == {'{"name": "part-${{ matrix.shard }}", "path": "part-${{ matrix.shard }}"}'}, where, f"{names}")


# What Kubernetes documents of what the manifest uses: the type of each key; `*` for keys that anybody chooses.
NAMED = {"name": str}
CLAIM = {"name": str, "persistentVolumeClaim": {"claimName": str, "readOnly": bool}}
SECURITY = {"allowPrivilegeEscalation": bool, "readOnlyRootFilesystem": bool, "runAsNonRoot": bool, "runAsUser": int,
            "runAsGroup": int, "capabilities": {"drop": [str], "add": [str]}}
CONTAINER = {"name": str, "image": str, "command": [str], "args": [str], "env": [{"name": str, "value": str}],
             "resources": {"requests": {"cpu": str, "memory": str}, "limits": {"cpu": str, "memory": str}},
             "securityContext": SECURITY, "volumeMounts": [{"name": str, "mountPath": str, "readOnly": bool}]}
POD = {"restartPolicy": str, "automountServiceAccountToken": bool,
       "securityContext": {"runAsNonRoot": bool, "runAsUser": int, "runAsGroup": int, "fsGroup": int},
       "containers": [CONTAINER], "volumes": [CLAIM]}
JOB = {"apiVersion": str, "kind": str, "metadata": {"name": str, "labels": {"*": str}},
       "spec": {"completionMode": str, "completions": int, "parallelism": int, "backoffLimit": int,
                "backoffLimitPerIndex": int, "maxFailedIndexes": int, "activeDeadlineSeconds": int,
                "ttlSecondsAfterFinished": int, "template": {"metadata": {"labels": {"*": str}}, "spec": POD}}}


def mistakes(value, shape, place=""):
    """What does not have its documented type, and keys that are none."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{place}: is no object"]
        found = [f"{place}/{key}: unknown" for key in value if key not in shape and "*" not in shape]
        for key in value.keys() & shape.keys() | (value.keys() if "*" in shape else set()):
            found += mistakes(value[key], shape.get(key, shape.get("*")), f"{place}/{key}")
        return found
    if isinstance(shape, list):
        if not isinstance(value, list) or value == []:
            return [f"{place}: is no list with something in it"]
        return [one for number, part in enumerate(value) for one in mistakes(part, shape[0], f"{place}/{number}")]
    return [] if type(value) is shape else [f"{place}: {value!r} is no {shape.__name__}"]


def test_mistakes(judge, job):
    """The comparison finds what is wrong."""
    for path, value, count in ((("spec", "completion"), 8, 1), (("spec", "completions"), "8", 1),
                               (("spec", "template", "spec", "containers"), [], 1),
                               (("spec", "template", "spec", "containers", 0, "env", 0, "value"), 8, 1)):
        wrong = json.loads(json.dumps(job))
        place = wrong
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        judge.check(len(mistakes(wrong, JOB)) == count, "engines.py", f"does not find that {path} is {value!r}")


def test_manifest(judge, job):
    where = "doc/migrate-job.yaml"
    judge.check(mistakes(job, JOB) == [], where, f"{mistakes(job, JOB)}")
    test_mistakes(judge, job)
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    container, = pod["containers"]
    judge.check((job["apiVersion"], job["kind"], spec["completionMode"]) == ("batch/v1", "Job", "Indexed"), where,
                "is no Indexed Job")
    judge.check(pod["restartPolicy"] == "Never", where, "backoffLimitPerIndex wants the restart policy Never")
    judge.check(0 < spec["parallelism"] <= spec["completions"], where, "more at once than there are")
    judge.check({"name": "SHARDS", "value": str(spec["completions"])} in container["env"], where,
                "SHARDS is not the number of completions")
    judge.check(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", job["metadata"]["name"]), where, "a name that is none")
    judge.check(re.fullmatch(r"[a-z.]+\.example\.com/[a-z/]+:[0-9.]+", container["image"]), where, "another image")
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    judge.check({mount["name"] for mount in mounts.values()} == set(volumes), where, "volumes that are not mounted")
    read_only = [path for path, mount in mounts.items() if mount.get("readOnly")]
    judge.check(read_only == ["/estate"] and volumes[mounts["/estate"]["name"]]["persistentVolumeClaim"]["readOnly"],
                where, "the sources are not mounted read-only")
    for memory in (container["resources"]["requests"]["memory"], container["resources"]["limits"]["memory"]):
        judge.check(re.fullmatch(r"[0-9]+(Ki|Mi|Gi)", memory), where, f"{memory} is no quantity")


def test_kubernetes(estate):
    """The command of the pods, for every index, with the volumes where the estate is."""
    where = "doc/migrate-job.yaml"
    job = yaml.safe_load(read(os.path.join(DOC, "migrate-job.yaml")))
    test_manifest(estate.judge, job)
    container, = job["spec"]["template"]["spec"]["containers"]
    shell, flag, script = container["command"]
    estate.judge.check((shell, flag) == ("/bin/sh", "-c"), where, "is no command of a shell")
    estate.clear()
    for mount, place in (("/estate/", estate.folder + "/"), ("/out/", estate.folder + "/")):
        estate.judge.check(mount in script, where, f"its command does not use {mount}")
        script = script.replace(mount, place)
    variables = {one["name"]: one["value"] for one in container["env"]}
    for index in range(job["spec"]["completions"]):
        result = subprocess.run([shell, flag, script], cwd="/", env={**estate.environment, **variables,
                                                                     "JOB_COMPLETION_INDEX": str(index)},
                                capture_output=True, text=True)
        estate.judge.check(result.returncode == 0, where, f"index {index}: {result.stdout}{result.stderr}")
    estate.judge.check(len(estate.parts()) == job["spec"]["completions"], where, f"has made {estate.parts()}")
    estate.compare(where)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    program = os.path.abspath(parser.parse_args().program)
    judge = Judge(program)
    with tempfile.TemporaryDirectory() as folder:
        estate = Estate(judge, program, folder)
        test_shell(estate)
        test_github(estate)
        test_kubernetes(estate)
    return judge.finish("engines")


if __name__ == "__main__":
    sys.exit(main())
