"""What lief and macholib read of Mach-O files: `{lief: [...], macholib: [...], layout: [...]}` for each."""

import json
import sys

folder, paths = json.loads(sys.argv[1])
sys.path.insert(0, folder)

import lief  # noqa: E402
from macholib.MachO import MachO  # noqa: E402

LC_RPATH = 0x8000001C
DYLIBS = {0xD, 0xC, 0x80000018, 0x8000001F}


def by_lief(path):
    slices = []
    layout = []
    # Its slices die with it.
    file = lief.MachO.parse(path)
    for code in file:
        names = [each.name for each in code.commands if isinstance(each, lief.MachO.DylibCommand)]
        rpaths = [each.path for each in code.commands if isinstance(each, lief.MachO.RPathCommand)]
        slices.append({"names": names, "rpaths": rpaths, "isSigned": code.has_code_signature})
        layout.append(lief.MachO.check_layout(code)[1])
    return slices, layout


def by_macholib(path):
    slices = []
    for header in MachO(path).headers:
        texts = {
            index: data.rstrip(b"\0").decode()
            for index, (command, _, data) in enumerate(header.commands)
            if command.cmd in DYLIBS | {LC_RPATH}
        }
        kinds = [command.cmd for command, _, _ in header.commands]
        slices.append(
            {
                "names": [text for index, text in texts.items() if kinds[index] != LC_RPATH],
                "rpaths": [text for index, text in texts.items() if kinds[index] == LC_RPATH],
                "isSigned": 0x1D in kinds,
            }
        )
    return slices


def judge(path):
    slices, layout = by_lief(path)
    try:
        others = by_macholib(path)
    except ValueError:
        others = None
    return {"lief": slices, "macholib": others, "layout": layout}


print(json.dumps([judge(path) for path in paths]))
