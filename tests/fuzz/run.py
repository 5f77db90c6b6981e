#!/usr/bin/python3
"""Runs the fuzz targets one after the other and prints what came of it, as a table.

usage: run.py --programs FOLDER [--seconds N] [--work FOLDER] [TARGET...]

Each target begins with its corpus, its saved finds and what earlier runs have found in WORK/TARGET; what it finds new is
kept there. Inputs at which something fails are in WORK/finds/TARGET, the end of the log is printed, and the exit status
is 1. An input counts as a find when it fails, leaks, takes more than 2 GiB or longer than 20 seconds.
"""
import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST = {"archive": 65536, "project": 65536, "recipe": 65536, "secrets": 65536, "tree": 65536,
           "to-cloud": 65536, "cloud": 65536, "to-design": 65536, "diff": 65536, "merge": 131072, "plan": 16384}
COLUMNS = "%-12s %10s %8s %8s %8s %6s"


def folders(target, work):
    """The corpus of earlier runs, to which libFuzzer writes, then those that are committed."""
    os.makedirs(os.path.join(work, target), exist_ok=True)
    os.makedirs(os.path.join(work, "finds", target), exist_ok=True)
    committed = [os.path.join(HERE, kind, target) for kind in ("corpus", "finds")]
    return [os.path.join(work, target)] + [folder for folder in committed if os.path.isdir(folder)]


def command(options, target):
    arguments = [os.path.join(options.programs, target), "-max_total_time=%d" % options.seconds, "-timeout=20",
                 "-report_slow_units=20", "-rss_limit_mb=2048", "-print_final_stats=1",
                 "-max_len=%d" % LONGEST.get(target, 8192),
                 "-artifact_prefix=%s/" % os.path.join(options.work, "finds", target)]
    words = os.path.join(HERE, "words", target)
    if os.path.exists(words):
        arguments.append("-dict=" + words)
    return arguments + folders(target, options.work)


def number(pattern, log):
    found = re.findall(pattern, log)
    return int(found[-1]) if found else 0


def run(options, target):
    """What one target did: (runs, CPU seconds, edges, whether it found something, log)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    log_name = os.path.join(options.work, target + ".log")
    line = command(options, target)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with open(log_name, "wb") as log, tempfile.TemporaryDirectory(dir=memory) as temporary:
        status = subprocess.call(line, stdout=log, stderr=log, env=dict(os.environ, TMPDIR=temporary))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    log = open(log_name, encoding="utf-8", errors="replace").read()
    runs = number(r"stat::number_of_executed_units: (\d+)", log) or number(r"#(\d+)\t", log)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return runs, cpu, number(r" cov: (\d+) ", log), status != 0, log


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--work", default="build/fuzz/work")
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    found = []
    print(COLUMNS % ("target", "runs", "CPU s", "runs/s", "edges", "finds"))
    for target in options.targets or sorted(name for name in os.listdir(options.programs) if "." not in name):
        runs, cpu, edges, failed, log = run(options, target)
        rate = runs / cpu if cpu else 0
        print(COLUMNS % (target, runs, "%.0f" % cpu, "%.0f" % rate, edges, int(failed)), flush=True)
        if failed:
            found.append((target, log))
    for target, log in found:
        print("\n%s: a find; the input is in %s:" % (target, os.path.join(options.work, "finds", target)))
        print("\n".join(line[:300] for line in log.splitlines()[-60:]))
    return 1 if found else 0


sys.exit(main())
