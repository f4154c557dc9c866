import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, inject, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { builds } from './pythons.ts'

const odd = [`with space`, `it's`, `"quoted"`, 'hash # and & so', '$HOME', 'brackets [x]', 'Ωmega']

describe.each(builds)('python$minor-config', ({ build, minor }) => {
  it.each(odd)('says where the prefix is from a folder called %s', (name) => {
    const prefix = join(temporaryDirectory('config'), name)
    const synced = inject('projects')[build]?.results.find(({ target }) =>
      target.startsWith('x86_64-unknown-linux'),
    )
    mkdirSync(join(prefix, 'bin'), { recursive: true })
    const script = `bin/python${minor}-config`
    cpSync(join(synced?.prefix ?? '', script), join(prefix, script))
    const ask = (program: string): string[] =>
      execFileSync('sh', ['-c', program, 'sh', join(prefix, script)], {
        encoding: 'utf8',
        env: cleanEnvironment(),
      }).split('\n')

    const [prefixLine] = ask('"$1" --prefix')
    const [includes] = ask(`eval set -- $("$1" --includes); printf '%s\\n' "$@"`)
    const flags = ask(`eval set -- $("$1" --ldflags --embed); printf '%s\\n' "$@"`)

    expect(prefixLine).toBe(prefix)
    expect(includes).toBe(`-I${prefix}/include/python${minor}`)
    expect(flags).toContain(`-L${prefix}/lib`)
    expect(flags).toContain(`-lpython${minor}`)
  })
})
