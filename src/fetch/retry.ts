import { setTimeout as sleep } from 'node:timers/promises'

import type { Context } from '../context.ts'
import { type ErrorCode, PyEmbedError } from '../errors.ts'
import type { TransferPolicy } from './policy.ts'
import type { Source } from './source.ts'

/** Failures of one source, from the most telling: a wrong hash before a broken line before "not there". */
const sourceFailures: readonly ErrorCode[] = [
  'PYEMBED_CHECKSUM_MISMATCH',
  'PYEMBED_TLS_FAILED',
  'PYEMBED_DOWNLOAD_FAILED',
  'PYEMBED_DOWNLOAD_NOT_FOUND',
]

/**
 * The first success of `attempt` at a source. Sources are asked in order, and those whose failure may pass are asked
 * again after a pause that doubles, as often as the policy says; attempts that got on (`position` rose) do not count,
 * and are gone on with at once.
 * @throws the most telling failure when no source is left; what is no failure of a source at once
 */
export async function fromSources<Result>(
  { env: { transfer }, emit, signal }: Context,
  sources: readonly Source[],
  attempt: (source: Source) => Promise<Result>,
  position: () => number = () => 0,
): Promise<Result> {
  const failures = new Map<Source, PyEmbedError>()
  for (let [left, round] = [sources, 1]; ; round++) {
    const before = position()
    for (const source of left) {
      try {
        return await attempt(source)
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof PyEmbedError) || !sourceFailures.includes(error.code)) throw error
        emit({ kind: 'detail', text: error.message })
        failures.set(source, error)
      }
    }
    left = left.filter((source) => failures.get(source)?.retryAfter !== undefined)
    const gotOn = position() - before >= transfer.worthKeeping
    if (gotOn) round = 0
    if (left.length === 0 || round >= transfer.attempts) throw mostTelling([...failures.values()])

    const asked = Math.max(...left.map((source) => failures.get(source)?.retryAfter ?? 0))
    const pause = gotOn
      ? Math.min(asked, transfer.longestRetryAfter)
      : pauseAfter(transfer, round, asked)
    const text = `trying again in ${(pause / 1000).toFixed(1)} s`
    // Who waits longer than a moment wants to know why.
    emit(
      pause < noticeable
        ? { kind: 'detail', text }
        : { kind: 'note', text: `${mostTelling([...failures.values()]).message}; ${text}` },
    )
    await sleep(pause, undefined, { signal })
  }
}

const noticeable = 3000

/** Half of it by chance, so that many that failed together do not come back together. */
function pauseAfter(policy: TransferPolicy, round: number, asked: number): number {
  const doubled = policy.firstPause * 2 ** Math.max(round - 1, 0)
  const pause = Math.min(doubled, policy.longestPause) * (0.5 + Math.random() / 2)
  return Math.max(pause, Math.min(asked, policy.longestRetryAfter))
}

function mostTelling(failures: readonly PyEmbedError[]): PyEmbedError {
  const [first] = [...failures].sort(
    (a, b) => sourceFailures.indexOf(a.code) - sourceFailures.indexOf(b.code),
  )
  return first ?? new PyEmbedError('PYEMBED_DOWNLOAD_NOT_FOUND', 'no source is known')
}
