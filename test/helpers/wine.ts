import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'
import { inject } from 'vitest'

import { cleanEnvironment } from './cli.ts'

export const wine = '/usr/lib/wine/wine64'
const server = '/usr/lib/wine/wineserver64'

export interface Wine {
  readonly env: Readonly<Record<string, string>>
  /** Runs a program of Windows and returns what it printed, with line ends of Unix. */
  readonly run: (command: readonly string[], cwd?: string) => Promise<string>
  /** Ends the services that wine leaves running. */
  readonly stop: () => Promise<void>
}

/** Makes the Windows that tests copy, which takes wine seconds (setup.ts). */
export async function bootWine(folder: string): Promise<void> {
  const windows = describeWine(folder)
  await windows.run(['wineboot', '--init'])
  await windows.stop()
}

/**
 * A Windows of its own, in a folder that is not there yet. Its services stay for a while after a program, which would
 * else start them and wait for them to end: that takes twenty times as long as starting Python.
 */
export function openWine(folder: string): Wine {
  execFileSync('cp', ['-al', inject('wine'), folder])
  // wine writes its registry in place when it has more than one name.
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.reg'))) {
    execFileSync('rm', [join(folder, name)])
    copyFileSync(join(inject('wine'), name), join(folder, name))
  }
  const windows = describeWine(folder)
  const options = { env: { ...cleanEnvironment(), ...windows.env }, stdio: 'ignore' } as const
  execFileSync(server, ['--persistent=60'], options)
  // Who starts the services lends them its streams.
  execFileSync(wine, ['cmd', '/c', 'exit'], options)
  return windows
}

function describeWine(folder: string): Wine {
  const env = { WINEPREFIX: folder, WINEDEBUG: '-all' }
  const options = { env: { ...cleanEnvironment(), ...env }, extendEnv: false } as const
  return {
    env,
    run: async ([program = '', ...args], cwd) => {
      // Every stream is a pipe: Python does not start with /dev/null or a file.
      const { stdout } = await execa(wine, [program, ...args], {
        ...options,
        input: '',
        ...(cwd === undefined ? {} : { cwd }),
      })
      return stdout.replaceAll('\r', '')
    },
    stop: async () => {
      await execa(server, ['--kill', '--wait'], { ...options, reject: false })
    },
  }
}
