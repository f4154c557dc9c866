import { describe, expect, it } from 'vitest'

import { renderPin } from '../../src/cmake/pin.ts'
import { errorOf } from '../helpers/errors.ts'
import { makeHead } from '../helpers/store.ts'

function render(template: string, directory: string, name = 'App'): string {
  const entry = { directory, prefix: `${directory}/prefix`, head: makeHead() }
  const app = { name, id: undefined }
  const source = { app, trim: ['tests', 'pip'], manifest: '', lock: '', tool: undefined } as const
  return renderPin(template, entry, source)
}

describe('renderPin', () => {
  it('fills in what CMake needs to know', () => {
    const template =
      '@PYEMBED_VERSION_MAJOR@.@PYEMBED_VERSION_MINOR@ @PYEMBED_STORE_ENTRY@ @PYEMBED_LIBRARY_REL@ [@PYEMBED_APP_ID@] @PYEMBED_TRIM@'

    expect(render(template, '/store/x')).toBe('3.14 /store/x lib/libpython3.14.so.1.0 [] tests;pip')
  })

  it('escapes what a quoted argument of CMake would expand', () => {
    expect(render('"@PYEMBED_STORE_ENTRY@" "@PYEMBED_APP_NAME@"', '/a "b" ${C}', 'x"$y')).toBe(
      String.raw`"/a \"b\" \${C}" "x\"\$y"`,
    )
  })

  it.each([';', '\\', '\n'])('refuses a store whose path has %j', async (character) => {
    const { code, hint } = await errorOf(() => render('', `/store/a${character}b`))

    expect(code).toBe('PYEMBED_PATH_UNSUPPORTED')
    expect(hint).toContain('PYEMBED_DATA_DIR')
  })
})
