import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { makeEntry } from '../../src/store/stage.ts'
import { verifyEntry } from '../../src/store/verify.ts'
import { runModule, startModule } from '../helpers/child.ts'
import { codeOf } from '../helpers/errors.ts'
import { makeHead, makeSmallEntry } from '../helpers/store.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { modeOf } from '../helpers/tree.ts'

/** A child that makes an entry: `input` has `dataDir`, `head` and what it does while it writes. */
const child = `
const { makeEntry } = await import('./src/store/stage.ts')
process.umask(input.umask ?? 0o022)
const entry = await makeEntry({ dataDir: input.dataDir, variables: process.env }, input.head, async (writer) => {
  writer.writeFile('bin/python3.14', '0755', [Buffer.from('python')])
  console.log('half')
  if (input.action === 'wait') await new Promise((resolve) => setTimeout(resolve, 60_000))
  if (input.action === 'meet') while (!(await import('node:fs')).existsSync(input.signal)) await new Promise((resolve) => setTimeout(resolve, 5))
  writer.writeFile('lib/python3.14/os.py', '0644', [Buffer.from('import sys')])
  return async () => {}
})
console.log(entry.directory)
`

function storeOf(dataDir: string): readonly string[] {
  return readdirSync(join(dataDir, 'store'))
}

describe('makeEntry', () => {
  it('makes an entry that verifies, and leaves nothing beside it', async () => {
    const dataDir = temporaryDirectory()

    const entry = await makeSmallEntry(dataDir)

    expect(await verifyEntry(entry)).toMatchObject({ ok: true, files: 4 })
    expect(storeOf(dataDir)).toEqual([makeHead().pin.id])
  })

  it('leaves nothing when it fails', async () => {
    const dataDir = temporaryDirectory()
    const env = { dataDir, variables: process.env }

    const making = makeEntry(env, makeHead(), (writer) => {
      writer.writeFile('bin/python3.14', '0755', [Buffer.from('python')])
      throw new Error('the archive was bad')
    })

    await expect(making).rejects.toThrow('the archive was bad')
    expect(storeOf(dataDir)).toEqual([])
  })

  it('leaves no entry when it is killed, and the next one sweeps its garbage', async () => {
    const dataDir = temporaryDirectory()
    const input = { dataDir, head: makeHead(), action: 'wait' }
    const process = startModule(child, { input })
    await new Promise((resolve) => process.stdout?.once('data', resolve))

    process.kill('SIGKILL')
    await process

    const [garbage = '', ...more] = storeOf(dataDir)
    expect(more).toEqual([])
    expect(garbage).toContain('.tmp-')
    await makeSmallEntry(dataDir)
    expect(storeOf(dataDir)).toEqual([makeHead().pin.id])
  })

  it('lets two processes make the same entry at once', async () => {
    const dataDir = temporaryDirectory()
    const signal = join(dataDir, 'go')
    const input = { dataDir, head: makeHead(), action: 'meet', signal }
    const processes = [startModule(child, { input }), startModule(child, { input })]
    await Promise.all(
      processes.map((each) => new Promise((resolve) => each.stdout?.once('data', resolve))),
    )

    writeFileSync(signal, '')
    const results = await Promise.all(processes)

    const directory = join(dataDir, 'store', makeHead().pin.id)
    expect(results.map(({ stdout }) => stdout)).toEqual([
      `half\n${directory}`,
      `half\n${directory}`,
    ])
    expect(storeOf(dataDir)).toEqual([makeHead().pin.id])
  })

  it('makes the same entry under any umask', async () => {
    const [dataDir, other] = [temporaryDirectory(), temporaryDirectory()]

    const head = makeHead()
    await Promise.all([
      runModule(child, { input: { dataDir, head, umask: 0o022 } }),
      runModule(child, { input: { dataDir: other, head, umask: 0o077 } }),
    ])

    const entry = join('store', makeHead().pin.id)
    const inventory = join(entry, 'inventory.json')
    expect(readFileSync(join(other, inventory))).toEqual(readFileSync(join(dataDir, inventory)))
    const modes = ['prefix', 'prefix/bin', 'prefix/bin/python3.14', 'prefix/lib/python3.14/os.py']
    expect(modes.map((path) => modeOf(join(other, entry, path)))).toEqual([
      '755',
      '755',
      '755',
      '644',
    ])
  })

  it('says what to do about a folder of that name that is no entry', async () => {
    const dataDir = temporaryDirectory()
    const { directory } = await makeSmallEntry(dataDir)
    rmSync(join(directory, 'inventory.json'))

    expect(await codeOf(() => makeSmallEntry(dataDir))).toBe('PYEMBED_STORE_ENTRY_INVALID')

    expect(existsSync(join(directory, 'prefix'))).toBe(true)
    expect(storeOf(dataDir)).toEqual([makeHead().pin.id])
  })
})
