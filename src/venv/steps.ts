import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
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

/** A step with all that it needs to be done again: paths are absolute, texts of files are kept. */
export function completeStep({ requirementFiles = [], ...request }: StepRequest): Step {
  const given = Object.entries(request).filter(([, value]) => value !== undefined)
  const step: Step = { ...noStep, ...Object.fromEntries(given) }
  return {
    ...step,
    requirements: step.requirements.map(absoluteIfPath),
    findLinks: step.findLinks.map(absoluteIfPath),
    requirementFiles: requirementFiles.map((name) => ({
      name: resolve(name),
      text: readInput(name),
    })),
  }
}

/** The steps of a JSON file: an array of {@link StepRequest}. @throws PYEMBED_USAGE */
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
    const step = isText ? completeUnchecked(request as StepRequest) : undefined
    if (!isStep(step)) throw wrong(`has a step (number ${index + 1}) with a member of another type`)
    return step
  })
}

function completeUnchecked(request: StepRequest): Step | undefined {
  try {
    return completeStep(request)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** What is kept of a step: no user and password of an address; they are asked for again. */
export function withoutSecrets(step: Step): Step {
  const text = JSON.stringify(step)
  return JSON.parse(text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"`]+@/gi, '$1')) as Step
}

/** Arguments of `pip install` for a step; files are where they were, or else written into `directory`. */
export function pipArguments(step: Step, directory: string): readonly string[] {
  const hashed = step.requirements.filter((requirement) => requirement.includes(' --hash'))
  const plain = step.requirements.filter((requirement) => !hashed.includes(requirement))
  const files = step.requirementFiles.map(({ name, text }, index) => {
    if (existsSync(name) && readFileSync(name, 'utf8') === text) return name
    return writeInput(directory, `requirements-${index}.txt`, text)
  })
  if (hashed.length > 0) files.push(writeInput(directory, 'hashed.txt', hashed.join('\n')))
  return [
    ...(step.indexUrl === '' ? [] : ['--index-url', step.indexUrl]),
    ...step.extraIndexUrls.flatMap((url) => ['--extra-index-url', url]),
    ...step.findLinks.flatMap((link) => ['--find-links', link]),
    ...(step.requireHashes ? ['--require-hashes'] : []),
    ...step.options,
    ...files.flatMap((file) => ['--requirement', file]),
    '--',
    ...plain,
  ]
}

export function writeInput(directory: string, name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`)
  return path
}

/** A requirement that is a file or folder; others have no separator, or `://`. */
function absoluteIfPath(text: string): string {
  const isPath = /^[^@]*[\\/]/.test(text) && !text.includes('://') && existsSync(text)
  return isPath ? resolve(text) : text
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
