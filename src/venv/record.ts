import { formatJson } from '../text/json.ts'
import { type App, type Base, isAbsolutePath } from './app.ts'

export const recordName = 'pyembed-venv.json'
export const appFileName = 'app.json'

/** Whether an environment sees the packages of its base. */
export type Inherit = 'base' | 'none'

/** One run of pip, with what it was asked. */
export interface Step {
  readonly requirements: readonly string[]
  readonly requirementFiles: readonly { readonly name: string; readonly text: string }[]
  /** Empty: as pip is configured. */
  readonly indexUrl: string
  readonly extraIndexUrls: readonly string[]
  readonly findLinks: readonly string[]
  /** Other options of `pip install`. */
  readonly options: readonly string[]
  readonly requireHashes: boolean
}

/** `pyembed-venv.json`: what makes a folder an environment of an app; written last. */
export interface VenvRecord {
  readonly format: 1
  readonly name: string
  readonly abi: string
  readonly inherit: Inherit
  readonly base: Base
  readonly created: string
  readonly steps: readonly Step[]
  /** Bytes of its files when `site-packages` had this time; empty: not counted. */
  readonly size: { readonly bytes: number; readonly stamp: string }
}

export type ParsedRecord =
  | { readonly verdict: 'valid'; readonly record: VenvRecord }
  | { readonly verdict: 'newer' | 'damaged'; readonly record?: undefined }

export const formatRecord: (record: VenvRecord) => string = formatJson

export function parseRecord(text: string): ParsedRecord {
  const data = parseObject(text)
  if (typeof data?.['format'] === 'number' && data['format'] > 1) return { verdict: 'newer' }
  return data !== undefined && isRecord(data)
    ? { verdict: 'valid', record: data }
    : { verdict: 'damaged' }
}

/** `app.json`. */
export function formatApp({ name, id, identity, path, abi }: App): string {
  return formatJson({ format: 1, name, id, identity, path, abi })
}

/** Undefined when the text is none, or of a newer pyembed. */
export function parseApp(text: string): App | undefined {
  const data = parseObject(text)
  const members = ['name', 'id', 'identity', 'path', 'abi']
  const isApp = data?.['format'] === 1 && members.every((key) => typeof data[key] === 'string')
  return isApp ? (data as unknown as App) : undefined
}

type Plain = Readonly<Record<string, unknown>>

function parseObject(text: string): Plain | undefined {
  try {
    const data: unknown = JSON.parse(text)
    return isObject(data) ? data : undefined
  } catch {
    // Not only SyntaxError: what is nested too deeply is a RangeError.
    return undefined
  }
}

function isObject(data: unknown): data is Plain {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

function isRecord(data: Plain): data is Plain & VenvRecord {
  const { format, name, abi, inherit, base, created, steps, size } = data
  return (
    format === 1 &&
    isText(name) &&
    isText(abi) &&
    /^cp3\d{1,4}t?$/.test(abi) &&
    (inherit === 'base' || inherit === 'none') &&
    isText(created) &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(created) &&
    isBase(base) &&
    Array.isArray(steps) &&
    steps.every(isStep) &&
    isObject(size) &&
    Number.isSafeInteger(size['bytes']) &&
    (size['bytes'] as number) >= 0 &&
    isText(size['stamp'])
  )
}

function isBase(data: unknown): boolean {
  if (!isObject(data) || !isText(data['version']) || !isText(data['pinId'])) return false
  return [data['executable'], data['prefix']].every(
    (path) => isText(path) && isAbsolutePath(path) && !/[\n\r\0]/.test(path),
  )
}

/** A step of a record, or of a file that a person wrote and that was completed. */
export function isStep(data: unknown): data is Step {
  if (!isObject(data) || !isText(data['indexUrl'])) return false
  const lists = ['requirements', 'extraIndexUrls', 'findLinks', 'options'].map((key) => data[key])
  const files = data['requirementFiles']
  return (
    lists.every((list) => Array.isArray(list) && list.every(isText)) &&
    Array.isArray(files) &&
    files.every((file) => isObject(file) && isText(file['name']) && isText(file['text'])) &&
    typeof data['requireHashes'] === 'boolean'
  )
}

function isText(data: unknown): data is string {
  return typeof data === 'string'
}
