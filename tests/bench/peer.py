#!/usr/bin/python3
"""Reads a Jitterpak the way converters in Python do: zipfile and ElementTree, every XML entry into a tree.

    peer.py FILE                   every entry is inflated, every XML entry parsed
    peer.py --like-generate FILE   only what `jpk recipe generate` reads (jpk/project.c)
"""
import sys
import zipfile
from xml.etree import ElementTree

ONLY = ("project.xml", "jitterpak.properties", "environment.properties", "manifest.jip", "files/.metadata")


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    like_generate = "--like-generate" in sys.argv
    if len(arguments) != 1:
        sys.exit(__doc__)
    bytes_read = documents = 0
    with zipfile.ZipFile(arguments[0]) as archive:
        entries = archive.infolist()
        base = next((len(e.filename) - 11 for e in entries if e.filename.endswith("project.xml")), 0)
        for entry in entries:
            name = entry.filename[base:]
            if name.endswith("/"):
                continue
            is_entity = name.startswith("Data/") and name.endswith(".xml")
            if like_generate and not is_entity and name not in ONLY:
                continue
            data = archive.read(entry)
            bytes_read += len(data)
            if name.endswith((".xml", "files/.metadata")):
                ElementTree.fromstring(data)
                documents += 1
    print(len(entries), bytes_read, documents)


main()
