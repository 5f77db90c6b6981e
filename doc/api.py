#!/usr/bin/python3
"""The reference of the library, from the comments of its headers.

usage: api.py html FOLDER VERSION HEADER...    a page for each header, and an index
       api.py man VERSION EXAMPLE HEADER...    the page libjpk.3, to standard output
       api.py names HEADER...                  the functions, a line each: header, name

A header is its first comment, the heading of the page, and then entries: a comment with the declarations that follow it
without an empty line. A declaration without a comment belongs to the entry before it when nothing stands between them.
`/* ------ words */` begins a part.
"""
import html
import os
import re
import sys

TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|\n|.", re.DOTALL)


class Entry:
    def __init__(self, comment):
        self.comment, self.code = comment, []

    def text(self):
        return "\n".join(self.code)

    def functions(self):
        return [match for code in self.code for match in re.findall(r"^JPK_API\b[^;(]*?\b(jpk_\w+)\(", code)]

    def names(self):
        """What the entry declares: functions, types, constants."""
        found = list(self.functions())
        for code in self.code:
            bare = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
            found += re.findall(r"^#define (JPK_\w+)", bare)
            found += re.findall(r"^typedef .*?\b(jpk_\w+)\(", bare, re.DOTALL)
            found += re.findall(r"^(?:struct|union) (jpk_\w+)(?: \{|;)", bare)
            match = re.match(r"enum (jpk_\w+)? ?\{(.*)\}", bare, re.DOTALL)
            if match:
                found += [name for name in (match.group(1), *re.findall(r"\bJPK_\w+", match.group(2))) if name]
        return list(dict.fromkeys(found))

    def forward(self, name):
        """Whether a type is only named here."""
        return f"struct {name};" in self.text()


def homes_of(entries):
    """The entry that explains each name: the first that is more than a mention."""
    homes = {}
    for entry in entries:
        for name in entry.names():
            if name not in homes or homes[name].forward(name):
                homes[name] = entry
    return homes


class Header:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.name = "jpk/" + os.path.basename(path)
        lead = words(re.match(r"/\*.*?\*/", text, re.DOTALL).group(0))
        title, _, self.lead = lead.partition("\n\n")
        self.title = " ".join(title.split(" - ", 1)[1].split())
        self.title = self.title[0].upper() + self.title[1:]
        begin = text.index('extern "C" {\n#endif\n') + len('extern "C" {\n#endif\n')
        self.parts = split(text[begin : text.rindex("#ifdef __cplusplus")])

    def entries(self):
        return [part for part in self.parts if isinstance(part, Entry)]


def words(comment):
    """The text of a comment, without its frame."""
    lines = comment[2:-2].strip("\n").split("\n")
    return "\n".join(re.sub(r"^ \*(?: |$)", "", line).rstrip() for line in lines).strip()


def split(text):
    """Entries, and titles of parts as strings."""
    parts, comment, entry, depth, code = [], None, None, 0, ""
    for token in TOKEN.findall(text):
        blank = not code.strip()
        if token.startswith("/*") and blank and depth == 0 and entry and "\n" not in code:
            entry.code[-1] += " " + token  # on the line of what it is about
            continue
        if token.startswith("/*") and blank and depth == 0:
            title = re.match(r"/\* -{10,} (.*) \*/", token)
            if title:
                parts.append(title.group(1).strip())
            comment, entry, code = None if title else words(token), None, ""
            continue
        if token == "\n" and blank:
            if code.endswith("\n"):  # an empty line
                if comment is not None:
                    parts.append(Entry(comment))
                comment, entry = None, None
            code = code.strip(" ") + "\n"
            continue
        code += token
        depth += {"{": 1, "}": -1}.get(token, 0)
        define = code.lstrip().startswith("#")
        if depth == 0 and (token == "\n" and not code.endswith("\\\n") if define else token == ";"):
            if comment is not None or entry is None:
                entry, comment = Entry(comment or ""), None
                parts.append(entry)
            entry.code.append(code.strip())
            code = "\n" if define else ""
    return parts


def sentence(text):
    """The first one of a comment."""
    first = " ".join(text.split("\n\n")[0].split())
    end = re.search(r"[.:](?= |$)", first)
    return first[: end.start()] + "." if end else first


# ---------------------------------------------------------------------------------------------------------------- HTML

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 3rem; border-bottom: 1px solid var(--line); }
pre { background: var(--soft); padding: .6rem .8rem; overflow-x: auto; font-size: .85rem; line-height: 1.4; }
section { margin: 1.5rem 0; padding-top: .5rem; }
section:target pre:first-child { outline: 2px solid; }
dt { margin-top: .4rem; } dd { margin-left: 1.5rem; }
a { text-decoration: none; } a:hover { text-decoration: underline; }
"""


def page(title, body):
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" '
            f'content="width=device-width, initial-scale=1">\n<title>{html.escape(title)}</title>\n'
            f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n")


def file_of(header):
    return header.name.split("/")[1] + ".html"


def linked(text, places, own=()):
    """Escaped text in which the names that some page explains lead there."""
    def link(match):
        name = match.group(0)
        if name in own or name not in places:
            return name
        return f'<a href="{places[name]}">{name}</a>'
    return re.sub(r"\b(?:jpk_\w+|JPK_\w+|jpk/\w+\.h)", link, html.escape(text, quote=False))


def literal(text, places, own=()):
    """The same with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", linked(text, places, own))


def prose(text, places, own=()):
    """A comment: paragraphs, lists, and what is indented as it stands."""
    out = []
    for block in text.split("\n\n"):
        if all(line.startswith("    ") for line in block.split("\n")):
            out.append(f"<pre>{linked(block, places, own)}</pre>")
            continue
        head, *items = re.split(r"^ ?- ", block, flags=re.MULTILINE)
        if head.strip():
            out.append(f"<p>{literal(head, places, own)}</p>")
        if items:
            out.append("<ul>" + "".join(f"<li>{literal(item, places, own)}</li>" for item in items) + "</ul>")
    return "\n".join(out) + "\n"


def header_page(header, version, places):
    body = [f'<p><a href="index.html">libjpk {version}</a></p>\n<h1>{header.name}</h1>\n<p>{html.escape(header.title)}</p>\n']
    body.append(prose(header.lead, places) if header.lead else "")
    homes = homes_of(header.entries())
    for part in header.parts:
        if isinstance(part, str):
            body.append(f"<h2>{html.escape(part)}</h2>\n")
            continue
        names = part.names()
        anchors = "".join(f'<a id="{name}"></a>' for name in names if homes[name] is part)
        code = linked(re.sub(r"^JPK_API ", "", part.text(), flags=re.MULTILINE), places, names)
        body.append(f"<section>{anchors}" + (f"<pre>{code}</pre>\n" if part.code else "")
                    + (prose(part.comment, places, names) if part.comment else "") + "</section>\n")
    return page(header.name, "".join(body))


def index_page(headers, version):
    body = [f"<h1>libjpk {version}</h1>\n<p>Jitterbit projects, exports of Cloud Studio, recipes and JSON Schema, as a C "
            "library: <code>pkg-config --cflags --libs jpk</code>. Conventions for errors, ownership and threads are those "
            'of <a href="base.h.html">jpk/base.h</a>.</p>\n']
    for header in headers:
        body.append(f'<h2><a href="{file_of(header)}">{header.name}</a></h2>\n<p>{html.escape(header.title)}</p>\n<dl>\n')
        for entry in header.entries():
            links = ", ".join(f'<a href="{file_of(header)}#{name}">{name}</a>' for name in entry.functions())
            if links:
                body.append(f"<dt>{links}</dt><dd>{literal(sentence(entry.comment), {})}</dd>\n")
        body.append("</dl>\n")
    return page(f"libjpk {version}", "".join(body))


def write_html(folder, version, headers):
    places = {header.name: file_of(header) for header in headers}
    homes = [homes_of(header.entries()) for header in headers]
    for forward in (False, True):  # what is only named in a header is explained in another one
        for header, found in zip(headers, homes):
            for name, entry in found.items():
                if forward or not entry.forward(name):
                    places.setdefault(name, f"{file_of(header)}#{name}")
    os.makedirs(folder, exist_ok=True)
    pages = {file_of(header): header_page(header, version, places) for header in headers}
    pages["index.html"] = index_page(headers, version)
    for name, text in pages.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


# ----------------------------------------------------------------------------------------------------------------- man

def roff(text):
    """Text in which nothing is a request or an escape."""
    for character, escape in (("\\", "\\e"), ("-", "\\-"), ("`", "\\(ga"), ("'", "\\(aq"), ("^", "\\(ha"), ("~", "\\(ti")):
        text = text.replace(character, escape)
    text = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match.group(0)):04X}]", text)
    return re.sub(r"^\.", r"\\&.", text, flags=re.MULTILINE)


def fill(text):
    """Words in lines that are not too long."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= 78:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    text = "\n".join(roff(line) for line in lines)
    return re.sub(r"\\\(ga(.+?)\\\(ga", r"\\fB\1\\fR", text, flags=re.DOTALL)


def write_man(version, example, headers):
    base = next(header for header in headers if header.name == "jpk/base.h")
    with open(example, encoding="utf-8") as file:
        code = file.read()
    lead, *rules = re.split(r"^ ?- ", base.lead, flags=re.MULTILINE)
    print(f'.TH "LIBJPK" 3 "" "jpk {version}" "jpk manual"\n.SH "NAME"\nlibjpk \\- Jitterbit projects, exports and recipes '
          'as a C library\n.SH "SYNOPSIS"\n.EX')
    for header in headers:
        print(f"#include <{header.name}>")
    print('\n' + roff("cc program.c $(pkg-config --cflags --libs jpk)") + '\n.EE\n.SH "DESCRIPTION"')
    print(fill("The headers are the manual: each function has its errors and who owns what in the comment above it. "
               "This page lists them with the first sentence of each."))
    print(".PP\n" + fill(lead))
    for rule in rules:
        print(".IP \\(bu 2\n" + fill(rule))
    for header in headers:
        print(f'.SS "{header.name}"\n{fill(header.title)}')
        for entry in header.entries():
            names = entry.functions()
            if names:
                print(".TP\n" + ", ".join(f"\\fB{name}\\fR()" for name in names) + "\n"
                      + (fill(sentence(entry.comment)) if entry.comment else fill("See the header.")))
    print(f'.SH "EXAMPLES"\n.EX\n{roff(code)}.EE\n.SH "SEE ALSO"\n\\fBjpk\\fR(1), \\fBjpk\\-formats\\fR(7), '
          "\\fBjpk\\-safety\\fR(7)")


def main():
    what, *rest = sys.argv[1:]
    skip = {"html": 2, "man": 2, "names": 0}[what]
    headers = [Header(path) for path in sorted(rest[skip:])]
    if what == "html":
        write_html(rest[0], rest[1], headers)
    elif what == "man":
        write_man(rest[0], rest[1], headers)
    else:
        for header in headers:
            for entry in header.entries():
                for name in entry.functions():
                    print(header.name, name)


if __name__ == "__main__":
    main()
