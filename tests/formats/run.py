#!/usr/bin/python3
"""Reads what the formats of findings say as other programs do: SARIF, JUnit and JSON with a parser, GitHub's workflow
commands line by line with the escapes undone, text on a pseudo-terminal. Once with made-up findings (print_findings.c),
once with `jpk check` on a project with odd names.

usage: run.py [--program PATH] [--printer PATH]
"""
import argparse
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Of print_findings.c. What is no UTF-8 and no character of XML is replaced where a format cannot hold it.
ODD_NAME = b"odd/./\"q\" 'a' <b> & ]]> 100%, c:\\d\r\n::error::x \xc3\xa9\x1b[31m\x7f \xff \xef\xbf\xbe.json"
ODD_MESSAGE = "Operation ']]>\n::warning::{0} [a](1) \x01 \u202e \ufffd': is not {valid}]]>; 50% \"more\""


class Run:
    def __init__(self):
        self.checks = self.failures = 0

    def check(self, good, what):
        self.checks += 1
        if not good:
            self.failures += 1
            print(f"  FAILED {what}")

    def same(self, got, wanted, what):
        self.check(got == wanted, f"{what}: got {got!r}, not {wanted!r}")


def output(program, *arguments, status=None, run=None, cwd=None):
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, cwd=cwd)
    if run and status is not None:
        run.same(done.returncode, status, f"status of {arguments}")
    return done.stdout


def github_commands(data):
    """The commands of a log, and its other lines. A property ends at a comma, its name at '='."""
    found, plain = [], []
    for line in data.decode("utf-8").split("\n")[:-1]:
        match = re.fullmatch(r"::(error|warning|notice) ([^:\r]*)::([^\r]*)", line)
        if not match:
            plain.append(line)
            continue
        undo = lambda text: re.sub("%(25|0D|0A|3A|2C)", lambda m: chr(int(m[1], 16)), text)
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        found.append((match[1], {key: undo(value) for key, value in properties.items()}, undo(match[3])))
    return found, plain


def suites(data):
    """name -> cases as (name, attributes, kind, message, text), after the counts were compared."""
    root = xml.etree.ElementTree.fromstring(data)
    found, totals = {}, [0, 0, 0]
    for suite in root:
        cases = []
        for case in suite:
            inner = case[0] if len(case) else None
            kind = None if inner is None else inner.tag
            cases.append((case.get("name"), case.attrib, kind, None if inner is None else inner.get("message"),
                          None if inner is None else inner.text))
        counts = [len(cases), sum(c[2] == "failure" for c in cases), sum(c[2] == "error" for c in cases)]
        assert [int(suite.get(key)) for key in ("tests", "failures", "errors")] == counts, suite.attrib
        totals = [a + b for a, b in zip(totals, counts)]
        found[suite.get("name")] = cases
    assert [int(root.get(key)) for key in ("tests", "failures", "errors")] == totals, root.attrib
    return found


def sarif(run, data, what):
    """The one run of a log, whose structure is compared with what the specification asks for."""
    log = json.loads(data)
    run.same(log["version"], "2.1.0", what)
    run.same(len(log["runs"]), 1, what)
    result_run = log["runs"][0]
    rules = result_run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    run.same(len(set(ids)), len(ids), f"{what}: rules are unique")
    run.check(all(rule["defaultConfiguration"]["level"] in ("note", "warning", "error") for rule in rules), what)
    suppressed = ["suppressions" in result for result in result_run["results"]]
    run.check(all(suppressed) or not any(suppressed), f"{what}: all results have suppressions or none has")
    for result in result_run["results"]:
        if "ruleIndex" in result:
            run.same(ids[result["ruleIndex"]], result["ruleId"], what)
        related = result.get("relatedLocations", [])
        run.same([place["id"] for place in related], list(range(1, len(related) + 1)), what)
        run.check(re.fullmatch("[0-9a-f]{64}", result["partialFingerprints"]["jpkFinding/v1"]), what)
        for place in result["locations"] + related:
            artifact = place["physicalLocation"]["artifactLocation"]
            run.check(re.fullmatch(r"[A-Za-z0-9._~%/-]+|file:///[A-Za-z0-9._~%/-]+", artifact["uri"]), artifact["uri"])
            run.same("uriBaseId" in artifact, not artifact["uri"].startswith("file:"), artifact["uri"])
    return result_run


def place_of(location):
    region = location["physicalLocation"].get("region", {})
    return region.get("startLine"), region.get("startColumn")


# ------------------------------------------------------------------------------------------------ made-up findings

def test_json(run, printer):
    report = json.loads(output(printer, "--format", "json", "odd", run=run, status=1))
    run.same(list(report), ["reportFormat", "tool", "summary", "notChecked", "findings"], "keys of the report")
    run.same(report["reportFormat"], 1, "reportFormat")
    run.same(report["summary"], {"files": 6, "checked": 5, "errors": 4, "warnings": 1, "notes": 1, "baseline": 1,
                                 "exempted": 1, "notShown": 0}, "summary")
    run.same(report["notChecked"], [{"file": "broken.json", "message": "3:4: a \"quote\" <is> missing"}], "notChecked")
    shape = lambda finding: [finding["message"], [shape(part) for part in finding.get("details", [])]]
    run.same(shape(report["findings"][0]),
             ["fits none of three", [["one", [["one of one", [["deeper", []]]]]], ["two", [["skips a level", []]]]]],
             "nesting of explanations")
    run.same(report["findings"][1]["pointer"], "", "pointer of the document")
    run.same(report["findings"][2]["path"], "Item/@key", "a path that is no pointer")
    run.same(report["findings"][3]["file"], ODD_NAME.decode("utf-8", "replace"), "odd name in JSON")
    run.same(report["findings"][3]["hint"], "50% \"more\"", "hint")


def test_sarif(run, printer):
    log = sarif(run, output(printer, "--format", "sarif", "odd"), "made-up")
    invocation = log["invocations"][0]
    run.same(invocation["executionSuccessful"], False, "one file was not checked")
    run.same(invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
             "broken.json", "what was not checked")
    results = log["results"]
    run.same([result["level"] for result in results],
             ["error", "warning", "note", "error", "error", "warning", "error", "error"], "levels")
    run.same([place_of(result["locations"][0]) for result in results[:4]], [(2, 3), (3, 5), (None, None), (2, 7)],
             "columns count characters")
    run.same(place_of(results[7]["locations"][0]), (1, None), "a column that is not known is left out")
    run.same([place["message"]["text"] for place in results[0]["relatedLocations"]],
             ["because one", "because one of one", "because deeper", "because two", "because skips a level"],
             "explanations")
    odd = results[3]
    uri = odd["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    run.same(urllib.parse.unquote_to_bytes(uri), ODD_NAME.replace(b"/./", b"/"), "odd name in SARIF")
    text = odd["message"]["text"].replace("{{", "{").replace("}}", "}")
    run.same(text, ODD_MESSAGE.replace("](", "] ("), "odd message in SARIF")
    run.same([len(result["suppressions"]) for result in results], [0, 0, 0, 0, 1, 1, 0, 0], "suppressions")
    run.same(results[5]["suppressions"][0]["justification"], "as agreed", "reason of an exemption")
    run.check("ruleIndex" not in odd, "a rule that is not listed has no index")
    run.same(log["tool"]["driver"]["rules"][0]["shortDescription"]["text"],
             "A rule with {{braces}} and [a link] (1).", "braces and links of a rule's summary")


def test_junit(run, printer):
    xml_name = ODD_NAME.decode("utf-8", "replace").replace("\x1b", "\ufffd").replace("\ufffe", "\ufffd")
    xml_message = ODD_MESSAGE.replace("\x01", "\ufffd")
    found = suites(output(printer, "--format", "junit", "odd"))
    run.same(list(found), ["plain/a.json", xml_name, "/absolute//x.json", "./clean.json", "broken.json", "folder"],
             "suites")
    run.same([case[2] for case in found["plain/a.json"]], ["failure", "system-out"], "a warning passes")
    run.check("because one of one (3:1)" in found["plain/a.json"][0][4], "explanations in JUnit")
    run.same(found[xml_name][0][3], xml_message, "odd message in JUnit")
    run.same(found[xml_name][0][1]["file"], xml_name, "odd name in JUnit")
    run.same(found["./clean.json"], [("check", {"name": "check", "classname": "./clean.json", "file": "./clean.json",
                                                "time": "0"}, None, None, None)], "a file without findings")
    run.same(found["/absolute//x.json"][0][2], None, "what does not count does not fail")
    run.same(found["broken.json"][1][2:4], ("error", "3:4: a \"quote\" <is> missing"), "not checked")
    strict = suites(output(printer, "--format", "junit", "--fail-level", "warning", "odd"))
    run.same([case[2] for case in strict["plain/a.json"]], ["failure", "failure"], "--fail-level warning in JUnit")
    cut = suites(output(printer, "--format", "junit", "--max-findings", "1", "odd"))
    run.same(cut[xml_name][0][2:4], ("failure", "findings not shown: 1"), "what is cut does not pass")
    run.same(cut["broken.json"][-1][2], "error", "a file that was not checked and has findings that are cut")
    verbose = suites(output(printer, "--format", "junit", "-v", "odd"))
    run.same(len(verbose["plain/a.json"]), 3, "-v shows notes in JUnit")


def test_github(run, printer):
    shown = lambda text: re.sub("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u202e\ufffd\ufffe]", "?", text)
    found, plain = github_commands(output(printer, "--format", "github", "odd"))
    run.same([command[0] for command in found], ["error", "warning", "error", "error", "error", "error"], "commands")
    run.same(found[0][1], {"file": "plain/a.json", "line": "2", "col": "3", "title": "first"}, "properties")
    run.same(found[0][2].split("\n")[1:3], ["because one", "because one of one (3:1)"], "explanations in commands")
    run.same(shown(found[2][1]["file"]), shown(ODD_NAME.decode("utf-8", "replace")), "odd name in commands")
    run.same(found[2][1]["title"], "not:listed,%", "odd rule in commands")
    run.same(found[2][2], shown(ODD_MESSAGE), "odd message in commands")
    run.same(found[3][1:], ({"file": "broken.json", "title": "not checked"}, "3:4: a \"quote\" <is> missing"),
             "not checked")
    run.same(plain, ["jpk: 6 files (1 not checked): 4 errors, 1 warning, 1 note, 1 in the baseline, 1 exempted"],
             "the log's plain lines")
    run.same(github_commands(output(printer, "--format", "github", "-q", "odd"))[1], [], "-q")
    run.same(len(github_commands(output(printer, "--format", "github", "-v", "odd"))[0]), 7, "-v shows notes")


def on_terminal(*command):
    """What a command prints on a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.DEVNULL)
    os.close(follower)
    data = b""
    try:
        while piece := os.read(leader, 65536):
            data += piece
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(leader)
    process.wait()
    return data.decode("utf-8").replace("\r\n", "\n").split("\n")[:-1]


def test_text(run, printer):
    lines = output(printer, "odd", run=run, status=1).decode("utf-8").splitlines()
    run.same(lines[:6], ["plain/a.json:2:4: error: fits none of three; did you mean 'kez'? [first]",
                         "    because one", "        because one of one (3:1)", "            because deeper (3:2)",
                         "    because two", " " * 36 + "because skips a level"], "explanations in text")
    run.same(lines[-1], "6 files (1 not checked): 4 errors, 1 warning, 1 note, 1 in the baseline, 1 exempted "
                        "(-v shows notes)", "summary")
    run.same(len(lines), 11, "lines without notes and schemas")
    run.check(not re.search("[\x00-\x1f\x7f\u202e]", "".join(lines)), "control characters in text")
    verbose = output(printer, "-v", "odd").decode("utf-8").splitlines()
    run.same(verbose[0][-35:], "[first] [recipe-1.schema.json:33:7]", "-v shows the schema's place")
    run.same(verbose[2][-36:], "one (3:1) [recipe-1.schema.json:40:1]"[-36:], "and that of explanations")
    run.same(verbose[7], "plain/a.json: info: a note [third]", "-v shows notes")
    quiet = output(printer, "-q", "odd").decode("utf-8").splitlines()
    run.same(quiet, lines[:-1], "-q has no summary")
    shown = on_terminal(printer, "odd")
    run.same(shown[0], "plain/a.json:2:4: \033[31merror\033[0m: fits none of three; did you mean 'kez'? [first]", "colors")
    run.same(shown[1:4], ["    \u00e4\"key\": \u20ac?[31m}", "      ^", "    because one"], "the line and a caret")
    run.check("\033" not in "".join(on_terminal(printer, "--no-color", "odd")), "--no-color")


def test_limits(run, printer):
    text = output(printer, "--max-findings", "2", "odd", run=run, status=1).decode("utf-8").splitlines()
    run.same([text[6], len(text)], ["plain/a.json:3:5: warning: end [second]", 8], "--max-findings in text")
    run.check(text[7].endswith(", 3 not shown (-v shows notes)"), text[7])
    report = json.loads(output(printer, "--format", "json", "--max-findings", "2", "odd"))
    run.same([len(report["findings"]), report["summary"]["notShown"], report["summary"]["errors"]], [2, 4, 4], "in JSON")
    log = sarif(run, output(printer, "--format", "sarif", "--max-findings", "2", "odd"), "cut")
    run.same([len(log["results"]), log["properties"]["notShown"]], [2, 6], "--max-findings in SARIF")
    found, plain = github_commands(output(printer, "--format", "github", "--max-findings", "2", "odd"))
    run.same([len(found), plain[0][-13:]], [3, ", 3 not shown"], "--max-findings in commands")
    for level, status in (("error", 1), ("never", 0)):
        output(printer, "--fail-level", level, "odd", run=run, status=status)
    # Half of these are warnings; they stand in one line, whose characters are counted once.
    many = json.loads(output(printer, "--format", "json", "many", "100000"))
    run.same([len(many["findings"]), many["summary"]["errors"]], [100000, 50000], "many findings")
    log = json.loads(output(printer, "--format", "sarif", "many", "30000"))["runs"][0]
    run.same(place_of(log["results"][29999]["locations"][0]), (1, 2 * 29999 + 1), "the last character of a long line")
    run.same(len(suites(output(printer, "--format", "junit", "many", "30000"))["many.json"]), 30000, "many cases")


# ------------------------------------------------------------------------------------------------------- jpk check

FOLDER = "it's \"odd\" ]]> 100%, c:d \u00e9 <&> ::error::"
MESSAGE = "Operation 'A 'b' \"c\" ]]>\n50%, d:e {0} [f](1) \u00e4\u20ac': the step 'Target' has no content"
NAME_XML = "A 'b' &quot;c&quot; ]]&gt;&#10;50%, d:e {0} [f](1) \u00e4\u20ac"


def edit(path, old, new):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    assert text.count(old) == 1, (path, old)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text.replace(old, new))


def odd_project(folder):
    """A sample in a folder with an odd name, an operation with an odd name and a step that has no content."""
    project = os.path.join(folder, FOLDER)
    shutil.copytree(os.path.join(ROOT, "samples", "database-to-ftp"), project)
    path = os.path.join(project, "Data", "Operation", "e02db586-a3bf-40db-8586-ce063f52444e.xml")
    for name in (os.path.join(project, "project.xml"), path):
        edit(name, "Test database", NAME_XML)
    return os.path.relpath(path, folder)


def finding_of(results, rule):
    return [result for result in results if result["ruleId"] == rule][0]


def test_check(run, program):
    with tempfile.TemporaryDirectory() as folder:
        entry = odd_project(folder)
        arguments = [FOLDER, "missing.jpk"]
        log = sarif(run, output(program, "check", "--format", "sarif", *arguments, cwd=folder, run=run, status=3), "check")
        run.same(log["invocations"][0]["executionSuccessful"], False, "a project that is missing")
        slot = finding_of(log["results"], "empty-slot")
        uri = slot["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        run.same(urllib.parse.unquote(uri), entry, "the entry's path in SARIF")
        run.same(place_of(slot["locations"][0]), (28, 7), "its place")
        run.same(slot["message"]["text"], MESSAGE.replace("{0}", "{{0}}").replace("](", "] ("), "its message")
        run.check(folder not in json.dumps(log), "no absolute paths")
        found = suites(output(program, "check", "--format", "junit", *arguments, cwd=folder))
        run.same(list(found), arguments, "suites of projects")
        run.same([(case[1]["file"], case[0]) for case in found[FOLDER]], [(entry, f"28:7: {MESSAGE} [empty-slot]")],
                 "its case")
        commands, plain = github_commands(output(program, "check", "--format", "github", *arguments, cwd=folder))
        run.same(commands[0], ("warning", {"file": entry, "line": "28", "col": "7", "title": "empty-slot"}, MESSAGE),
                 "its command")
        run.same(plain, ["jpk: 2 projects (1 not checked): 0 errors, 1 warning, 12 notes"], "plain lines")
        shown = on_terminal(program, "check", os.path.join(folder, FOLDER))
        run.check("    " + " " * 6 + "^" in shown, f"a caret below the place: {shown}")
        test_fingerprint(run, program, folder, entry, slot)


def test_fingerprint(run, program, folder, entry, before):
    """Findings keep their fingerprint when lines are added above them."""
    edit(os.path.join(folder, entry), "<Pipeline ", "\n\n<Pipeline ")
    log = sarif(run, output(program, "check", "--format", "sarif", FOLDER, cwd=folder), "moved")
    after = finding_of(log["results"], "empty-slot")
    run.same(place_of(after["locations"][0])[0], 30, "the line has moved")
    run.same(after["partialFingerprints"], before["partialFingerprints"], "the fingerprint has not")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    parser.add_argument("--printer", default=os.path.join(ROOT, "build", "tests", "print_findings"))
    arguments = parser.parse_args()
    program, printer = os.path.abspath(arguments.program), os.path.abspath(arguments.printer)
    os.environ.pop("NO_COLOR", None)
    run = Run()
    for test in (test_json, test_sarif, test_junit, test_github, test_text, test_limits):
        test(run, printer)
    test_check(run, program)
    print(f"formats: {run.checks} checks, {run.failures} failed")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
