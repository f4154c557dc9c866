import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { askPython } from './python.ts'

/** What openssl reads of DER, each element as depth, name and value. */
export function dumpDer(der: Buffer): readonly string[] {
  const text = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], {
    input: der,
    encoding: 'utf8',
  })
  return text
    .trim()
    .split('\n')
    .map((line) =>
      line.replace(/^.*d=(\d+).*?(?:cons|prim): *(.*?) *$/, '$1 $2').replaceAll(/ +:/g, ' '),
    )
}

interface Entitlements {
  readonly xml: Readonly<Record<string, unknown>>
  readonly der: readonly string[]
  /** Whether both are what the signature is over. */
  readonly bound: boolean
}

/** What the signature of a program says that it is entitled to, read by programs that are not ours. */
export function readGranted(path: string): Entitlements | null {
  const program = readFileSync(new URL('entitlements.py', import.meta.url), 'utf8')
  const found = askPython<(Omit<Entitlements, 'der'> & { der: string }) | null>(program, path)
  return found === null ? null : { ...found, der: dumpDer(Buffer.from(found.der, 'base64')) }
}
