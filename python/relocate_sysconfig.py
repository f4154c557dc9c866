

# Below is pyembed's: the values above are the build machine's and name its folders and compilers. They are
# replaced here, at import, by those of the place where this file lies, so that the prefix can move.
def _pyembed_relocate(values):
    import os.path
    import re

    prefix = os.path.abspath(__file__)
    for _ in range(3):
        prefix = os.path.dirname(prefix)

    install = re.compile(r"""(?<![\w./-])/install(?=/|$|[\s'"])""")
    compiler = re.compile(r"(?<!\S)(?:\S*[/-])?(clang\+\+|g\+\+|clang|gcc|llvm-ar)(?=\s|$)")
    names = {"clang++": "c++", "g++": "c++", "clang": "cc", "gcc": "cc", "llvm-ar": "ar"}
    sdk = re.compile(r"\s*-isysroot\s*\S+")
    machine = re.compile(
        r"(?:^|[\s'\"=:])/(?:build|tools|home|Users|tmp|var/folders|private/var|Applications)/"
    )
    for key, value in values.items():
        if not isinstance(value, str):
            continue
        value = compiler.sub(lambda match: names[match[1]], sdk.sub("", value))
        # First: what the prefix's own place is called is no build machine's folder.
        if machine.search(value):
            value = ""
        values[key] = install.sub(lambda match: prefix, value)


_pyembed_relocate(build_time_vars)
del _pyembed_relocate
