import type { Command } from 'commander'

import type { AddCommand } from './command.ts'
import { run as venvList } from './venv-list.ts'
import { run as venvPath } from './venv-path.ts'

const lean = () => import('./venv-lean.ts')
const cold = () => import('./cold.ts')

/** The verbs of `pyembed venv`. */
export function addVenvCommands(venv: Command | undefined, add: AddCommand): void {
  add(
    venv,
    'create <name>',
    'make an environment, unless it is there',
    async () => (await lean()).venvCreate,
    (command) =>
      withApp(command).option(
        '--inherit <what>',
        'base: it sees the packages of the app (the default); none: it does not',
      ),
  )
  add(
    venv,
    'list',
    'the environments of all apps',
    () => Promise.resolve(venvList),
    (command) =>
      withDataHome(command).option('--app-name <name>', 'those of apps with this name only'),
  )
  add(venv, 'path <name>', 'where an environment is', () => Promise.resolve(venvPath), withApp)
  add(
    venv,
    'run <name> [command...]',
    'run a program in an environment: run NAME -- python -m module',
    async () => (await lean()).venvRun,
    withApp,
  )
  add(
    venv,
    'install <name> [requirement...]',
    'install packages into an environment, all or nothing',
    async () => (await cold()).venvInstall,
    (command) =>
      withApp(command)
        .option('-r, --requirement <file>', 'requirements file; may be repeated', collect)
        .option(
          '-e, --editable <folder>',
          'a project whose source may be edited afterwards; may be repeated',
          collect,
        )
        .option('-U, --upgrade', 'newer versions of what is there already')
        .option('--index-url <url>', 'the package index (default: as pip is configured)')
        .option('--extra-index-url <url>', 'another index; may be repeated', collect)
        .option('--find-links <place>', 'folder or page with packages; may be repeated', collect)
        .option('--require-hashes', 'each requirement must have its hash')
        .option(
          '--pip-option <option>',
          'another option of pip install, --pip-option=--no-deps; may be repeated',
          collect,
        )
        .option('--steps <file>', 'steps before this one: a JSON array'),
  )
  add(
    venv,
    'remove <name>',
    'remove an environment that nobody uses',
    async () => (await lean()).venvRemove,
    (command) => withApp(command).option('--key <key>', 'of the app with this key, be it gone'),
  )
  add(
    venv,
    'prune',
    'list environments whose app is gone and that were not used for long',
    async () => (await cold()).venvPrune,
    (command) =>
      withDataHome(command)
        .option('--older-than <days>', 'not used for so many days (default: 30)')
        .option('--yes', 'remove them'),
  )
  add(
    venv,
    'repair <name>',
    'put back what an environment lacks, or make it anew for the app’s Python',
    async () => (await cold()).venvRepair,
    withApp,
  )
  add(
    venv,
    'adopt <old-key>',
    'take over the environments of this app from where it was before',
    async () => (await cold()).venvAdopt,
    withApp,
  )
}

function withApp(command: Command): Command {
  return withDataHome(command)
    .option('--app <path>', 'the app: its executable, folder or bundle')
    .option('--python <path>', 'the app’s Python, with --app-name')
    .option('--app-name <name>', 'the app’s name, with --python')
    .option('--app-id <id>', 'the id it declares')
}

function withDataHome(command: Command): Command {
  return command.option(
    '--data-home <dir>',
    'where environments are (default: the user’s data directory)',
  )
}

/** Not `<value...>`, which would take the requirements that follow. */
function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value]
}
