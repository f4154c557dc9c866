"""What a thin Mach-O file is entitled to: `{xml, der, bound}`, with the property list as Python's plistlib reads it,
the DER in base64, and whether both have the hashes that the code directory signs; null without entitlements.

An oracle: it shares nothing with pyembed but the layout of xnu's cs_blobs.h."""

import base64
import hashlib
import json
import plistlib
import struct
import sys

CODE_DIRECTORY, ENTITLEMENTS, DER_ENTITLEMENTS = 0, 5, 7
MAGICS = {CODE_DIRECTORY: 0xFADE0C02, ENTITLEMENTS: 0xFADE7171, DER_ENTITLEMENTS: 0xFADE7172}


def signature(code):
    at = 32
    for _ in range(struct.unpack("<I", code[16:20])[0]):
        command, size, offset, length = struct.unpack("<4I", code[at : at + 16])
        if command == 0x1D:
            return code[offset : offset + length]
        at += size
    return b""


def blobs(whole):
    found = {}
    for index in range(struct.unpack(">I", whole[8:12])[0]):
        slot, at = struct.unpack(">2I", whole[12 + 8 * index : 20 + 8 * index])
        magic, size = struct.unpack(">2I", whole[at : at + 8])
        if slot in MAGICS:
            assert magic == MAGICS[slot], f"slot {slot} has the magic {magic:x}"
            found[slot] = whole[at : at + size]
    return found


def special(directory, slot):
    hashes, _, count = struct.unpack(">3I", directory[16:28])
    return directory[hashes - 32 * slot :][:32] if slot <= count else None


with open(json.loads(sys.argv[1]), "rb") as file:
    parts = blobs(signature(file.read()))
if ENTITLEMENTS in parts:
    directory = parts[CODE_DIRECTORY]
    print(json.dumps({
        "xml": plistlib.loads(parts[ENTITLEMENTS][8:]),
        "der": base64.b64encode(parts[DER_ENTITLEMENTS][8:]).decode(),
        "bound": all(special(directory, slot) == hashlib.sha256(parts[slot]).digest()
                     for slot in (ENTITLEMENTS, DER_ENTITLEMENTS)),
    }))
else:
    print("null")
