import { hasErrorCode, PyEmbedError, redact } from '../errors.ts'
import type { HttpClient } from './client.ts'
import { type OpenFile, openSource } from './open.ts'
import type { PartialFile } from './partial.ts'
import type { Resume } from './range.ts'
import { locate, type Source } from './source.ts'

/** A file of a PBS build, known by its hash. */
export interface Wanted {
  readonly build: string
  readonly name: string
  readonly sha256: string
  /** Bytes, where known. */
  readonly size?: number | undefined
  /** Where the hash came from, when not from the catalogue. */
  readonly hashFrom?: 'mirror' | undefined
}

export interface Transfer {
  readonly client: HttpClient
  readonly partial: PartialFile
  readonly wanted: Wanted
  readonly report: (done: number, total: number | undefined) => void
  readonly largest: number
}

/**
 * Completes the partial file from one source; begins anew once when what was there turns out to be of another file.
 * @throws PYEMBED_CHECKSUM_MISMATCH, after which the partial file is empty; what opening throws
 */
export async function fetchFrom(source: Source, transfer: Transfer, isAnew = false): Promise<void> {
  const { client, partial, wanted } = transfer
  const place = redact(locate(source, wanted.build, wanted.name))
  const answer = await openSource(
    client,
    source,
    wanted,
    isAnew ? undefined : resumeAt(place, transfer),
  )
  const { bytes, from, size = wanted.size, validator } = answer
  if (wanted.size !== undefined && size !== wanted.size) {
    bytes.close()
    throw otherFile(source, wanted, `${size} bytes`, `${wanted.size}`)
  }
  if (from === 0) await partial.restart()
  await partial.setOrigin({ place, validator, total: size })
  try {
    await pour(source, transfer, answer)
    const found = partial.digest()
    if (found !== wanted.sha256)
      throw otherFile(source, wanted, `sha256 \`${found}\``, `\`${wanted.sha256}\``)
  } catch (error) {
    if (!hasErrorCode(error, 'PYEMBED_CHECKSUM_MISMATCH')) throw error
    await partial.restart()
    if (from === 0) throw error
    await fetchFrom(source, transfer, true)
  }
}

function resumeAt(place: string, { partial, wanted }: Transfer): Resume | undefined {
  const origin = partial.origin()
  if (partial.size() === 0) return undefined
  return {
    from: partial.size(),
    validator: origin?.place === place ? origin.validator : undefined,
    total: wanted.size ?? origin?.total,
  }
}

async function pour(
  source: Source,
  { partial, wanted, report, largest }: Transfer,
  { bytes, size }: OpenFile,
): Promise<void> {
  const total = wanted.size ?? size
  const brokeOff = (reason: string, cause?: unknown): PyEmbedError =>
    new PyEmbedError(
      'PYEMBED_DOWNLOAD_FAILED',
      `\`${wanted.name}\` from \`${source.base}\` broke off after ${partial.size()} bytes: ${reason}`,
      { hint: 'Run the command again: it goes on where this one stopped', cause, retryAfter: 0 },
    )
  for await (const chunk of bytes.read(brokeOff)) {
    const end = partial.size() + chunk.length
    if (end > (total ?? largest)) {
      throw otherFile(source, wanted, `more than ${total ?? largest} bytes`, 'no more')
    }
    await partial.append(chunk)
    report(end, total)
  }
  if (total !== undefined && partial.size() < total) throw brokeOff(`${total} were to come`)
}

function otherFile(
  { base }: Source,
  { name, hashFrom }: Wanted,
  found: string,
  locked: string,
): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_CHECKSUM_MISMATCH',
    `\`${name}\` from \`${base}\` has ${found}, the lock wants ${locked}`,
    {
      hint:
        hashFrom === 'mirror'
          ? 'The lock was made from a mirror whose archive differs from this one: set `PYEMBED_PYTHON_MIRROR` to that mirror, or run `pyembed lock --upgrade`'
          : 'The file was damaged or replaced on the way: try another source, and tell who runs this one',
    },
  )
}
