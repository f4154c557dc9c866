/**
 * How far a file has come that one thread writes and another reads: its size and state in one number, in memory that
 * threads share.
 */
export type Growth = BigInt64Array

const states = ['growing', 'whole', 'abandoned'] as const

export type GrowthState = (typeof states)[number]

export function createGrowth(): Growth {
  return new BigInt64Array(new SharedArrayBuffer(8))
}

/** Tells readers what is there now. What is not growing any more stays what it is. */
export function announce(growth: Growth, size: number, state: GrowthState = 'growing'): void {
  if (stateOf(Atomics.load(growth, 0)) !== 'growing') return
  Atomics.store(growth, 0, (BigInt(size) << 2n) | BigInt(states.indexOf(state)))
  Atomics.notify(growth, 0)
}

/** Waits until more than `size` bytes are there, or the file is whole with just these. @throws when it never will be */
export async function hasMore(growth: Growth, size: number): Promise<boolean> {
  for (;;) {
    const value = Atomics.load(growth, 0)
    if (stateOf(value) === 'abandoned') throw new Error('what was read is not written on')
    if (value >> 2n > BigInt(size)) return true
    if (stateOf(value) === 'whole') return false
    await Atomics.waitAsync(growth, 0, value).value
  }
}

function stateOf(value: bigint): GrowthState {
  return states[Number(value & 3n)] ?? 'abandoned'
}
