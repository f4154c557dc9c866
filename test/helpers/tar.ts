import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

import { createTreeWriter, type TreeWriter } from '../../src/fs/tree-writer.ts'
import { runPython } from './python.ts'
import { temporaryDirectory } from './temporary.ts'
import { writeFiles } from './tree.ts'

/**
 * An archive of `python/first` and entries that tar itself would not make: Python's tarfile takes a TarInfo as it is.
 * `body: false` leaves out the content that `size` tells of.
 */
export function makeOddArchive(
  entries: readonly Readonly<Record<string, unknown>>[],
  format: 'PAX_FORMAT' | 'GNU_FORMAT' | 'USTAR_FORMAT' = 'PAX_FORMAT',
): string {
  const archive = join(temporaryDirectory('tar'), 'odd.tar.gz')
  runPython(
    `import io, json, sys, tarfile
[archive, entries, format] = json.loads(sys.argv[1])
with tarfile.open(archive, "w:gz", format=getattr(tarfile, format)) as tar:
    for entry in [{"name": "python/first"}, *entries]:
        info = tarfile.TarInfo(entry.pop("name"))
        info.type = entry.pop("type", "0").encode()
        body = entry.pop("body", "content" if info.type == b"0" else "")
        info.size = len(body or "")
        for key, value in entry.items():
            setattr(info, key, value)
        if body is False:
            tar.fileobj.write(info.tobuf(tar.format))
        else:
            tar.addfile(info, io.BytesIO(body.encode()))`,
    [archive, entries, format],
  )
  return archive
}

/** Changes what is in the gzip of an archive. */
export function editTar(archive: string, edit: (tar: Buffer) => Buffer): void {
  writeFileSync(archive, gzipSync(edit(gunzipSync(readFileSync(archive)))))
}

/** A pax header, as it stands in the archive before the entry it belongs to. */
export function paxHeader(records: string | Buffer, type = 'x'): Buffer {
  const header = Buffer.alloc(512)
  header.write('PaxHeader')
  header.write('0000644\0', 100)
  header.write(`${Buffer.byteLength(records).toString(8).padStart(11, '0')}\0`, 124)
  header.write(`${type}ustar\x0000`, 156)
  header.write('ustar\x0000', 257)
  header.fill(' ', 148, 156)
  header.write(
    `${[...header]
      .reduce((a, b) => a + b)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  const content = Buffer.alloc(Math.ceil(Buffer.byteLength(records) / 512) * 512)
  Buffer.from(records).copy(content)
  return Buffer.concat([header, content])
}

/** A record of a pax header, its length before it. */
export function paxRecord(text: string): string {
  const size = Buffer.byteLength(text) + 2
  const digits = String(size + String(size).length).length
  return `${size + digits} ${text}\n`
}

/** A tree like that of an archive of PBS, and its archive made by the system's tar. */
export function makeArchive(...options: readonly string[]): { directory: string; archive: string } {
  const directory = temporaryDirectory('tar')
  writeFiles(directory, {
    'python/bin/python3.14': 'x'.repeat(70_000),
    'python/lib/python3.14/os.py': 'import sys\n',
    'python/lib/empty': '',
    'python/share/terminfo/m/mac': 'dropped',
  })
  execFileSync('sh', ['-c', 'chmod 775 bin/python3.14 && ln -s python3.14 bin/python3'], {
    cwd: join(directory, 'python'),
  })
  const archive = join(directory, 'archive.tar.gz')
  execFileSync('tar', ['-czf', archive, ...options, 'python'], { cwd: directory })
  return { directory, archive }
}

/** A writer for a folder `tree`, alone in the folder `outer`. */
export function makeWriter(): TreeWriter & { outer: string } {
  const outer = temporaryDirectory('unpacked')
  mkdirSync(join(outer, 'tree'))
  return { ...createTreeWriter(join(outer, 'tree')), outer }
}
