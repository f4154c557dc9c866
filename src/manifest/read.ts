import { readFile } from 'node:fs/promises'

import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'

import { type ErrorCode, PyEmbedError, systemErrorCode } from '../errors.ts'
import type { Manifest } from './manifest.ts'
import { findPosition } from './positions.ts'
import { manifestSchema } from './schema.ts'

/** Reads the manifest at `path`. @throws PYEMBED_MANIFEST_*, all mistakes in one error. */
export async function readManifest(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    throw new PyEmbedError('PYEMBED_MANIFEST_NOT_FOUND', `there is no manifest at \`${path}\``, {
      hint: 'Run `pyembed init` in your project to write one',
    })
  })
  return parseManifest(text, path)
}

/** The same for a text; `path` is what messages name. */
export function parseManifest(text: string, path: string): Manifest {
  const result = v.safeParse(manifestSchema, parseToml(text, path))
  if (!result.success) throw describeMistakes(result.issues, text, path)

  const { app, python, deploy } = result.output
  return {
    path,
    app: { name: app.name, id: app.id },
    python: {
      version: python.version,
      build: python.build,
      variant: python.variant,
      flavor: python.flavor,
      targets: python.targets,
    },
    platform: python.platform,
    requires: python.packages.requires,
    trim: deploy.trim,
  }
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '')
    throw new PyEmbedError(
      'PYEMBED_MANIFEST_SYNTAX',
      `${path}:${error.line}:${error.column}: ${reason ?? 'not TOML'}`,
      { hint: 'The format is TOML 1.0, see https://toml.io', cause: error },
    )
  }
}

type Issue = v.InferIssue<typeof manifestSchema>

function describeMistakes(issues: readonly Issue[], text: string, path: string): PyEmbedError {
  const mistakes = issues.map((issue) => {
    const keys = (issue.path ?? []).map((item) => String(item.key))
    const { line, column } = findPosition(text, keys)
    const { code, message } = describeMistake(issue, keys.join('.'))
    return { code, line, column, message: `${path}:${line}:${column}: ${message}` }
  })
  mistakes.sort((a, b) => a.line - b.line || a.column - b.column)

  const codes = new Set(mistakes.map(({ code }) => code))
  const [first] = mistakes
  return new PyEmbedError(
    codes.size === 1 && first !== undefined ? first.code : 'PYEMBED_MANIFEST_INVALID',
    mistakes.map(({ message }) => message).join('\n'),
    { hint: 'docs/manifest.md of pyembed lists every key and its values' },
  )
}

function describeMistake(issue: Issue, key: string): { code: ErrorCode; message: string } {
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { code: 'PYEMBED_MANIFEST_UNKNOWN_KEY', message: `unknown key \`${key}\`` }
  }
  if (issue.received === 'undefined') {
    return { code: 'PYEMBED_MANIFEST_MISSING_KEY', message: `key \`${key}\` is missing` }
  }
  const isChoice = issue.type === 'picklist'
  if (issue.kind === 'validation' || (isChoice && typeof issue.input === 'string')) {
    const reason =
      issue.type === 'picklist'
        ? `should be ${issue.expected.replaceAll('"', '`').replaceAll(/[()]/g, '').replaceAll(' |', ' or')}`
        : issue.message
    return {
      code: 'PYEMBED_MANIFEST_WRONG_VALUE',
      message: `\`${key}\` is \`${Array.isArray(issue.input) ? `[${issue.input.join(', ')}]` : String(issue.input)}\`, ${reason}`,
    }
  }
  const expected = isChoice ? 'string' : (issue.expected?.toLowerCase() ?? 'something else')
  return {
    code: 'PYEMBED_MANIFEST_WRONG_TYPE',
    message: `\`${key}\` should be ${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected}, not ${typeName(issue.input)}`,
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  const name = typeof value
  return name === 'object' ? 'a table' : `a ${name}`
}
