import { Command } from 'commander'

import { packageVersion } from '../fs/package-version.ts'
import type { Streams } from '../reporter/streams.ts'
import { run as cmake } from './cmake.ts'
import type { AddCommand, AddGroup, Run } from './command.ts'
import { addFixupCommand, addFrameworkCommands } from './framework-table.ts'
import type { CommonFlags } from './options.ts'
import { run as sync } from './sync.ts'
import { addVenvCommands } from './venv-table.ts'

// The hot commands are here already: a chunk of their own would cost a file more than they do.
const cold = () => import('./cold.ts')

/** Loads a command and runs it. */
export type Execute = <Flags extends CommonFlags>(
  load: () => Promise<Run<Flags>>,
  flags: Flags,
) => Promise<void>

/**
 * The command line: every verb with its help, and the flags of those that `args` names. When they begin with a verb it
 * is the only one: the others take commander 3 ms.
 */
export function createProgram(args: readonly string[], output: Streams, execute: Execute): Command {
  const one = addCommands(args, output, execute, (verb, depth) => verb === args[depth])
  return one.hasVerb ? one.program : addCommands(args, output, execute, () => true).program
}

function addCommands(
  args: readonly string[],
  output: Streams,
  execute: Execute,
  isWanted: (verb: string, depth: 0 | 1) => boolean,
): { readonly program: Command; readonly hasVerb: boolean } {
  let hasVerb = false
  const program = new Command('pyembed')
    .description('Python inside native C++/CMake applications')
    .version(packageVersion)
    // What follows a verb is the verb's: `venv run NAME python --version`.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .showHelpAfterError('(run with --help for the flags)')

  const add: AddCommand = <Flags extends CommonFlags>(
    parent: Command | undefined,
    name: string,
    description: string,
    load: () => Promise<Run<Flags>>,
    addFlags: (command: Command) => Command = (command) => command,
  ): void => {
    const [verb = ''] = name.split(' ')
    if (parent === undefined || !isWanted(verb, parent === program ? 0 : 1)) return
    hasVerb = true
    const command = parent.command(name).description(description)
    // Seventy flags take commander a millisecond and a half.
    if (args.includes(verb)) withCommonFlags(addFlags(command))
    command.action(() => execute(load, { ...command.opts<Flags>(), operands: command.args }))
  }
  const addGroup: AddGroup = (name, description) =>
    isWanted(name, 0) ? program.command(name).description(description) : undefined

  add(
    program,
    'init',
    'write a pyembed.toml and say what to add to CMakeLists.txt',
    async () => (await cold()).init,
    (command) =>
      command
        .option('--name <name>', 'name of the application (default: the folder’s)')
        .option('--python <version>', 'Python version, 3.14 or 3.14.6 (default: 3.14)'),
  )
  add(
    program,
    'lock',
    'pin the exact Python and packages for every target in pyembed.lock',
    async () => (await cold()).lock,
    (command) =>
      withLocked(command)
        .option('--check', 'only say whether the lock fits the manifest (exit 1 when it does not)')
        .option('--upgrade', 'take the newest of everything instead of keeping what is locked'),
  )
  add(
    program,
    'sync',
    'make the store and .pyembed/ match the lock',
    () => Promise.resolve(sync),
    (command) => withTargets(withLocked(command)),
  )
  add(
    program,
    'fetch',
    'fill the cache, so that sync needs no network',
    async () => (await cold()).fetch,
    (command) => withTargets(withLocked(command)),
  )
  add(
    program,
    'verify',
    'compare every installed file with what was installed',
    async () => (await cold()).verify,
    (command) =>
      withTargets(command)
        .option('--strict', 'byte code that Python wrote is a difference too')
        .option('--repair', 'put back what differs, remove what is not of it'),
  )
  add(
    program,
    'check',
    'prove that a build of CMake uses the pinned Python and no other',
    async () => (await cold()).check,
    (command) =>
      command
        .argument('<build-dir>', 'the build directory of CMake')
        .option('--allow <path...>', 'Pythons elsewhere that the build may use'),
  )
  add(
    program,
    'cmake',
    'print the lines for CMakeLists.txt, or where .pyembed/ is',
    () => Promise.resolve(cmake),
    (command) => command.option('--dir', 'print the path of .pyembed/ only'),
  )

  const python = addGroup('python', 'what Pythons there are')
  add(
    python,
    'list',
    'the Pythons that can be locked',
    async () => (await cold()).pythonList,
    (command) =>
      command
        .option('--target <triple>', 'for this target (default: the host’s)')
        .option('--all-targets', 'for any target')
        .option('--all-builds', 'every build, not only the newest of each minor version'),
  )
  add(
    python,
    'find',
    'the path of this project’s Python',
    async () => (await cold()).pythonFind,
    withTargets,
  )
  add(
    python,
    'eras',
    'what builds of python-build-standalone lack, and since when they do not',
    async () => (await cold()).pythonEras,
    (command) =>
      command
        .option('--build <date>', 'what this build lacks')
        .option('--python <version>', 'what concerns this Python, 3.14 or 3.14.6')
        .option('--target <triple>', 'what concerns this target'),
  )

  addVenvCommands(addGroup('venv', 'the virtual environments of an app'), add)
  addFrameworkCommands(addGroup('framework', 'Python.framework for macOS'), add)
  addFixupCommand(program, add)

  const store = addGroup('store', 'the Pythons that are installed')
  add(
    store,
    'list',
    'what is in the store, with sizes and users',
    async () => (await cold()).storeList,
  )
  add(
    store,
    'prune',
    'remove what no project uses',
    async () => (await cold()).storePrune,
    (command) =>
      command
        .option('--dry-run', 'only list it')
        .option(
          '--older-than <days>',
          'forget projects whose folder is gone and that were not synced for so many days',
        ),
  )
  add(
    program,
    'uninstall',
    'remove the store and the cache, everything outside projects',
    async () => (await cold()).uninstall,
    (command) =>
      command
        .option('--dry-run', 'only list it (the default)')
        .option('--yes', 'remove it')
        .option('--venvs', 'the environments of apps too')
        .option('--data-home <dir>', 'where those are (default: the user’s data directory)'),
  )
  return { program, hasVerb }
}

function withCommonFlags(command: Command): Command {
  return command
    .option(
      '--project <dir>',
      'folder of pyembed.toml (default: the nearest above the working directory)',
    )
    .option('--offline', 'open no network connection')
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print warnings and errors only')
    .option('--verbose', 'print details, such as what pip says')
    .allowExcessArguments(false)
}

function withLocked(command: Command): Command {
  return command.option('--locked', 'fail when the lock is missing or stale instead of changing it')
}

function withTargets(command: Command): Command {
  return command
    .option('--target <triple...>', 'targets of the manifest (default: the host’s)')
    .option('--all-targets', 'every target of the manifest')
}
