import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { absoluteOptions, absolutePath, withoutProxyUser } from './pip-options.ts'
import { isStep, type Step } from './record.ts'

const noStep: Step = {
  requirements: [],
  requirementFiles: [],
  indexUrl: '',
  extraIndexUrls: [],
  findLinks: [],
  options: [],
  requireHashes: false,
}

/** One run of pip as a person asks for it; files by path. */
export type StepRequest = {
  readonly [Key in keyof Omit<Step, 'requirementFiles'>]?: Step[Key] | undefined
} & { readonly requirementFiles?: readonly string[] | undefined }

/**
 * A step with all that it needs to be done again: paths are absolute, texts of files are kept. Those of the request are
 * relative to `directory`, by default the working directory.
 */
export function completeStep(
  { requirementFiles = [], ...request }: StepRequest,
  directory = '.',
): Step {
  const given = Object.entries(request).filter(([, value]) => value !== undefined)
  const step: Step = { ...noStep, ...Object.fromEntries(given) }
  return {
    ...step,
    requirements: step.requirements.map((text) => absoluteIfPath(text, directory)),
    findLinks: step.findLinks.map((text) =>
      isUrl(text) || text.startsWith('file:') ? text : resolve(directory, text),
    ),
    options: absoluteOptions(step.options, directory),
    requirementFiles: requirementFiles.map((file) => {
      // An address is no file; the error names it.
      const name = resolve(directory, withoutUsers(file))
      return { name, text: readInput(name) }
    }),
  }
}

/** The steps of a JSON file: an array of {@link StepRequest}, whose paths are relative to the file. @throws PYEMBED_USAGE */
export function readSteps(path: string): readonly Step[] {
  let data: unknown
  try {
    data = JSON.parse(readInput(path))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const wrong = (what: string): PyEmbedError =>
    new PyEmbedError('PYEMBED_USAGE', `\`${path}\` ${what}`, {
      hint: 'It has to be an array such as `[{"requirements": ["torch"], "indexUrl": "https://…"}, {"requirements": ["monai"]}]`',
    })
  if (!Array.isArray(data)) throw wrong('is no JSON array of steps')
  return data.map((request: unknown, index) => {
    const known = new Set(Object.keys(noStep))
    const keys = typeof request === 'object' && request !== null ? Object.keys(request) : ['']
    const unknown = keys.find((key) => !known.has(key))
    if (unknown !== undefined)
      throw wrong(`has a step (number ${index + 1}) with an unknown \`${unknown}\``)
    const files = (request as StepRequest).requirementFiles ?? []
    const isText = Array.isArray(files) && files.every((file) => typeof file === 'string')
    const step = isText ? completeUnchecked(request as StepRequest, dirname(path)) : undefined
    if (!isStep(step)) throw wrong(`has a step (number ${index + 1}) with a member of another type`)
    return step
  })
}

function completeUnchecked(request: StepRequest, directory: string): Step | undefined {
  try {
    return completeStep(request, directory)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** What is kept and said of a step: no user and password of an address; they are asked for again. */
export function withoutSecrets(step: Step): Step {
  const plain = { ...step, options: withoutProxyUser(step.options) }
  return JSON.parse(JSON.stringify(plain), (_, value: unknown) =>
    typeof value === 'string' ? withoutUsers(value) : value,
  ) as Step
}

/** A text without users and passwords of the addresses in it. */
export function withoutUsers(text: string): string {
  // Up to the last `@` before the path: a password may hold one, and any quote that addresses may have.
  // Over ssh a user is no secret, and no other one gets in: `git+ssh://git@…`.
  return text.replaceAll(/(ssh)?(:\/\/)([^\s/"]+)@/g, (all, ssh: string | undefined, start, user) =>
    ssh !== undefined && !String(user).includes(':') ? all : `${ssh ?? ''}${start}`,
  )
}

/** Arguments of `pip install` for a step; files of requirements are where they were, or else written into `directory`. */
export function pipArguments(step: Step, directory: string, isOffline: boolean): readonly string[] {
  const indexes = [
    ...(step.indexUrl === '' ? [] : ['--index-url', step.indexUrl]),
    ...step.extraIndexUrls.flatMap((url) => ['--extra-index-url', url]),
  ]
  const files = step.requirementFiles.map(({ name, text }, index) => {
    if (existsSync(name) && readFileSync(name, 'utf8') === text) return name
    return writeInput(
      directory,
      `requirements-${index}.txt`,
      absoluteReferences(text, dirname(name)),
    )
  })
  const lines = step.requirements.filter(isLine)
  if (lines.length > 0) files.unshift(writeInput(directory, 'step.txt', lines.join('\n')))
  return [
    ...(isOffline ? [] : indexes),
    ...step.findLinks.flatMap((link) => ['--find-links', link]),
    ...(step.requireHashes ? ['--require-hashes'] : []),
    ...step.options,
    ...files.flatMap((file) => ['--requirement', file]),
    '--',
    ...step.requirements.filter((requirement) => !isLine(requirement)),
  ]
}

function isUrl(text: string): boolean {
  return text.includes('://')
}

/** Whether a requirement has to be a line of a file. */
function isLine(requirement: string): boolean {
  return requirement.includes(' --hash')
}

/** A file of requirements for another folder: pip takes what it names by `-r` or `-c` relative to the file. */
function absoluteReferences(text: string, folder: string): string {
  const reference = /^([ \t]*)(-[rc]|--(?:requirement|constraint)(?=[ \t=]))[ \t=]*([^\s'"#-]\S*)/gm
  return text.replaceAll(reference, (line, indent: string, option: string, name: string) =>
    isUrl(name) ? line : `${indent}${option} ${quote(resolve(folder, name))}`,
  )
}

/** As shlex reads it, which pip splits lines of requirement files with. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

export function writeInput(directory: string, name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`)
  return path
}

/** A requirement that is a file or folder, as pip tells them from names. */
function absoluteIfPath(text: string, directory: string): string {
  const isPath = /^(?:\.|[^@]*[\\/])|\.(?:whl|zip|t(?:ar(?:\.\w+)?|gz|bz|lz|xz))(?:\[.*\])?$/i.test(
    text,
  )
  return isPath ? absolutePath(text, directory) : text
}

function readInput(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    throw new PyEmbedError('PYEMBED_USAGE', `there is no \`${path}\``, {
      hint: 'Name a file that is there',
    })
  }
}
