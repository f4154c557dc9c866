"""Counts the pages of each slice of Mach-O files, and those whose hash is not the one of the signature.

An oracle: it shares nothing with pyembed but the layout of xnu's cs_blobs.h."""

import hashlib
import json
import struct
import sys


def slices(data):
    if data[:4] != b"\xca\xfe\xba\xbe":
        return [data]
    count = struct.unpack(">I", data[4:8])[0]
    entries = [struct.unpack(">5I", data[8 + 20 * i : 28 + 20 * i]) for i in range(count)]
    return [data[offset : offset + size] for _, _, offset, size, _ in entries]


def signature(code):
    at = 32
    for _ in range(struct.unpack("<I", code[16:20])[0]):
        command, size, offset, length = struct.unpack("<4I", code[at : at + 16])
        if command == 0x1D:
            return code[offset : offset + length]
        at += size
    return None


def directories(code):
    blob = signature(code)
    if blob is None:
        return None
    count = struct.unpack(">I", blob[8:12])[0]
    index = [struct.unpack(">2I", blob[12 + 8 * i : 20 + 8 * i]) for i in range(count)]
    return [blob[at:] for slot, at in index if slot == 0 or 0x1000 <= slot < 0x1005]


def pages(code):
    found = directories(code)
    if found is None:
        return None
    wrong = set()
    for cd in found:
        hashes, slots, limit = struct.unpack(">I", cd[16:20])[0], *struct.unpack(">2I", cd[28:36])
        size, kind, shift = cd[36], cd[37], cd[39]
        digest = {1: hashlib.sha1, 2: hashlib.sha256}[kind]
        for page in range(slots):
            at = hashes + size * page
            if digest(code[page << shift : min((page + 1) << shift, limit)]).digest() != cd[at : at + size]:
                wrong.add(page << shift)
    return {"pages": slots, "wrong": sorted(wrong), "pageSize": 1 << shift, "codeLimit": limit}


print(json.dumps([[pages(code) for code in slices(open(path, "rb").read())] for path in json.loads(sys.argv[1])]))
