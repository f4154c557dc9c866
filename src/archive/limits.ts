import { formatSize } from '../text/size.ts'
import { refusedWhole } from './refusal.ts'

const mebibyte = 1024 * 1024

/**
 * What one archive may unpack to. Measured: archives of PBS hold up to 77 MiB in 1,804 entries, paths of 149 bytes, at
 * a ratio of 3; wheels of numpy 57 MB, at 3.5. The largest wheels there are (of CUDA libraries) hold about 2 GiB.
 */
export const limits = {
  unpackedBytes: 8 * 1024 * mebibyte,
  entries: 200_000,
  /** Unpacked to packed, of the whole: text seldom passes 10, and deflate cannot pass 1,032. */
  ratio: 100,
  /** Less than this fills no disk, so its ratio is not looked at. */
  ratioFrom: 64 * mebibyte,
  /** macOS has the shortest: PATH_MAX is 1,024. */
  pathBytes: 1024,
  /** NAME_MAX everywhere. */
  nameBytes: 255,
  /** Of the headers that carry long names: kept in memory. */
  headerBytes: mebibyte,
} as const

/**
 * Judges how much an archive has unpacked to, out of how many bytes of it.
 * @throws PYEMBED_ARCHIVE_TOO_LARGE, PYEMBED_ARCHIVE_RATIO
 */
export function checkSize(archive: string, unpacked: number, packed: number): void {
  if (unpacked > limits.unpackedBytes) {
    const most = formatSize(limits.unpackedBytes)
    throw refusedWhole('PYEMBED_ARCHIVE_TOO_LARGE', archive, `unpacks to more than ${most}`)
  }
  if (unpacked > limits.ratioFrom && unpacked > limits.ratio * packed) {
    const reason = `unpacks to more than ${limits.ratio} times its size, as a bomb does`
    throw refusedWhole('PYEMBED_ARCHIVE_RATIO', archive, reason)
  }
}

/** @throws PYEMBED_ARCHIVE_TOO_LARGE */
export function checkCount(archive: string, entries: number): void {
  if (entries <= limits.entries) return
  const reason = `has more than ${limits.entries} entries`
  throw refusedWhole('PYEMBED_ARCHIVE_TOO_LARGE', archive, reason)
}
