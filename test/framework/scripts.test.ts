import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { createFramework } from '../../src/framework/create.ts'
import { withoutRealpath } from '../../src/framework/scripts.ts'
import { relocatableShebang } from '../../src/install/scripts.ts'
import { testContext } from '../helpers/context.ts'
import { makeRequest, minor, python } from '../helpers/framework.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const program = 'import sys\nprint(sys.executable, sys.argv[0], *sys.argv[1:], sep="|")\n'
const command = relocatableShebang(`python${minor}`) + program

/** A PATH with what macOS 11 has of it, and no `realpath`. */
function oldPath(): string {
  const folder = temporaryDirectory('path')
  for (const name of ['dirname', 'readlink', 'sh', 'dash', 'bash']) {
    const found = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    symlinkSync(found, join(folder, name))
  }
  return folder
}

describe('withoutRealpath', () => {
  it.each(['sh', 'dash', 'bash --posix', 'bash'])(
    'finds the Python beside the command, over links, by %s',
    (shell) => {
      const root = temporaryDirectory("a 'b' $c")
      const bin = join(root, 'Python.framework/Versions/A/bin')
      writeFiles(bin, { tool: withoutRealpath(Buffer.from(command)) })
      symlinkSync(python, join(bin, `python${minor}`))
      symlinkSync('A', join(root, 'Python.framework/Versions/Current'))
      mkdirSync(join(root, 'local bin'))
      symlinkSync('../Python.framework/Versions/Current/bin/tool', join(root, 'local bin/near'))
      symlinkSync(join(root, 'local bin/near'), join(root, 'far'))
      symlinkSync('tool', join(bin, 'tool2'))
      const [name = '', ...options] = shell.split(' ')
      const run = (path: string, cwd = root): string =>
        execFileSync(name, [...options, path, 'x y', '*'], {
          cwd,
          encoding: 'utf8',
          env: { PATH: oldPath() },
        })

      for (const path of [join(bin, 'tool'), 'local bin/near', 'far', join(bin, 'tool2')]) {
        const [executable = '', ...rest] = run(path).trim().split('|')
        expect(executable, path).toMatch(/Python\.framework\/Versions\/\w+\/bin\/python[\d.]+$/)
        expect(rest, path).toEqual([path, 'x y', '*'])
      }
      expect(run('./tool', bin)).toContain('|./tool|')
    },
  )

  it('leaves others alone', () => {
    for (const text of ['#!/bin/sh\necho "$(realpath -- "$0")"\n', program, '', '#!/bin/sh']) {
      expect(withoutRealpath(Buffer.from(text)).toString()).toBe(text)
    }
  })

  it('is how the commands of a framework begin, and nothing else of it', async () => {
    const other = `lib/python${minor}/tool`
    const request = makeRequest({ 'bin/tool2': command, [other]: command })
    chmodSync(join(request.prefix, 'bin/tool2'), 0o755)

    const { framework } = await createFramework(testContext(temporaryDirectory()), request)

    const read = (path: string): string => readFileSync(join(framework, 'Versions/A', path), 'utf8')
    expect(read('bin/tool2')).toBe(withoutRealpath(Buffer.from(command)).toString())
    expect(read('bin/tool2')).not.toContain('realpath')
    expect(read(other)).toBe(command)
  })
})
