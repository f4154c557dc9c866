import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { linkPrefix, sharedResult } from '../helpers/prefix.ts'
import { windows } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { openWine, wine, type Wine } from '../helpers/wine.ts'
import { builds } from './pythons.ts'

/**
 * numpy cannot be tried: wine 8's ucrtbase lacks `crealf`. Nor can what imports `platform`, which asks WMI and
 * crashes there; `pip --version` does not.
 */
describeWithTools([wine], 'Windows x86_64 in wine', () => {
  const directory = sharedDirectory('windows')
  let windowsSystem: Wine
  const run = (program: string, args: readonly string[]): Promise<string> =>
    windowsSystem.run([program, ...args], directory.path)

  beforeAll(() => {
    windowsSystem = openWine(join(directory.path, 'wine'))
  })
  afterAll(() => windowsSystem.stop())

  describe.each(builds)('Python $version', ({ build, version, minor }) => {
    let prefix = ''
    beforeAll(async () => {
      prefix = await linkPrefix(build, windows, join(directory.path, `Program Files ${version}`))
    })
    it('imports the modules with libraries of their own', async () => {
      const program = "import ssl, sqlite3, ctypes; print('ok')"

      expect(await run(join(prefix, 'python.exe'), ['-I', '-B', '-c', program])).toBe('ok')
    })

    it('takes its prefix from where it is', async () => {
      const program = 'import sys; print(sys.prefix)'

      expect(await run(join(prefix, 'python.exe'), ['-I', '-B', '-c', program])).toBe(
        dosPath(prefix),
      )
    })

    it.each(['pip', 'pip3', `pip${minor}`])('starts Scripts\\%s.exe', async (name) => {
      const locked = sharedResult(build, windows).packages.find((found) => found.name === 'pip')
      const site = dosPath(join(prefix, 'Lib/site-packages/pip'))

      expect(await run(join(prefix, `Scripts/${name}.exe`), ['--version'])).toBe(
        `pip ${locked?.version} from ${site} (python ${minor})`,
      )
    })

    it('starts the commands of installed packages', async () => {
      const locked = sharedResult(build, windows).packages.find((found) => found.name === 'tqdm')

      expect(await run(join(prefix, 'Scripts/tqdm.exe'), ['--version'])).toBe(locked?.version)
    })
  })
})

/** Where wine's programs see a path. */
function dosPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`
}
