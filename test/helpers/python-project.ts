import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Builds itself, and needs nothing for it; tells with which arguments the processes above run. */
const backend = `
import base64, hashlib, os, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def pack(directory, files):
    name = "demo-1.0-py3-none-any.whl"
    files["demo-1.0.dist-info/METADATA"] = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n"
    files["demo-1.0.dist-info/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    lines = [path + ",," for path in files] + ["demo-1.0.dist-info/RECORD,,"]
    files["demo-1.0.dist-info/RECORD"] = "\\n".join(lines) + "\\n"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    pid = os.getpid()
    with open(os.path.join(HERE, "processes.txt"), "a") as file:
        while pid > 1:
            with open(f"/proc/{pid}/cmdline") as line:
                file.write(line.read().replace("\\0", " ") + "\\n")
            with open(f"/proc/{pid}/stat") as stat:
                pid = int(stat.read().rpartition(")")[2].split()[1])
    return name


def build_editable(directory, config_settings=None, metadata_directory=None):
    return pack(directory, {"demo.pth": os.path.join(HERE, "src") + "\\n"})


def build_wheel(directory, config_settings=None, metadata_directory=None):
    with open(os.path.join(HERE, "src", "demo.py")) as file:
        return pack(directory, {"demo.py": file.read()})
`

/** The source of a package `demo` whose `value` is 1. @returns the file that its build tells processes in */
export function makeProject(path: string): string {
  mkdirSync(join(path, 'src'), { recursive: true })
  writeFileSync(join(path, 'src/demo.py'), 'value = 1\n')
  writeFileSync(join(path, 'backend.py'), backend)
  const lines = ['requires = []', 'build-backend = "backend"', 'backend-path = ["."]']
  writeFileSync(join(path, 'pyproject.toml'), ['[build-system]', ...lines, ''].join('\n'))
  return join(path, 'processes.txt')
}
