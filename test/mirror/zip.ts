import { buffer } from 'node:stream/consumers'

import { openPromise } from 'yauzl'

/** The files of a zip whose names match, by name. */
export async function readZip(path: string, wanted: RegExp): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const zip = await openPromise(path)
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/') && wanted.test(entry.fileName)) {
      files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
    }
  }

  return files
}
