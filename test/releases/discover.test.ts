import { describe, expect, it } from 'vitest'

import { discoverReleases } from '../../src/releases/discover.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { answerStatus, type Behaviour, inTurn, serveHostile } from '../helpers/hostile.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const name = 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz'
const shasums = Buffer.from(`${'0'.repeat(64)}  ${name}\n`)

const send: Behaviour = ({ content, response }) => response.end(content)
const cut: Behaviour = ({ content, response }) => {
  response.writeHead(200, { 'content-length': String(content.length) })
  response.write(content.subarray(0, 40), () => response.destroy())
}

async function assetsFrom(content: Buffer, behave: Behaviour) {
  const { url } = await serveHostile(content, behave)
  const context = testContext(temporaryDirectory(), { pythonMirror: url })
  const [release] = await discoverReleases(context, '20260610')
  return release?.assets()
}

describe('the SHA256SUMS of a mirror', () => {
  it.each([
    ['is busy at first', inTurn(answerStatus(503), send)],
    ['breaks off at first', inTurn(cut, cut, send)],
  ])('are read when it %s', async (_, behave) => {
    const assets = await assetsFrom(shasums, behave)

    expect(assets).toMatchObject([{ target: 'x86_64-unknown-linux-gnu', build: '20260610' }])
  })

  it.each([
    ['breaks off each time', shasums, cut, 'broke off after 40 bytes'],
    ['sends far more', Buffer.alloc(9 * 1024 * 1024, shasums), send, 'more than'],
  ])('are out of reach when it %s', async (_, content, behave, text) => {
    const error = await errorOf(() => assetsFrom(content, behave))

    expect(error.code).toBe('PYEMBED_RELEASE_UNREACHABLE')
    expect(error.message).toContain(text)
  })

  it('are none when it has none', async () => {
    expect(await assetsFrom(shasums, answerStatus(404))).toBeUndefined()
  })
})
