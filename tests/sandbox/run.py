#!/usr/bin/python3
"""The program is in the sandbox while it reads, and out of it when it is told so: asked of the kernel.

usage: run.py --program PATH
"""
import argparse
import os
import re
import subprocess
import sys
import time

failed = []


def expect(what, wanted, got):
    if wanted != got:
        failed.append(what)
        print("sandbox: %s: %s, not %s" % (what, got, wanted))


def state(program, arguments, mode):
    """What the kernel says of a process that waits for its input: (no new privileges, filter of calls)."""
    environment = {key: value for key, value in os.environ.items() if key != "JPK_SANDBOX"}
    if mode:
        environment["JPK_SANDBOX"] = mode
    process = subprocess.Popen([program] + arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=environment)
    deadline, asleep, text = time.monotonic() + 60, 0, ""
    while asleep < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
        with open("/proc/%d/status" % process.pid, encoding="ascii") as status:
            text = status.read()
        asleep = asleep + 1 if re.search(r"^State:\s*S", text, re.M) else 0
    process.communicate(b"")
    return tuple(int(re.search(r"^%s:\s*(\d)" % name, text, re.M).group(1)) for name in ("NoNewPrivs", "Seccomp"))


def has_sandbox(program):
    done = subprocess.run([program, "info", "--sandbox", "require", "-"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return b"sandbox" not in done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    if not has_sandbox(program):
        print("sandbox: skipped, for it is not to be had here")
        return 0
    before = state("/bin/cat", [], None)
    for arguments in (["info"], ["check"], ["scan"], ["recipe", "generate"], ["convert", "--to", "cloud"],
                      ["schema", "validate"]):
        line = "jpk " + " ".join(arguments)
        expect(line, (1, 2), state(program, arguments + ["-"], None))
        expect(line + ", told to require it", (1, 2), state(program, arguments + ["-"], "require"))
        expect(line + ", told to go without", before, state(program, arguments + ["--sandbox", "off", "-"], "require"))
    print("sandbox: 18 processes asked, %d not as they must be" % len(failed))
    return 1 if failed else 0


sys.exit(main())
