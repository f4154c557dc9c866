import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { run } from '../process/run.ts'
import type { SignItem } from './sign-plan.ts'

/**
 * Runs `PYEMBED_SIGN_COMMAND` for each item, with its path as the last argument, and what else there is to know in the
 * environment. Of the command nothing is ever shown, for it may hold a secret.
 * @throws PYEMBED_SIGN_FAILED at the first that fails, PYEMBED_USAGE
 */
export async function runSigning(
  { env, signal, emit }: Context,
  command: string,
  items: readonly SignItem[],
): Promise<void> {
  const [program = '', ...args] = splitCommand(command)
  const id = 'sign'
  emit({ kind: 'start', id, text: 'Signing' })
  for (const [index, { path, kind, identifier, entitlements }] of items.entries()) {
    signal?.throwIfAborted()
    emit({ kind: 'progress', id, done: index, total: items.length })
    const variables = {
      ...env.variables,
      PYEMBED_SIGN_COMMAND: undefined,
      PYEMBED_SIGN_KIND: kind,
      PYEMBED_SIGN_IDENTIFIER: identifier ?? '',
      PYEMBED_SIGN_ENTITLEMENTS: entitlements ?? '',
    }
    const result = await run(program, [...args, path], { env: variables, signal }).catch(() => {
      signal?.throwIfAborted()
      // The error would name the command.
      throw failed(path, 'it cannot be started')
    })
    if (!result.isOk) {
      signal?.throwIfAborted()
      throw failed(path, withoutSecrets(`${result.reason}\n${result.stderr}`.trim(), args))
    }
  }
  emit({ kind: 'end', id, text: `Signed ${items.length} items` })
}

/** Words, of which those with spaces are in quotes; nothing else means anything, as no shell is asked. */
export function splitCommand(command: string): readonly string[] {
  const word = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))(?=\s|$)/gy
  const words = [...command.trim().matchAll(word)]
  const isWhole = words.map(([text]) => text).join('') === command.trim()
  if (isWhole && words.length > 0) {
    return words.map(([, double, single, plain]) => double ?? single ?? plain ?? '')
  }
  throw new PyEmbedError('PYEMBED_USAGE', '`PYEMBED_SIGN_COMMAND` is no list of words', {
    hint: 'Put a word with spaces between quotes; for more than one program name a script',
  })
}

/** What a tool says of its own arguments. */
function withoutSecrets(text: string, args: readonly string[]): string {
  return (
    args
      .filter((each) => each.length > 3)
      // One may be part of another.
      .toSorted((a, b) => b.length - a.length)
      .reduce((left, secret) => left.replaceAll(secret, '***'), text)
  )
}

function failed(path: string, reason: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_SIGN_FAILED',
    `\`PYEMBED_SIGN_COMMAND\` failed for \`${path}\`: ${reason}`,
    { hint: 'Run it by hand with this path; `pyembed fixup --sign-plan` lists all' },
  )
}
