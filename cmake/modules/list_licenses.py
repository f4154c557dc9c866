"""Writes which licences the parts of a deployed Python have, and where their texts are.

    python -S -s -P list_licenses.py PREFIX LIST LIBRARIES OUTPUT PLACE TEXTS VERSION TARGET [TRIM...]

LIST names the files that are deployed, one per line, relative to PREFIX; LIBRARIES is bundled_libraries.json.
Names of files in OUTPUT are relative to the directory that holds it: PLACE leads from there to what PREFIX is
when it is deployed, TEXTS to what licenses/ is in.
"""

import email.parser
import json
import os
import re
import sys

text_name = re.compile(r"(?:licen[cs]es?|copying|copyright|notice|authors)(?:[.-].*)?", re.IGNORECASE)


def main(prefix, list_file, libraries_file, output, place, texts, version, target, *trim):
    with open(list_file, encoding="utf-8") as file:
        names = file.read().splitlines()
    components = [
        {
            "name": "Python",
            "version": version,
            "license": "Python-2.0",
            "files": files_of(names, r"(?:lib/python[^/]*/)?LICENSE\.txt"),
        }
    ]
    with open(libraries_file, encoding="utf-8") as file:
        for library in json.load(file):
            if is_bundled(library, version, target, trim):
                files = files_of(names, rf"licenses/LICENSE\.{re.escape(library['text'])}\.txt")
                components.append({"name": library["name"], "license": library["license"], "files": files})
    for name in names:
        if re.fullmatch(r".*/site-packages/[^/]+\.dist-info/METADATA", name):
            components.append(describe_wheel(prefix, name, names))

    for component in components:
        component["files"] = [
            f"{texts if name.startswith('licenses/') else place}{name}" for name in component["files"]
        ]
    text = json.dumps({"components": components}, indent=2, ensure_ascii=False) + "\n"
    if not os.path.exists(output) or read(output) != text:
        with open(output, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def is_bundled(library, version, target, trim):
    since = tuple(int(part) for part in library.get("since", "3.0").split("."))
    return (
        any(system in target for system in library["systems"])
        and tuple(int(part) for part in version.split(".")[:2]) >= since
        and library.get("trim") not in trim
    )


def describe_wheel(prefix, metadata, names):
    headers = email.parser.HeaderParser().parsestr(read(os.path.join(prefix, metadata)))
    folder = os.path.dirname(metadata)
    classifiers = [
        value.rpartition(" :: ")[2]
        for value in headers.get_all("Classifier", [])
        if value.startswith("License :: ")
    ]
    free_text = (headers["License"] or "").strip().partition("\n")[0]
    files = [
        name
        for name in names
        if name.startswith(f"{folder}/licenses/")
        or (os.path.dirname(name) == folder and text_name.fullmatch(os.path.basename(name)))
    ]
    return {
        "name": headers["Name"],
        "version": headers["Version"],
        "license": headers["License-Expression"] or ", ".join(classifiers) or free_text or "see files",
        "files": files,
    }


def files_of(names, pattern):
    return [name for name in names if re.fullmatch(pattern, name)]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


main(*sys.argv[1:])
