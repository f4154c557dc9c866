import { join } from 'node:path'

import { runPython } from './python.ts'
import { sha256sum } from './tree.ts'

export interface WheelParts {
  readonly name?: string
  readonly version?: string
  /** `py3-none-any` */
  readonly tag?: string
  /** Content by path; paths that begin with `dist-info/` or `data/` are those of this distribution. */
  readonly files?: Readonly<Record<string, string>>
  /** Paths of `files` whose entries have their x bits set. */
  readonly executables?: readonly string[]
  readonly wheelVersion?: string
  readonly metadata?: string
  /** Lines of RECORD instead of those that fit, by path. */
  readonly record?: Readonly<Record<string, string>>
}

const program = `
import base64, csv, hashlib, io, json, sys, zipfile
def row(*fields):
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()
path, base, files, executables, record = json.loads(sys.argv[1])
lines = []
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
    for name, text in files.items():
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = (0o100755 if name in executables else 0o100644) << 16
        wheel.writestr(info, text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(record.get(name, row(name, f"sha256={digest}", len(text.encode()))))
    name = f"{base}.dist-info/RECORD"
    wheel.writestr(name, "".join(line + "\\n" for line in [*lines, f"{name},,"] if line))
`

/** Makes a wheel with Python's zipfile and hashlib. */
export function makeWheel(
  directory: string,
  parts: WheelParts = {},
): { readonly name: string; readonly path: string; readonly sha256: string } {
  const { name = 'demo', version = '1.0', tag = 'py3-none-any', record = {} } = parts
  const base = `${name}-${version}`
  const place = (path: string): string =>
    path.replace(/^dist-info\//, `${base}.dist-info/`).replace(/^data\//, `${base}.data/`)
  const files = {
    'dist-info/WHEEL': `Wheel-Version: ${parts.wheelVersion ?? '1.0'}\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    'dist-info/METADATA': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${parts.metadata ?? ''}`,
    ...(parts.files ?? { 'demo/__init__.py': 'value = 1\n' }),
  }
  const wheel = `${base}-${tag}.whl`
  const path = join(directory, wheel)
  runPython(program, [
    path,
    base,
    Object.fromEntries(Object.entries(files).map(([file, text]) => [place(file), text])),
    (parts.executables ?? []).map(place),
    Object.fromEntries(Object.entries(record).map(([file, line]) => [place(file), line])),
  ])
  return { name: wheel, path, sha256: sha256sum(path) }
}
