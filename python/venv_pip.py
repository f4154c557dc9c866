"""Runs pip of the base Python in a virtual environment, which has none.

    <venv>/bin/python -I -X utf8 [-X pycache_prefix=FOLDER] venv_pip.py <site-packages of the base> <FILE>

The file is a JSON array, the arguments of pip: those of a process are everybody's to read, and there may be passwords.

What it installs is compiled afterwards: with a pycache_prefix, which is for the base's own files, pip would put byte
code there too. Without one the base is read and nothing is written into it.
"""

import compileall
import json
import os
import sys
import sysconfig
from importlib.machinery import PathFinder


class PipOfBase:
    """Finds pip, and nothing else, in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        return PathFinder.find_spec(name, [self.folder], target) if name == "pip" else None


def load_settings_filter():
    """Of pip_driver.py beside this file: the same settings count when environments are filled as when they are locked."""
    from importlib.util import module_from_spec, spec_from_file_location

    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pip_driver.py")
    spec = spec_from_file_location("pip_driver", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.filter_settings


def compile_installed():
    sys.pycache_prefix = None
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        compileall.compile_dir(folder, quiet=2)


def main():
    sys.meta_path.insert(0, PipOfBase(sys.argv[1]))
    if sys.pycache_prefix is None:
        sys.dont_write_bytecode = True
    load_settings_filter()()

    from pip._internal.cli.main import main as pip

    with open(sys.argv[2], encoding="utf-8") as file:
        arguments = json.load(file)
    code = pip(arguments)
    if code == 0:
        compile_installed()
    return code


if __name__ == "__main__":
    sys.exit(main())
