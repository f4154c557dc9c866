"""Lists what is wrong with the seal of a framework: files that are not those of its CodeResources, and a signature
that is not over its Info.plist and CodeResources.

An oracle: it shares nothing with pyembed but the layouts of CodeResources and of xnu's cs_blobs.h."""

import hashlib
import json
import os
import plistlib
import struct
import sys


def listed(root):
    for folder, folders, files in os.walk(root):
        for name in files + [each for each in folders if os.path.islink(os.path.join(folder, each))]:
            yield os.path.relpath(os.path.join(folder, name), root)


def special_hashes(path):
    """The SHA-256 of Info.plist and CodeResources that each slice's signature holds, and its identifier."""
    with open(path, "rb") as file:
        code = file.read()
    at = 32
    for _ in range(struct.unpack("<I", code[16:20])[0]):
        command, size, offset, length = struct.unpack("<4I", code[at : at + 16])
        if command == 0x1D:
            blob = code[offset : offset + length]
            first = struct.unpack(">I", blob[16:20])[0]
            cd = blob[first:]
            hashes, ident = struct.unpack(">2I", cd[16:24])
            slot = lambda number: cd[hashes - 32 * number : hashes - 32 * number + 32]
            return slot(1), slot(3), cd[ident : cd.index(b"\0", ident)].decode()
        at += size
    return None, None, None


def judge(version):
    problems = []
    seal = os.path.join(version, "_CodeSignature", "CodeResources")
    info = os.path.join(version, "Resources", "Info.plist")
    with open(seal, "rb") as file:
        sealed = plistlib.load(file)["files2"]
    found = {path for path in listed(version) if path != "Python" and not path.startswith("_CodeSignature/")}
    problems += [f"unsealed {path}" for path in found - set(sealed)]
    problems += [f"missing {path}" for path in set(sealed) - found]
    for path in found & set(sealed):
        whole = os.path.join(version, path)
        if os.path.islink(whole):
            expected = {"symlink": os.readlink(whole)}
        else:
            expected = {"hash2": hash_of(whole)}
        if sealed[path] != expected:
            problems.append(f"changed {path}")
    info_hash, seal_hash, identifier = special_hashes(os.path.join(version, "Python"))
    if info_hash != hash_of(info):
        problems.append("signature of another Info.plist")
    if seal_hash != hash_of(seal):
        problems.append("signature of other CodeResources")
    with open(info, "rb") as file:
        if plistlib.load(file).get("CFBundleIdentifier") != identifier:
            problems.append("signature of another identifier")
    return sorted(problems)


def hash_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


print(json.dumps(judge(json.loads(sys.argv[1]))))
