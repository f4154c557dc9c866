import { createHash } from 'node:crypto'

import { expect, it } from 'vitest'

import { bytesOf } from '../../../../src/binary/bytes.ts'
import { defaultIdentifier } from '../../../../src/binary/macho/signature/identifier.ts'
import { makeDylib } from '../../../helpers/make-dylib.ts'

const file = makeDylib()
const suffix = `-55554944${'a7'.repeat(16)}`

// Examples of the comment on canonicalIdentifier in Apple's diskrep.cpp, and its odd ends.
it.each([
  ['libfrotz7.3.5.dylib', `libfrotz7${suffix}`],
  ['mumble.77.plugin', 'mumble.77'],
  ['rumble.rb', `rumble${suffix}`],
  ['libpython3.12.dylib', `libpython3${suffix}`],
  ['python3.14', `python3${suffix}`],
  ['foo.2.3.4', 'foo.2'],
  ['foo2.3', `foo2${suffix}`],
  ['foo.', 'foo.'],
  ['foo..5', 'foo.'],
  ['3.14.so', '3.14'],
  ['_tkinter.cpython-314-darwin.so', '_tkinter.cpython-314-darwin'],
  ['Python', `Python${suffix}`],
])('defaultIdentifier calls %s what codesign calls it', (name, expected) => {
  expect(defaultIdentifier(name, bytesOf(file))).toBe(expected)
})

it('defaultIdentifier tells files without a UUID apart by their load commands', () => {
  const anonymous = Buffer.from(file)
  anonymous.writeUInt32LE(0x7fff_0000, anonymous.indexOf(Buffer.from('1b00000018000000', 'hex')))

  const commands = anonymous.subarray(32, 32 + anonymous.readUInt32LE(20))
  const digest = createHash('sha1').update(commands).digest('hex')
  expect(defaultIdentifier('Python', bytesOf(anonymous))).toBe(`Python-${digest}`)
})
