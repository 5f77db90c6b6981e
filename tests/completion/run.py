#!/usr/bin/python3
"""The completions that `jpk completion` prints, in the shells themselves: bash, and zsh and fish where they are installed.

usage: run.py [--program PATH]
"""
import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "schemas"))
from judge import Judge

# What lies in the folder where lines are completed.
FILES = ("orders.jpk", "export.json", "notes.txt", "odd name's.jpk")
FOLDERS = ("tree",)
PROJECTS = {"orders.jpk", "export.json", "odd name's.jpk", "tree"}
EVERYTHING = set(FILES) | set(FOLDERS)
# The beginnings of lines, the last word being completed, and what it may become. `...`: these and others.
CASES = (
    (["con"], {"convert"}),
    (["recipe", ""], {"generate", "validate", "list", "rules", "configure", "fmt"}),
    (["recipe", "val"], {"validate"}),
    (["schema", "sh"], {"show"}),
    (["convert", "--to", ""], {"cloud", "design"}),
    (["convert", "-t", "d"], {"design"}),
    (["convert", "--report"], {"--report", "--report-format"}),
    (["convert", "--to", "cloud", ""], PROJECTS),
    (["show", "-v", "or"], {"orders.jpk"}),
    (["check", "orders.jpk", "exp"], {"export.json"}),
    (["unpack", "orders.jpk", "t"], {"tree"}),
    (["recipe", "validate", "n"], {"notes.txt"}),
    (["recipe", "validate", "--cache", ""], {"tree"}),
    (["check", "tree/"], {"tree/inner.jpk"}),
    (["recipe", "rules", "secret-def"], {"secret-default"}),
    (["schema", "show", "recipe-1"], {"recipe-1"}),
    (["help", "exit"], {"exit-status"}),
    (["help", "in"], {"info", "inventory"}),
    (["completion", ""], {"bash", "zsh", "fish"}),
    (["pack", "--kind", "b"], {"backup"}),
    (["info", "--max-ent"], {"--max-entries", "--max-entry-size"}),
)
# Of bash alone, which has no more than our script: how it cuts --option=value, and the end of options.
BASH_CASES = (
    (["convert", "--to", "="], {"cloud", "design"}),
    (["convert", "--to", "=", "c"], {"cloud"}),
    (["check", "--", ""], PROJECTS),
    (["check", "--", "--"], set()),
    (["diff", "a", "b", ""], set()),
    (["info", "--max-entries", ""], set()),
    (["nonsense", ""], set()),
    (["recipe", "nonsense", ""], set()),
    (["schema", "validate", "-s", "shap"], set()),
    (["recipe", "validate", ""], EVERYTHING),
    (["--"], {"--help", "--version"}),
)


def script(program, shell):
    return subprocess.run([program, "completion", shell], check=True, capture_output=True, text=True).stdout


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def compare(judge, shell, words, expected, got):
    judge.check(set(got) == expected, f"{shell}: jpk {' '.join(words)}", f"{sorted(got)}, not {sorted(expected)}")


def commands(program):
    """All commands and topics, as the help lists them."""
    text = subprocess.run([program, "help"], check=True, capture_output=True, text=True).stdout
    names = re.search(r"^commands:\n(.*?)\n\n", text, re.DOTALL | re.MULTILINE).group(1)
    return [re.match(r"  (\S+(?: \S+)?)  ", line).group(1) for line in names.splitlines()]


# ---------------------------------------------------------------------------------------------------------------- bash

BASH = """
try() {
    COMP_WORDS=(jpk "$@") COMP_CWORD=$# COMPREPLY=()
    _jpk
    printf '%s\\n' "${COMPREPLY[@]}" ---
}
"""


def quote(word):
    return "'" + word.replace("'", "'\\''") + "'"


def test_bash(judge, program, home, folder):
    names = commands(program)
    cases = CASES + BASH_CASES + tuple((name.split()[:-1] + [name.split()[-1][:-1]], None) for name in names)
    # Options of every command, by its help.
    cases += tuple((name.split() + ["--"], name) for name in names)
    path = write(home, "jpk.bash", script(program, "bash"))
    lines = [f"source {path}", BASH] + ["try " + " ".join(quote(word) for word in words) for words, _ in cases]
    result = subprocess.run(["bash", "--norc"], input="\n".join(lines), cwd=folder, capture_output=True, text=True)
    judge.check(result.stderr == "", "bash", result.stderr)
    answers = [[line for line in part.split("\n") if line] for part in result.stdout.split("---\n")[:-1]]
    judge.check(len(answers) == len(cases), "bash", f"{len(answers)} answers to {len(cases)} lines")
    for (words, expected), got in zip(cases, answers):
        if expected is None:
            judge.check(any(word.startswith(words[-1]) for word in got), f"bash: {words}", f"the command is not in {got}")
        elif isinstance(expected, str):
            text = subprocess.run([program, "help", *expected.split()], check=True, capture_output=True, text=True).stdout
            compare(judge, "bash", words, set(re.findall(r"^  (?:-.,|   ) (--[a-z-]+)", text, re.MULTILINE)), got)
        else:
            compare(judge, "bash", words, expected, got)


# ---------------------------------------------------------------------------------------------------------------- fish

def test_fish(judge, program, home, folder):
    lines = ["source " + write(home, "jpk.fish", script(program, "fish"))]
    for words, _ in CASES:
        lines.append(f"complete -C {quote('jpk ' + ' '.join(words))}; echo ---")
    result = subprocess.run(["fish", "--no-config"], input="\n".join(lines), cwd=folder, capture_output=True, text=True,
                            env={**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home})
    judge.check(result.stderr == "", "fish", result.stderr)
    answers = result.stdout.split("---\n")[:-1]
    judge.check(len(answers) == len(CASES), "fish", f"{len(answers)} answers to {len(CASES)} lines")
    for (words, expected), got in zip(CASES, answers):
        compare(judge, "fish", words, expected, {line.split("\t")[0].rstrip("/") for line in got.splitlines()})


# ----------------------------------------------------------------------------------------------------------------- zsh

ZSH = """
PS1='ready> '
autoload -Uz compinit && compinit -u -D
source SCRIPT
show() { print -r -- "<$BUFFER>"; BUFFER= }
zle -N show
bindkey '^G' show
bindkey '^I' complete-word
unsetopt beep
print begun
"""


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, command, home, folder):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(HOME=home, TERM="dumb", ZDOTDIR=home)
            os.execvp(command[0], command)

    def say(self, text, until):
        """Sends text; what comes back up to a match of a pattern, or within 20 seconds."""
        os.write(self.descriptor, text.encode())
        got, end = "", time.monotonic() + 20
        while time.monotonic() < end and not re.search(until, got):
            if select.select([self.descriptor], [], [], 0.2)[0]:
                got += os.read(self.descriptor, 65536).decode("utf-8", "replace")
        return got

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


def test_zsh(judge, program, home, folder):
    path = write(home, "begin.zsh", ZSH.replace("SCRIPT", write(home, "jpk.zsh", script(program, "zsh"))))
    terminal = Terminal(["zsh", "-f", "-i"], home, folder)
    try:
        begun = terminal.say(f"source {path}\n", r"begun\r?\n")
        judge.check("begun" in begun, "zsh", f"does not begin: {begun}")
        # Only what can become one word is a line that does not depend on how zsh lists.
        for words, expected in CASES:
            if len(expected) != 1:
                continue
            word = next(iter(expected))
            got = terminal.say("jpk " + " ".join(words) + "\t\x07", r"<jpk [^>]*>")
            line = re.search(r"<jpk ([^>]*)>", got)
            found = line.group(1).rstrip(" /").split(" ")[-1] if line else None
            compare(judge, "zsh", words, {word}, {found})
    finally:
        terminal.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    program = os.path.abspath(parser.parse_args().program)
    judge = Judge(program)
    for shell, test in (("bash", test_bash), ("zsh", test_zsh), ("fish", test_fish)):
        if not shutil.which(shell):
            print(f"  skipped: {shell} is not installed")
            continue
        with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
            for name in FILES:
                write(folder, name, "")
            for name in FOLDERS:
                os.mkdir(os.path.join(folder, name))
                write(folder, os.path.join(name, "inner.jpk"), "")
                write(folder, os.path.join(name, "inner.txt"), "")
            test(judge, program, home, folder)
    return judge.finish("completion")


if __name__ == "__main__":
    sys.exit(main())
