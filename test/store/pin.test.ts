import { describe, expect, it } from 'vitest'

import { computePin, type PinInputs } from '../../src/store/pin.ts'
import { askPython } from '../helpers/python.ts'

const inputs: PinInputs = {
  key: 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu',
  recipe: 1,
  archive: 'a'.repeat(64),
  floors: { glibc: '2.28', macos: '11.0' },
  wheels: { 'numpy-2.3.5.whl': 'b'.repeat(64), 'pip-25.3.whl': 'c'.repeat(64) },
}

/** XXH64 (seed 0) after its specification (Cyan4973/xxHash doc/xxhash_spec.md), and hashlib. */
const oracle = `
import hashlib, json, sys
M = (1 << 64) - 1
P = (11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261)
rotl = lambda x, r: ((x << r) | (x >> (64 - r))) & M
rnd = lambda acc, lane: rotl((acc + lane * P[1]) & M, 31) * P[0] & M
def xxh64(data):
    word = lambda at, size: int.from_bytes(data[at : at + size], "little")
    at = 0
    if len(data) >= 32:
        v = [(P[0] + P[1]) & M, P[1], 0, -P[0] & M]
        while at + 32 <= len(data):
            v = [rnd(v[i], word(at + 8 * i, 8)) for i in range(4)]
            at += 32
        h = sum(rotl(v[i], r) for i, r in enumerate((1, 7, 12, 18))) & M
        for lane in v:
            h = ((h ^ rnd(0, lane)) * P[0] + P[3]) & M
    else:
        h = P[4]
    h = (h + len(data)) & M
    while at + 8 <= len(data):
        h = (rotl(h ^ rnd(0, word(at, 8)), 27) * P[0] + P[3]) & M
        at += 8
    if at + 4 <= len(data):
        h = (rotl(h ^ (word(at, 4) * P[0] & M), 23) * P[1] + P[2]) & M
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ (byte * P[4] & M), 11) * P[0] & M
    h = (h ^ (h >> 33)) * P[1] & M
    h = (h ^ (h >> 29)) * P[2] & M
    return h ^ (h >> 32)
# Known vectors of the reference implementation.
assert f"{xxh64(b''):016x}" == "ef46db3751d8e999" and f"{xxh64(b'abc'):016x}" == "44bc2cf5ad770999"
text = json.dumps(json.loads(sys.argv[1]), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
print(json.dumps([f"{xxh64(text):016x}", hashlib.sha256(text).hexdigest()]))
`

describe('computePin', () => {
  it('is the key with XXH64, and sha256, of the inputs as canonical JSON', async () => {
    const [xxh64, sha256] = askPython<[string, string]>(oracle, inputs)

    expect(await computePin(inputs)).toEqual({ id: `${inputs.key}-${xxh64}`, sha256 })
  })

  it('does not depend on the order of wheels', async () => {
    const wheels = Object.fromEntries(Object.entries(inputs.wheels).toReversed())

    expect(await computePin({ ...inputs, wheels })).toEqual(await computePin(inputs))
  })

  it.each([
    ['archive', { archive: 'f'.repeat(64) }],
    ['recipe', { recipe: 2 }],
    ['floors', { floors: { glibc: '2.17', macos: '11.0' } }],
    ['wheels', { wheels: {} }],
    ['key', { key: `${inputs.key}-freethreaded` }],
  ])('changes with the %s', async (_, change) => {
    const [before, after] = [await computePin(inputs), await computePin({ ...inputs, ...change })]

    expect(after.id).not.toBe(before.id)
    expect(after.sha256).not.toBe(before.sha256)
  })
})
