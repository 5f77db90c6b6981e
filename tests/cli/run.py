#!/usr/bin/python3
"""Golden tests of the command line: exact standard output, standard error and exit status.

usage: run.py [--program PATH] [--wrapper COMMAND] [--every N] [--update] [FILE...]

A .test file holds commands and what they print:

    # comment
    requires: shared          skipped when ../shared is missing
    $ jpk list x.jpk          run by sh in an empty folder; samples/ and shared/ are links
    > standard output
    ! standard error
    = 3                       exit status, when it is not 0

The commands of one file run in the same folder, one after the other. In README.md and in the pages of doc/man the blocks
that begin with ```console are run too, in the same way; there output has no marks and standard error is mixed in. --update writes
what was printed into the files, to be read before it is committed. --wrapper COMMAND runs the program, in every N-th of the
commands.
"""
import itertools
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
SANDBOX = None  # the tests run in it where it is to be had, unless JPK_SANDBOX says something else


class Command:
    def __init__(self, line):
        self.line, self.out, self.err, self.status = line, [], [], 0


def parse_test(path):
    commands, requires, parts = [], [], []
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("$ "):
            commands.append(Command(line[2:]))
            parts.append(commands[-1])
        elif commands and (line.startswith("> ") or line == ">"):
            commands[-1].out.append(line[2:])
        elif commands and (line.startswith("! ") or line == "!"):
            commands[-1].err.append(line[2:])
        elif commands and line.startswith("= "):
            commands[-1].status = int(line[2:])
        elif line.startswith("requires: "):
            requires.append(line[10:].strip())
            parts.append(line)
        elif line == "" or line.startswith("#"):
            parts.append(line)
        else:
            sys.exit(f"{path}: cannot understand: {line}")
    return commands, requires, parts


def parse_readme(path):
    """The console blocks: `$ command`, then what it prints, standard error included."""
    commands, parts, inside = [], [], False
    for line in open(path, encoding="utf-8").read().splitlines():
        if inside and line.startswith("$ "):
            commands.append(Command(line[2:]))
            parts.append(commands[-1])
            continue
        if line.startswith("```"):
            inside = line == "```console"
        if inside and not line.startswith("```"):
            commands[-1].out.append(line)
        else:
            parts.append(line)
    return commands, parts


def write_readme(path, parts):
    with open(path, "w", encoding="utf-8") as file:
        for part in parts:
            lines = [part] if isinstance(part, str) else ["$ " + part.line] + part.out
            file.writelines(line + "\n" for line in lines)


def write_test(path, parts):
    with open(path, "w", encoding="utf-8") as file:
        for part in parts:
            if isinstance(part, str):
                file.write(part + "\n")
                continue
            file.write(f"$ {part.line}\n")
            file.writelines(f"> {line}".rstrip(" ") + "\n" if line == "" else f"> {line}\n" for line in part.out)
            file.writelines(f"!\n" if line == "" else f"! {line}\n" for line in part.err)
            if part.status:
                file.write(f"= {part.status}\n")


def run(command, folder, environment, mixed):
    done = subprocess.run(["sh", "-c", command.line], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT if mixed else subprocess.PIPE, timeout=300)
    text = lambda data: (data or b"").decode("utf-8", "backslashreplace").splitlines()
    return text(done.stdout), text(done.stderr), done.returncode


def show(title, wanted, got):
    if wanted == got:
        return
    print(f"    {title}:")
    for mark, lines, other in (("wanted", wanted, got), ("got", got, wanted)):
        for line in lines:
            if line not in other:
                print(f"      {mark}: {line}")
    if sorted(wanted) == sorted(got):
        print("      the same lines in another order")


def prepare(program):
    """A folder with samples, shared and a jpk on the path."""
    folder = tempfile.mkdtemp(prefix="jpk-cli-")
    tools = os.path.join(folder, ".bin")
    os.mkdir(tools)
    with open(os.path.join(tools, "jpk"), "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec $JPK_WRAPPER "{program}" "$@"\n')
    os.chmod(os.path.join(tools, "jpk"), 0o755)
    os.symlink(os.path.join(ROOT, "samples"), os.path.join(folder, "samples"))
    # Also where it leads to nothing: a listing must be the same on every machine.
    os.symlink(SHARED, os.path.join(folder, "shared"))
    environment = {"PATH": tools + ":/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Chatham", "HOME": folder,
                   "PYTHON": "/usr/bin/python3"}
    if SANDBOX:
        environment["JPK_SANDBOX"] = SANDBOX
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return folder, environment


def run_file(path, program, wrappers, update):
    """Returns passed, failed, skipped."""
    readme = path.endswith(".md")
    requires = []
    if readme:
        commands, parts = parse_readme(path)
    else:
        commands, requires, parts = parse_test(path)
    name = os.path.relpath(path, ROOT)
    if "shared" in requires and not os.path.isdir(SHARED):
        print(f"  skipped {name}: {SHARED} is not there")
        return 0, 0, len(commands)
    if "git" in os.path.basename(path) and not shutil.which("git"):
        print(f"  skipped {name}: git is not installed")
        return 0, 0, len(commands)
    if SANDBOX in (None, "off") and "sandbox" in os.path.basename(path):
        print(f"  skipped {name}: there is no sandbox")
        return 0, 0, len(commands)
    folder, environment = prepare(program)
    failed = 0
    try:
        for command in commands:
            environment["JPK_WRAPPER"] = next(wrappers)
            out, err, status = run(command, folder, environment, readme)
            if update:
                command.out, command.err, command.status = out, err, status
            elif (out, err) != (command.out, command.err) or (status != command.status and not readme):
                failed += 1
                print(f"  FAILED {name}: $ {command.line}")
                show("standard output", command.out, out)
                show("standard error", command.err, err)
                if status != command.status:
                    print(f"    status: wanted {command.status}, got {status}")
    finally:
        shutil.rmtree(folder)
    if update:
        (write_readme if readme else write_test)(path, parts)
    return len(commands) - failed, failed, 0


def sandbox_of(program):
    """What JPK_SANDBOX is to be, so that something that the sandbox forbids by mistake is seen."""
    done = subprocess.run([program, "info", "--sandbox", "require", "-"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if b"sandbox" not in done.stderr:
        return "require"
    print("  without the sandbox: " + done.stderr.decode("utf-8", "replace").strip())
    return None


def main():
    arguments, program, wrapper, update = sys.argv[1:], os.path.join(ROOT, "build/jpk"), "", False
    files, every = [], 1
    while arguments:
        word = arguments.pop(0)
        if word == "--program":
            program = os.path.abspath(arguments.pop(0))
        elif word == "--wrapper":
            wrapper = arguments.pop(0)
        elif word == "--every":
            every = int(arguments.pop(0))
        elif word == "--update":
            update = True
        else:
            files.append(os.path.abspath(word))
    if not files:
        files = sorted(os.path.join(HERE, name) for name in os.listdir(HERE) if name.endswith(".test"))
        files.append(os.path.join(ROOT, "README.md"))
        manual = os.path.join(ROOT, "doc", "man")
        files += sorted(os.path.join(manual, name) for name in os.listdir(manual) if name.endswith(".md"))
    global SANDBOX
    SANDBOX = "off" if wrapper else os.environ.get("JPK_SANDBOX") or sandbox_of(program)
    totals, wrappers = [0, 0, 0], itertools.cycle([wrapper] + [""] * (every - 1))
    for path in files:
        totals = [a + b for a, b in zip(totals, run_file(path, program, wrappers, update))]
    print(f"cli: {totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or totals[0] + totals[2] == 0 else 0


sys.exit(main())
