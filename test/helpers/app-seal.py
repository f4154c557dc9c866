"""Lists what is wrong with the seals of an app and of the bundles nested in it: files that are not those of their
CodeResources, code in it that is not what it was, and signatures that are not over Info.plist and CodeResources.

An oracle: it shares nothing with pyembed but the layouts of CodeResources and of xnu's cs_blobs.h."""

import hashlib
import json
import os
import plistlib
import re
import struct
import sys
from xml.parsers.expat import ExpatError

NESTED = re.compile(r"^(Frameworks|SharedFrameworks|PlugIns|Plug-ins|XPCServices|Helpers|MacOS)/")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


def signatures(path):
    """Of each slice the code directory's hash, its special slots 1 and 3, and its identifier; none where it has none."""
    with open(path, "rb") as file:
        data = file.read()
    starts = [0]
    if data[:4] == b"\xca\xfe\xba\xbe":
        count = struct.unpack(">I", data[4:8])[0]
        starts = [struct.unpack(">5I", data[8 + 20 * i : 28 + 20 * i])[2] for i in range(count)]
    elif data[:4] != b"\xcf\xfa\xed\xfe":
        return []
    return [found for found in (signature(data[start:]) for start in starts) if found]


def signature(code):
    at = 32
    for _ in range(struct.unpack("<I", code[16:20])[0]):
        command, size, offset, length = struct.unpack("<4I", code[at : at + 16])
        if command == 0x1D:
            blob = code[offset : offset + length]
            cd = blob[struct.unpack(">I", blob[16:20])[0] :]
            cd = cd[: struct.unpack(">I", cd[4:8])[0]]
            hashes, ident, specials = struct.unpack(">3I", cd[16:28])
            slot = lambda n: cd[hashes - 32 * n : hashes - 32 * n + 32] if n <= specials else None
            name = cd[ident : cd.index(b"\0", ident)].decode()
            return hashlib.sha256(cd).digest()[:20], slot(1), slot(3), name
        at += size
    return None


def layout(bundle):
    """The sealed folder, the program in it, Info.plist, the identifier, and whether all of it is a resource."""
    versions = os.path.join(bundle, "Versions")
    if os.path.isdir(versions):
        root = os.path.join(versions, os.readlink(os.path.join(versions, "Current")))
        info = os.path.join(root, "Resources", "Info.plist")
        folder = ""
    elif os.path.isdir(os.path.join(bundle, "Contents")):
        root = os.path.join(bundle, "Contents")
        info = os.path.join(root, "Info.plist")
        folder = "MacOS"
    else:
        root = bundle
        resources = os.path.join(root, "Resources")
        info = os.path.join(resources if os.path.isdir(resources) else root, "Info.plist")
        folder = ""
    flat = info == os.path.join(bundle, "Info.plist")
    if not os.path.exists(info):
        return root, os.path.splitext(os.path.basename(bundle))[0], None, None, flat
    with open(info, "rb") as file:
        read = plistlib.load(file)
    return root, os.path.join(folder, read["CFBundleExecutable"]), info, read["CFBundleIdentifier"], flat


def content(root, flat, folder=""):
    for name in sorted(os.listdir(os.path.join(root, folder))):
        path = os.path.join(folder, name)
        whole = os.path.join(root, path)
        if path == "_CodeSignature":
            continue
        nested = not flat and (NESTED.match(path) or "/" not in path)
        if os.path.islink(whole):
            yield path, "link"
        elif os.path.isdir(whole):
            if nested and "." in name:
                yield path, "bundle"
            else:
                yield from content(root, flat, path)
        elif nested and path not in ("Info.plist", "PkgInfo"):
            yield path, "code"
        elif path not in ("Info.plist", "PkgInfo"):
            yield path, "file"


def judge(bundle, where):
    root, program, info, identifier, flat = layout(bundle)
    seal = os.path.join(root, "_CodeSignature", "CodeResources")
    if not os.path.exists(seal):
        return [f"unsealed {where}"]
    problems = []
    try:
        with open(seal, "rb") as file:
            sealed = plistlib.load(file)["files2"]
    except (ValueError, plistlib.InvalidFileException, ExpatError):
        return [f"unreadable {where}"]
    found = {path: kind for path, kind in content(root, flat) if path != program}
    problems += [f"unsealed {where}{path}" for path in set(found) - set(sealed)]
    gone = set(sealed) - set(found)
    problems += [f"missing {where}{path}" for path in gone if not sealed[path].get("optional")]
    for path in set(found) & set(sealed):
        whole = os.path.join(root, path)
        kind, entry = found[path], sealed[path]
        if kind == "bundle":
            problems += judge(whole, f"{where}{path}/")
            inner, executable, *_ = layout(whole)
            kind, whole = "code", os.path.join(inner, executable)
        if kind == "link":
            right = entry == {"symlink": os.readlink(whole)}
        elif kind == "code":
            hashes = [each[0] for each in signatures(whole)]
            wanted = " or ".join(f'cdhash H"{each.hex()}"' for each in hashes)
            right = hashes != [] and entry.get("cdhash") in hashes and entry.get("requirement") == wanted
        else:
            right = entry.get("hash2") == digest(whole)
        if not right:
            problems.append(f"changed {where}{path}")
    signed = signatures(os.path.join(root, program))
    if not signed:
        problems.append(f"unsigned {where}{program}")
    for _, info_hash, seal_hash, name in signed:
        if info and info_hash != digest(info):
            problems.append(f"signature of another Info.plist {where}")
        if seal_hash != digest(seal):
            problems.append(f"signature of other CodeResources {where}")
        if identifier and name != identifier:
            problems.append(f"signature of another identifier {where}")
    return sorted(problems)


print(json.dumps(judge(json.loads(sys.argv[1]), "")))
