import { join } from 'node:path'

import { execa } from 'execa'
import { expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { sharedResult } from '../helpers/prefix.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

const target = 'aarch64-unknown-linux-gnu'

describeWithTools(['qemu-aarch64-static', 'aarch64-linux-gnu-gcc'], 'Linux aarch64 in qemu', () => {
  it.each(builds)('imports numpy in Python $version', async ({ build, minor }) => {
    const { prefix } = sharedResult(build, target)
    const libraries = await makeEmptyZlib(temporaryDirectory('aarch64'))

    const { stdout } = await execa(
      'qemu-aarch64-static',
      [
        '-L',
        '/usr/aarch64-linux-gnu',
        '-E',
        `LD_LIBRARY_PATH=${libraries}`,
        join(prefix, `bin/python${minor}`),
        '-I',
        '-B',
        '-c',
        'import numpy, ssl, sqlite3; print(numpy.arange(3).sum())',
      ],
      { env: cleanEnvironment(), extendEnv: false },
    )

    expect(stdout).toBe('3')
  })
})

/**
 * numpy 2.4's libgfortran names the system's libz.so.1, as manylinux wheels may, and calls nothing of it here.
 * Debian's cross libc has none, so an empty one stands in.
 */
async function makeEmptyZlib(folder: string): Promise<string> {
  const output = ['-Wl,-soname,libz.so.1', '-o', join(folder, 'libz.so.1')]
  await execa('aarch64-linux-gnu-gcc', ['-shared', '-x', 'c', '-', ...output], { input: '' })
  return folder
}
