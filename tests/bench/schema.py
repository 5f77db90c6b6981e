#!/usr/bin/python3
"""The benchmark of the validator: whole processes, and validation alone, ours beside its peers.

    schema.py [BUILD]     part of `make bench`; BUILD is the build folder (build), which holds jpk

Inputs and peers live in BUILD/bench. The peers of the npm registry are installed there, at the versions below; one that
cannot be installed is left out, with a line that says so. All run in their default modes unless a row says otherwise,
on the same files in the same rounds. Everything is valid, and whatever says otherwise ends the benchmark. A missed
target is printed and is no failure.
"""
import os
import platform
import re
import shutil
import subprocess

import make_instances
import summary
from bench import BUILD, HERE, ROOT, SAMPLES, WORK, compile_tool, fresh, measure, median, run_once, tool, verdict

PEERS = ["@sourcemeta/jsonschema@16.11.0", "ajv@8.20.0", "ajv-cli@5.0.0"]
FILES = 10000
PARTS = 21  # runs of validation alone

HEADING = "schemas"
JPK = os.path.join(BUILD, "jpk")
LIBRARY = "library alone"
OURS = "jpk schema validate"
REPOSITORY = "jpk recipe validate"
SOURCEMETA = "sourcemeta"


def left_out(what, why):
    print("bench: %s: left out: %s" % (what, why), flush=True)


# ------------------------------------------------------------------------------------------------------------- peers

def install_peers(folder):
    if not shutil.which("npm"):
        left_out(", ".join(PEERS), "there is no npm")
        return
    os.makedirs(folder, exist_ok=True)
    for peer in PEERS:
        done = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", peer],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            left_out(peer, "npm cannot install it: " + (done.stderr.strip().splitlines() or ["no reason given"])[0])


def find_peers(folder):
    """By name the program, for those that are there. The first is a native program behind a script in node."""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    programs = {
        SOURCEMETA: os.path.join(folder, "node_modules/@sourcemeta/jsonschema/build/github-releases/jsonschema-linux-" + machine),
        "ajv-cli": os.path.join(folder, "node_modules/.bin/ajv"),
    }
    found = {name: program for name, program in programs.items() if os.path.exists(program)}
    if subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c", "import jsonschema"], stderr=subprocess.DEVNULL).returncode == 0:
        found["python3-jsonschema"] = "/usr/bin/python3"
    else:
        left_out("python3-jsonschema", "the package is not installed")
    return found


def ours(words, arguments):
    """A row for a command of jpk, unless it is missing."""
    label = "jpk " + " ".join(words)
    if subprocess.run([JPK, "help"] + words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        left_out(label, "this jpk has no such command")
        return []
    return [(label, [JPK] + words + arguments)]


def rows_for(peers, schema, instance):
    rows = [(LIBRARY, [tool("validate"), schema, instance])] + ours(["schema", "validate"], ["--schema", schema, instance])
    if SOURCEMETA in peers:
        rows.append((SOURCEMETA, [peers[SOURCEMETA], "validate", schema, instance]))
        rows.append((SOURCEMETA + " --fast", [peers[SOURCEMETA], "validate", "--fast", schema, instance]))
    if "ajv-cli" in peers:
        rows.append(("ajv-cli", [peers["ajv-cli"], "validate", "--spec=draft2020", "--strict=false", "-s", schema, "-d", instance]))
    if "python3-jsonschema" in peers:
        rows.append(("python3-jsonschema", [peers["python3-jsonschema"], "-W", "ignore", "-m", "jsonschema", "-i", instance, schema]))
    return rows


def repository_rows(peers, schema, folder):
    rows = [(LIBRARY + ", one thread", [tool("validate"), schema, folder])]
    rows += ours(["schema", "validate"], ["--schema", schema, folder]) + ours(["recipe", "validate"], [folder])
    if SOURCEMETA in peers:
        rows.append((SOURCEMETA, [peers[SOURCEMETA], "validate", schema, folder]))
        rows.append((SOURCEMETA + " --fast", [peers[SOURCEMETA], "validate", "--fast", schema, folder]))
    if "ajv-cli" in peers:
        rows.append(("ajv-cli", [peers["ajv-cli"], "validate", "--spec=draft2020", "--strict=false", "-s", schema,
                                 "-d", os.path.join(folder, "*.json")]))
    return rows


# ----------------------------------------------------------------------------------------------------------- figures

def table(title, results):
    print("\n%s" % title)
    print("  %-28s %4s %10s %10s %10s %9s %13s" % ("command", "runs", "median ms", "min ms", "cpu ms", "peak MiB",
                                                   "x sourcemeta"))
    peer = median(results[SOURCEMETA]) if SOURCEMETA in results else None
    for label, runs in results.items():
        print("  %-28s %4d %10.2f %10.2f %10.2f %9.1f %13s"
              % (label, len(runs), median(runs), min(r[0] for r in runs), median(runs, 2), max(r[1] for r in runs),
                 "%.2f" % (median(runs) / peer) if peer else ""), flush=True)


def target(name, results, label, least, promises=()):
    peer = (SOURCEMETA, results[SOURCEMETA]) if SOURCEMETA in results else None
    if label in results:
        bound = [("%.1f times as fast" % least, median(peer[1]) / median(results[label]) >= least)] if peer else []
        summary.record(HEADING, label.replace("jpk ", ""), name, results[label], peer, bound + list(promises))
    if label in results and SOURCEMETA in results:
        times = median(results[SOURCEMETA]) / median(results[label])
        print("  %s: %.1f times as fast as sourcemeta, target %.1f or more: %s" % (label, times, least, verdict(times >= least)))


def parts(schema, instance):
    """By name the median and the least time in ms."""
    done = subprocess.run([tool("validate"), "--parts", str(PARTS), schema, instance], stdout=subprocess.PIPE, text=True,
                          check=True)
    return {line.split()[0]: [float(word) / 1000 for word in line.split()[1:]] for line in done.stdout.splitlines()}


def peers_alone(peers, folder, schema, instance):
    """Rows (label, median ms) of the peers' validation alone, as they measure it."""
    rows = []
    for label, options in ((SOURCEMETA, []), (SOURCEMETA + " --fast", ["--fast"])):
        if SOURCEMETA in peers:
            done = subprocess.run([peers[SOURCEMETA], "validate", "--benchmark", "--loop", str(PARTS)] + options
                                  + [schema, instance], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
            rows.append((label + ", mean", float(re.search(r"PASS ([0-9.]+)", done.stdout).group(1)) / 1000))
    if "ajv-cli" in peers:
        done = subprocess.run(["node", os.path.join(HERE, "ajv.js"), folder, str(PARTS), schema, instance],
                              stdout=subprocess.PIPE, text=True, check=True)
        first, warm = done.stdout.split()
        rows += [("ajv, the first call", float(first) / 1000), ("ajv", float(warm) / 1000)]
    return rows


def alone(title, peers, folder, schema, instance):
    own = parts(schema, instance)
    rows = peers_alone(peers, folder, schema, instance)
    print("\n%s: parts by themselves, medians of %d runs in one process, in ms" % (title, PARTS))
    for name, label in (("parse", "parsing"), ("compile", "compiling the schema, checked"),
                        ("compile-unchecked", "compiling it, not checked"), ("answer", "validation: the answer"),
                        ("report", "validation: everything")):
        print("  %-32s %10.3f  (least %.3f)" % (label, own[name][0], own[name][1]))
    for label, time in rows:
        print("  %-32s %10.3f" % ("peer: " + label, time), flush=True)
    return own["report"][0], own["compile"][0], dict(rows).get(SOURCEMETA + ", mean")


def main():
    os.environ.update(LC_ALL="C.UTF-8", NO_COLOR="1")
    inputs, peers_folder = os.path.join(WORK, "schema"), os.path.join(WORK, "peers")
    fresh(inputs)
    os.makedirs(inputs)
    compile_tool("measure", [], [], [])
    compile_tool("validate", ["schema", "hygiene", "base"], ["jansson", "libpcre2-8", "libidn2", "libcrypto"],
                 ["-lunistring", "-lpthread"])
    summary.begin(HEADING)
    install_peers(peers_folder)
    peers = find_peers(peers_folder)
    print("\nAn empty program under this runner: %.2f ms, %.1f MiB" % run_once(["/bin/true"])[:2])

    schema, instance = make_instances.make_array(inputs)
    results = measure(rows_for(peers, schema, instance), 9, (0,))
    table("an array of %d objects, %.1f MB" % (make_instances.OBJECTS, os.path.getsize(instance) / 1e6), results)
    for label in (LIBRARY, OURS):
        target("%.1f MB of JSON" % (os.path.getsize(instance) / 1e6), results, label, 1.5)
    report, _, peer = alone("the array", peers, peers_folder, schema, instance)
    if peer:
        print("  validation: %.2f x sourcemeta's, target 2 or less: %s" % (report / peer, verdict(report <= 2 * peer)))

    schema, instance = make_instances.make_tiny(inputs)
    results = measure(rows_for(peers, schema, instance), 31, (0,))
    table("a file of %d bytes" % os.path.getsize(instance), results)
    if OURS in results:
        print("  %s: %.2f ms, target less than 4.5: %s" % (OURS, median(results[OURS]), verdict(median(results[OURS]) < 4.5)))
        summary.record(HEADING, OURS[4:], "%d bytes of JSON" % os.path.getsize(instance), results[OURS],
                       (SOURCEMETA, results[SOURCEMETA]) if SOURCEMETA in results else None,
                       [("less than 4.5 ms", median(results[OURS]) < 4.5)])
    _, compiling, _ = alone("the small file", peers, peers_folder, schema, instance)
    print("  compiling the schema: target less than 0.3: %s" % verdict(compiling < 0.3))

    folder = os.path.join(inputs, "repository")
    sample = os.path.join(inputs, "sample.jpk")
    subprocess.run([JPK, "pack", os.path.join(SAMPLES, "http-json"), sample, "-q"], check=True)
    size = make_instances.make_repository(JPK, sample, folder, FILES)
    results = measure(repository_rows(peers, os.path.join(ROOT, "schema/recipe-1.schema.json"), folder), 5, (0,))
    table("%d recipes of about %d bytes" % (FILES, size / FILES), results)
    peak = max((r[1] for r in results.get(REPOSITORY, ())), default=0)
    target("{:,} recipes".format(FILES), results, REPOSITORY, 3, [("less than 200 MiB", peak < 200)])
    if REPOSITORY in results:
        print("  memory: %.1f MiB, target less than 200: %s" % (peak, verdict(peak < 200)))
    fresh(inputs)


main()
