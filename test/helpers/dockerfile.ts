import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { execa } from 'execa'

interface Stage {
  readonly root: string
  readonly name: string | undefined
  workdir: string
}

/**
 * Takes a Dockerfile's lines for commands: each stage has a folder for its file system, `RUN` runs there on this
 * machine, and `CMD` after all stages but the last are removed. Knows what our pages use: FROM, WORKDIR, COPY
 * (with `.dockerignore`), RUN, CMD. Returns what `CMD` printed. @throws when a line fails
 */
export async function runDockerfile(
  text: string,
  context: string,
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const stages: Stage[] = []
  const stage = (): Stage => {
    const last = stages.at(-1)
    if (last === undefined) throw new Error('a Dockerfile begins with FROM')
    return last
  }
  const run = async (command: readonly string[]): Promise<string> => {
    const { root, workdir } = stage()
    const [program = '', ...args] = command
    const cwd = join(root, workdir)
    const home = { HOME: join(root, 'root'), XDG_DATA_HOME: '', PYEMBED_DATA_DIR: '' }
    const options = { cwd, env: { ...env, ...home }, extendEnv: false }
    return (await execa(program, args, options)).stdout
  }
  let printed = ''
  for (const line of text.split('\n').filter((found) => !/^(?:#.*)?$/.test(found))) {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (instruction === 'FROM') {
      const root = join(directory, `stage-${stages.length}`)
      mkdirSync(join(root, 'root'), { recursive: true })
      stages.push({ root, name: / AS (\w+)$/.exec(rest)?.[1], workdir: '/' })
    } else if (instruction === 'WORKDIR') {
      stage().workdir = rest
      mkdirSync(join(stage().root, rest), { recursive: true })
    } else if (instruction === 'COPY') {
      copy(rest, stages, stage(), context)
    } else if (instruction === 'RUN') {
      await run(['sh', '-c', rest])
    } else if (instruction === 'CMD') {
      for (const { root } of stages.slice(0, -1)) rmSync(root, { recursive: true })
      const [program = '', ...args] = JSON.parse(rest) as string[]
      printed = await run([join(stage().root, program), ...args])
    } else throw new Error(`not known here: ${line}`)
  }
  return printed
}

function copy(words: string, stages: readonly Stage[], into: Stage, context: string): void {
  const [, name, paths = ''] = /^(?:--from=(\w+) )?(.*)$/.exec(words) ?? []
  const from = name === undefined ? context : stages.find((stage) => stage.name === name)?.root
  if (from === undefined) throw new Error(`there is no stage ${name}`)
  const ignored =
    name === undefined ? readFileSync(join(context, '.dockerignore'), 'utf8').split('\n') : []
  const sources = paths.split(' ')
  const end = sources.pop() ?? ''
  const destination = join(into.root, end.startsWith('/') ? end : join(into.workdir, end))
  mkdirSync(dirname(destination), { recursive: true })
  for (const source of sources) {
    const path = join(from, source)
    // A folder's content is copied, a file under its name.
    const target = statSync(path).isDirectory() ? destination : join(destination, basename(source))
    cpSync(path, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (found) => dirname(found) !== context || !ignored.includes(basename(found)),
    })
  }
}
