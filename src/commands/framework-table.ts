import type { Command } from 'commander'

import type { AddCommand } from './command.ts'

const cold = () => import('./cold.ts')

/** The verbs of `pyembed framework`. */
export function addFrameworkCommands(framework: Command | undefined, add: AddCommand): void {
  add(
    framework,
    'create <prefix>',
    'make a signed Python.framework of an installed Python for macOS',
    async () => (await cold()).frameworkCreate,
    (command) =>
      command
        .option('--output <dir>', 'the folder that gets Python.framework')
        .option('--identifier <id>', 'its bundle identifier (default: org.python.python)')
        .option('--files <list>', 'make it of the files that a list names, one path a line')
        .option(
          '--python <path>',
          'a Python of the same version that runs here (default: one of the store)',
        )
        .option('--byte-code <dir>', 'a folder that keeps byte code for the next time'),
  )
  add(
    framework,
    'verify <bundle>',
    'judge a framework, or a whole app, as codesign and dyld would',
    async () => (await cold()).frameworkVerify,
  )
}

/** `pyembed fixup`. */
export function addFixupCommand(program: Command, add: AddCommand): void {
  add(
    program,
    'fixup <app>',
    'make an app for macOS find its Python, sign it and judge it',
    async () => (await cold()).fixup,
    (command) =>
      command
        .option('--entitlements <file>', 'what its program is entitled to, a property list')
        .option('--sign-plan', 'only list what an identity signs, in this order'),
  )
}
