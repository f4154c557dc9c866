import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { runCli } from '../helpers/cli.ts'
import { findCode } from '../helpers/framework-seal.ts'
import { verifyAll } from './judge.ts'
import { makeCertificate } from './rcodesign.ts'

const info = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>Workbench</string>
<key>CFBundleIdentifier</key><string>org.example.workbench</string>
<key>CFBundlePackageType</key><string>APPL</string>
<key>LSMinimumSystemVersion</key><string>11.0</string>
</dict></plist>
`

/** As docs/macos.md has it, with what needs no network. */
const script = (rcodesign: string, certificate: string): string => `#!/bin/sh
case $1 in *.framework) set -- "$(readlink -f "$1/Versions/Current")" ;; esac
exec '${rcodesign}' sign --shallow --timestamp-url none --pem-file '${certificate}' --code-signature-flags runtime \\
  \${PYEMBED_SIGN_ENTITLEMENTS:+--entitlements-xml-path "$PYEMBED_SIGN_ENTITLEMENTS"} "$1"
`

/** Has rcodesign sign an app by the sign plan, with a certificate of its own. @returns what anybody has against it then */
export async function judgeSignPlan(
  rcodesign: string,
  framework: string,
  work: string,
): Promise<readonly string[]> {
  const app = join(work, 'Workbench.app')
  const contents = join(app, 'Contents')
  for (const folder of ['MacOS', 'Frameworks'])
    mkdirSync(join(contents, folder), { recursive: true })
  await execa('cp', ['-a', framework, join(contents, 'Frameworks')])
  // Any program will do.
  copyFileSync(join(framework, 'Versions/A/bin/python3'), join(contents, 'MacOS/Workbench'))
  writeFileSync(join(contents, 'Info.plist'), info)
  const [certificate, command] = [join(work, 'certificate.pem'), join(work, 'sign.sh')]
  await makeCertificate(rcodesign, certificate)
  writeFileSync(command, script(rcodesign, certificate), { mode: 0o755 })

  const fixed = await runCli(['fixup', app], { env: { PYEMBED_SIGN_COMMAND: `'${command}'` } })
  const verified = await runCli(['framework', 'verify', app])
  const own = [fixed, verified].flatMap(({ exitCode, stdout, stderr }) =>
    exitCode === 0 ? [] : [stdout + stderr],
  )
  const code = findCode(contents)
  return [...own, ...(await verifyAll(rcodesign, contents, { code, isAdHoc: false }))]
}
