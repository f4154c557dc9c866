"""Imports the modules that stdin names, and prints a line for each that cannot be."""
import contextlib
import importlib
import io
import sys

for name in sys.stdin.read().split():
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            importlib.import_module(name)
    except BaseException:
        print(name)
