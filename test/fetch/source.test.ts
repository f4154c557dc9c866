import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { locate, parseSource, pythonSources } from '../../src/fetch/source.ts'
import { testContext } from '../helpers/context.ts'

const name = 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only.tar.gz'

describe('locate', () => {
  it.each([
    ['https://mirror.example/pbs'],
    ['https://mirror.example/pbs/'],
    ['https://mirror.example/pbs//'],
  ])('escapes the + for servers, and joins %s with one slash', (base) => {
    expect(locate(parseSource(base), '20260610', name)).toBe(
      'https://mirror.example/pbs/20260610/cpython-3.14.6%2B20260610-x86_64-unknown-linux-gnu-install_only.tar.gz',
    )
  })

  it.each([['/srv/my mirror+1'], ['/srv/my mirror+1/'], ['file:///srv/my%20mirror+1']])(
    'keeps names in the folder %s as they are',
    (base) => {
      const source = parseSource(base)

      expect(source.kind).toBe('directory')
      expect(locate(source, '20260610', name)).toBe(join('/srv/my mirror+1/20260610', name))
    },
  )
})

describe('pythonSources', () => {
  it('are the upstreams in order without a mirror', () => {
    const { env } = testContext('/x', {
      pythonUpstreams: ['https://a.example', 'http://b.example/'],
    })

    expect(pythonSources(env)).toEqual([
      { base: 'https://a.example', kind: 'http' },
      { base: 'http://b.example', kind: 'http' },
    ])
  })

  it('are the mirror alone with one', () => {
    const { env } = testContext('/x', {
      pythonMirror: 'HTTPS://m.example',
      pythonUpstreams: ['https://a.example'],
    })

    expect(pythonSources(env)).toEqual([{ base: 'HTTPS://m.example', kind: 'http' }])
  })
})
