"""What the benchmarks share: where things are, running and measuring a process, and how figures are told."""
import os
import shutil
import statistics
import subprocess
import sys

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
SAMPLES = os.path.join(ROOT, "samples")
WORK = os.path.join(BUILD, "bench")
SLOW = 20.0  # seconds of runs after which a row is not repeated


def tool(name):
    return os.path.join(WORK, name)


def compile_tool(name, archives, packages, libraries):
    """Builds tests/bench/NAME.c with layers of the build and what they need."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs"] + packages, stdout=subprocess.PIPE, text=True,
                           check=True).stdout.split() if packages else []
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-O2", "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "include"),
                    "-I" + ROOT, "-o", tool(name), os.path.join(HERE, name + ".c")]
                   + [os.path.join(BUILD, "layers", archive + ".a") for archive in archives] + flags + libraries, check=True)


def run_once(command, good=(0, 1)):
    """(wall ms, peak MiB, user+system ms) of one process; any exit status but the good ones ends the benchmark."""
    done = subprocess.run([tool("measure")] + command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("bench: %s: %s" % (" ".join(command), done.stderr))
    wall, peak, user, system, status = map(int, done.stdout.split())
    if status not in good:
        sys.exit("bench: %s: exit status %d: %s" % (" ".join(command), status, done.stderr))
    return wall / 1e6, peak / 1024, (user + system) / 1e3


def measure(rows, rounds, good=(0, 1)):
    """By label the runs of each command: once to warm up, then in rounds, one of each a round."""
    results = {label: [] for label, _ in rows}
    spent = {label: 0.0 for label, _ in rows}
    for turn in range(rounds + 1):
        for label, command in rows:
            if turn > 1 and spent[label] > SLOW * 1000:
                continue
            result = run_once(command, good)
            spent[label] += result[0]
            # The first round warms up; of a very slow row it has to count.
            if turn > 0:
                results[label].append(result)
            elif result[0] > SLOW * 1000:
                results[label].append(result)
                spent[label] = SLOW * 2000
        if turn == 0:
            rows = [r for r in rows if not results[r[0]]]
    return results


def median(runs, part=0):
    return statistics.median(run[part] for run in runs)


def verdict(good):
    return "met" if good else "missed"


def fresh(path):
    """Something to run before a command that must find nothing at its output."""
    shutil.rmtree(path, ignore_errors=True)
    if os.path.exists(path):
        os.remove(path)
