"""Checks the vectors of virtual environments by a second implementation of docs/venv-contract.md.

    python3 -I -S venv_oracle.py [--write]

Prints the expectations that differ. With --write it fills them in, for new cases. Standard library only.
"""

import json
import os
import re
import sys

MASK = 2**64 - 1
PRIMES = (
    11400714785074694791,
    14029467366897019727,
    1609587929392839161,
    9650029242287828579,
    2870177450012600261,
)


def xxh64(data):
    """XXH64 with seed 0 (doc/xxhash_spec.md of xxHash)."""
    first, second, third, fourth, fifth = PRIMES

    def rotate(value, bits):
        return ((value << bits) | (value >> (64 - bits))) & MASK

    def mix(lane, word):
        return rotate((lane + word * second) & MASK, 31) * first & MASK

    def word(size):
        nonlocal at
        at += size
        return int.from_bytes(data[at - size : at], "little")

    at = 0
    if len(data) >= 32:
        lanes = [(first + second) & MASK, second, 0, -first & MASK]
        while len(data) - at >= 32:
            lanes = [mix(lane, word(8)) for lane in lanes]
        result = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            result = ((result ^ mix(0, lane)) * first + fourth) & MASK
    else:
        result = fifth
    result = (result + len(data)) & MASK
    while len(data) - at >= 8:
        result = (rotate(result ^ mix(0, word(8)), 27) * first + fourth) & MASK
    if len(data) - at >= 4:
        result = (rotate(result ^ (word(4) * first & MASK), 23) * second + third) & MASK
    while at < len(data):
        result = rotate(result ^ (word(1) * fifth & MASK), 11) * first & MASK
    result = (result ^ (result >> 33)) * second & MASK
    result = (result ^ (result >> 29)) * third & MASK
    return result ^ (result >> 32)


def is_absolute(system, path):
    pattern = r"[A-Za-z]:[\\/]|[\\/]{2}[^\\/]" if system == "windows" else "/"
    return path is not None and re.match(pattern, path) is not None


def trim(system, path):
    if system == "windows":
        path = path.replace("/", "\\").rstrip("\\")
        return path + "\\" if re.fullmatch("[A-Za-z]:", path) else path
    return path.rstrip("/") or "/"


def data_home(case):
    system, env, home = case["system"], case["environment"], case["home"]
    if system == "windows":
        candidates = [env.get("LOCALAPPDATA"), home and home + "\\AppData\\Local"]
    elif system == "macos":
        candidates = [home and home + "/Library/Application Support"]
    else:
        candidates = [env.get("XDG_DATA_HOME"), home and trim(system, home).rstrip("/") + "/.local/share"]
    for candidate in candidates:
        if candidate and is_absolute(system, candidate):
            return trim(system, candidate)
    return None


def identity(case):
    if case["id"]:
        return case["id"]
    system, path = case["system"], case["executable"]
    if system == "windows":
        path = re.sub(r"^\\\\\?\\UNC\\", r"\\\\", path.replace("/", "\\"))
        path = re.sub(r"^\\\\\?\\", "", path)
        folder = path.rpartition("\\")[0]
        if re.fullmatch("[A-Za-z]:", folder):
            folder += "\\"
        return folder[0].upper() + folder[1:] if folder[1:2] == ":" else folder
    folder = path.rpartition("/")[0] or "/"
    if system == "macos":
        parts = folder.split("/")
        for index, part in enumerate(parts[:-1]):
            if part.endswith(".app") and parts[index + 1] == "Contents":
                return "/".join(parts[: index + 1])
    return folder


DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *", re.I)
REFUSED = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f]')


def folder(case):
    name = REFUSED.sub("_", case["name"])
    if DEVICE.fullmatch(name.partition(".")[0]):
        name = "_" + name
    return name.encode()[:120].decode(errors="ignore") + "_venvs"


def is_name(case):
    name = case["name"]
    return not (
        name == ""
        or len(name.encode()) > 100
        or name[0] in ".- "
        or name[-1] in ". "
        or REFUSED.search(name)
        or DEVICE.fullmatch(name.partition(".")[0])
        or ".tmp-" in name
        or name.lower() == "app.json"
    )


def abi(case):
    minor = "".join(case["version"].split(".")[:2])
    return f"cp{minor}" + ("t" if re.search("-freethreaded(-[0-9a-f]{16})?$", case["pinId"]) else "")


def files(case):
    abi_tag, base = case["abi"], case["executable"]
    minor, threads = re.fullmatch(r"cp(3)(\d+)(t?)", abi_tag), abi_tag.endswith("t")
    name = f"python{minor[1]}.{minor[2]}{minor[3]}"
    if case["system"] == "windows":
        scripts = base.rpartition("\\")[0] + "\\Lib\\venv\\scripts\\nt\\"
        old = int(minor[2]) < 13
        suffix = "t" if threads else ""
        return {
            "folders": ["Include", "Lib", "Lib/site-packages", "Scripts"],
            "links": {},
            "copies": {
                "Scripts/python.exe": scripts + ("python.exe" if old else f"venvlauncher{suffix}.exe"),
                "Scripts/pythonw.exe": scripts + ("pythonw.exe" if old else f"venvwlauncher{suffix}.exe"),
            },
            "python": "Scripts/python.exe",
            "scripts": "Scripts",
            "sitePackages": "Lib/site-packages",
        }
    links = {f"bin/{name}": base, "bin/python": name, "bin/python3": name}
    if case["system"] == "linux":
        links["lib64"] = "lib"
    return {
        "folders": ["bin", "include", "lib", f"lib/{name}", f"lib/{name}/site-packages"],
        "links": links,
        "copies": {},
        "python": "bin/python",
        "scripts": "bin",
        "sitePackages": f"lib/{name}/site-packages",
    }


def cfg(case):
    home = case["executable"].rpartition("\\" if case["system"] == "windows" else "/")[0]
    return (
        f"home = {home}\n"
        f"include-system-site-packages = {'true' if case['inherit'] == 'base' else 'false'}\n"
        f"version = {case['version']}\n"
        f"executable = {case['executable']}\n"
        "pyembed-format = 1\n"
        f"pyembed-app = {case['app']}\n"
        f"pyembed-key = {case['key']}\n"
    )


def json_text(value):
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def app_file(case):
    """The member that is wrong, and the members."""
    try:
        data = json.loads(case["text"], strict=True)
    except ValueError:
        return "JSON", None
    if not isinstance(data, dict):
        return "JSON", None
    members = {name: data.get(name, "" if name == "id" else None) for name in ("name", "id", "prefix", "version", "pinId")}
    for name, value in members.items():
        if not isinstance(value, str) or (value == "" and name != "id"):
            return name, None
        if name == "prefix" and (value[0] in "/\\" or re.match("[A-Za-z]:", value)):
            return name, None
        if name == "version" and not re.match(r"3\.[0-9]+\.", value):
            return name, None
    return "", members


RULES = {
    "venv-homes.json": {"dataHome": data_home},
    "venv-identities.json": {"identity": identity},
    "venv-keys.json": {"key": lambda case: f"{xxh64((case['identity'] + chr(10) + case['abi']).encode()):016X}"},
    "venv-folders.json": {"folder": folder},
    "venv-names.json": {"isName": is_name},
    "venv-abis.json": {"abi": abi},
    "venv-files.json": {"files": files},
    "venv-cfgs.json": {"text": cfg},
    "venv-records.json": {"text": lambda case: json_text(case["record"])},
    "venv-app-files.json": {"wrong": lambda case: app_file(case)[0], "members": lambda case: app_file(case)[1]},
    "venv-apps.json": {"text": lambda case: json_text(case["app"])},
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    differences = []
    for name, rules in RULES.items():
        path = os.path.join(here, name)
        with open(path, encoding="utf-8") as file:
            cases = json.load(file)
        for case in cases:
            for member, rule in rules.items():
                expected = rule(case)
                if case.get(member, KeyError) != expected:
                    differences.append([name, case, member, expected])
                    case[member] = expected
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                json.dump(cases, file, ensure_ascii=False, indent=2)
                file.write("\n")
    print(json.dumps(differences, ensure_ascii=False))


if __name__ == "__main__":
    main()
