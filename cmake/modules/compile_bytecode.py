"""Compiles the Python files of a prefix into a directory of their own.

    python -S -s -P compile_bytecode.py PREFIX OUTPUT LIST [VERSION]

LIST, or what is read where it is `-`, names one source per line, relative to PREFIX. Prints what was compiled, relative
to both. A Python of VERSION (`3.14.6`, `3.14.6t` when it is free-threaded) says so first; any other one fails at once.
To be run with PYTHONHASHSEED=0 by a Python of the version that will import the result.

The same sources give the same bytes on every machine: names of sources are relative, times play no part
(unchecked-hash, PEP 552), and one file's code is gone before the next one's is made (see compile_file).
"""

import importlib.util
import marshal
import os
import sys


def main(prefix, output, list_file, version=None):
    if version not in (None, own_version()):
        sys.exit(f"this is Python {own_version()}")
    with open(0 if list_file == "-" else list_file, encoding="utf-8") as file:
        names = file.read().splitlines()
    compiled = []
    parent = parent_process()
    for name in names:
        if parent_process() != parent:
            sys.exit(1)  # who started this was killed: nobody wants it, and OUTPUT may be swept
        with open(os.path.join(prefix, name), "rb") as file:
            source = file.read()
        header = (
            importlib.util.MAGIC_NUMBER
            + (0b01).to_bytes(4, "little")
            + importlib.util.source_hash(source)
        )
        folder, base = os.path.split(name)
        relative = f"{folder}/__pycache__/{base[:-3]}.{sys.implementation.cache_tag}.pyc"
        target = os.path.join(output, relative)
        if not starts_with(target, header):
            try:
                write(target, header + compile_file(source, name))
            except (SyntaxError, ValueError):
                continue  # cannot be imported either: templates, another version's syntax
        compiled.append(relative)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("\n".join(([version] if version else []) + compiled))


def own_version():
    kind = "t" if "free-threading" in sys.version else ""
    return "%d.%d.%d" % sys.version_info[:3] + kind


def parent_process():
    # On Windows a process keeps the number of a parent that is gone.
    return os.getppid() if os.name == "posix" else None


def compile_file(source, name):
    # A function of its own: marshal tells strings that live elsewhere too from those that do not, so that code
    # that was still alive would show in the bytes of the next file that has the same names.
    return marshal.dumps(compile(source, name, "exec", dont_inherit=True))


def starts_with(path, header):
    try:
        with open(path, "rb") as file:
            return file.read(len(header)) == header
    except FileNotFoundError:
        return False


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"  # two installs may share OUTPUT
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)


main(*sys.argv[1:])
