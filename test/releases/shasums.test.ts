import { describe, expect, it } from 'vitest'

import { parseShasums } from '../../src/releases/shasums.ts'
import { errorOf } from '../helpers/errors.ts'

const sha256 = 'e42c16fe50fda85dad3f5042b6d507476ea8e88c0f039018fef0680038d87c17'
const name = 'cpython-3.12.11+20250712-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz'

describe('parseShasums', () => {
  it.each([
    ['text mode', `${sha256}  ${name}\n`],
    ['binary mode', `${sha256} *${name}\n`],
    ['CRLF and an empty line', `\r\n${sha256}  ${name}\r\n\r\n`],
    ['no newline at the end', `${sha256}  ${name}`],
    [
      'archives it has no use for',
      `${sha256}  cpython-3.12.11+20250712-x86_64-unknown-linux-gnu-debug-full.tar.zst\n${sha256}  ${name}\n`,
    ],
  ])('reads what sha256sum writes: %s', (_, text) => {
    expect(parseShasums(text, 'here')).toEqual([
      {
        version: '3.12.11',
        build: '20250712',
        target: 'x86_64-unknown-linux-gnu',
        variant: 'default',
        flavor: 'install_only_stripped',
        sha256,
      },
    ])
  })

  it.each([
    ['an error page', '<!doctype html>\n<title>Log in</title>\n', 1],
    ['a hash cut short', `${sha256}  ${name}\n${sha256.slice(1)}  ${name}\n`, 2],
    ['upper case', `${sha256.toUpperCase()}  ${name}\n`, 1],
    ['a line cut short', `${sha256}  ${name}\n${sha256}`, 2],
  ])('does not take %s for a release', async (_, text, line) => {
    const error = await errorOf(() => parseShasums(text, 'https://mirror.example/SHA256SUMS'))

    expect(error.code).toBe('PYEMBED_SHASUMS_INVALID')
    expect(error.message).toContain(`line ${line} of \`https://mirror.example/SHA256SUMS\``)
  })
})
