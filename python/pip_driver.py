"""Runs pip for a target that is not this machine.

Reads a JSON request from standard input:
    command         "resolve" or "download"
    requirements    lines of a requirements file (for "download" with hashes)
    constraints     lines of a constraints file
    directory       an empty folder; "resolve" writes report.json there, "download" the wheels
    python_version, implementation, abis, platforms    pip's options of these names
    markers         the marker environment (PEP 508) of the target

pip evaluates markers for the interpreter it runs in, whatever --platform says; here it is told otherwise.
Of the user's pip configuration only what says where packages are and how to reach them is kept.
"""

import json
import os
import sys

KEPT_SETTINGS = {
    "index-url", "extra-index-url", "find-links", "no-index", "trusted-host",
    "proxy", "cert", "client-cert", "timeout", "default-timeout", "retries",
    "keyring-provider", "cache-dir", "no-cache-dir",
}  # fmt: skip


def filter_settings():
    """Leaves in the environment what is kept of pip's files and variables, and nothing else of them."""
    from pip._internal.configuration import Configuration

    configuration = Configuration(isolated=False)
    configuration.load()
    settings = {}
    for name, value in configuration.items():
        # Newer pips group them by the file they come from.
        settings.update(value if isinstance(value, dict) else {name: value})
    kept = {}
    for section in ("global", "install", "download", ":env:"):
        for key, value in settings.items():
            found, _, name = key.partition(".")
            if found == section and name in KEPT_SETTINGS:
                kept[name] = value
    for name in [name for name in os.environ if name.upper().startswith("PIP_")]:
        del os.environ[name]
    for name, value in kept.items():
        os.environ["PIP_" + name.upper().replace("-", "_")] = value
    os.environ["PIP_CONFIG_FILE"] = os.devnull


def set_markers(environment):
    from pip._vendor.packaging import markers

    markers.default_environment = lambda: dict(environment)


def remember_sizes():
    """The sizes that the index tells (PEP 700), by file name; pip itself drops them."""
    from pip._internal.models.link import Link

    sizes = {}
    original = Link.from_json.__func__

    def from_json(cls, file_data, page_url):
        link = original(cls, file_data, page_url)
        if link is not None and isinstance(file_data.get("size"), int):
            sizes[link.filename] = file_data["size"]
        return link

    Link.from_json = classmethod(from_json)
    return sizes


def write_lines(directory, name, lines):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
    return path


def shorten_report(path, sizes):
    """What pyembed needs of pip's report, without the addresses."""
    from urllib.parse import unquote, urlsplit
    from urllib.request import url2pathname

    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    packages = []
    for item in report["install"]:
        info = item["download_info"]
        parts = urlsplit(info["url"])
        wheel = unquote(parts.path.rpartition("/")[2])
        size = sizes.get(wheel)
        if parts.scheme == "file":
            size = os.stat(url2pathname(parts.path)).st_size
        packages.append(
            {
                "name": item["metadata"]["name"],
                "version": item["metadata"]["version"],
                "wheel": wheel,
                "sha256": info.get("archive_info", {}).get("hashes", {}).get("sha256"),
                "size": size,
            }
        )
    with open(path, "w", encoding="utf-8") as file:
        json.dump(packages, file)


def main():
    request = json.load(sys.stdin)
    directory = request["directory"]
    filter_settings()
    set_markers(request["markers"])
    sizes = remember_sizes()

    inputs = request["inputs"]
    arguments = ["--requirement", write_lines(inputs, "requirements.txt", request["requirements"])]
    arguments += ["--constraint", write_lines(inputs, "constraints.txt", request["constraints"])]
    arguments += ["--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    arguments += ["--python-version", request["python_version"]]
    arguments += ["--implementation", request["implementation"]]
    for abi in request["abis"]:
        arguments += ["--abi", abi]
    for platform in request["platforms"]:
        arguments += ["--platform", platform]

    report = os.path.join(directory, "report.json")
    if request["command"] == "resolve":
        command = ["install", "--dry-run", "--ignore-installed", "--quiet", "--report", report]
    else:
        command = ["download", "--no-deps", "--require-hashes", "--quiet", "--dest", directory]

    from pip._internal.cli.main import main as pip

    code = pip(command + arguments)
    if code == 0 and request["command"] == "resolve":
        shorten_report(report, sizes)
    return code


if __name__ == "__main__":
    sys.exit(main())
