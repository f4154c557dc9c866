import { PyEmbedError } from '../errors.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Whether an answer sends elsewhere (RFC 9110, 15.4). */
export function isRedirect({ status, headers }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers['location'] !== undefined
}

const mostRedirects = 10

/**
 * Where a redirect leads, seen from the last address visited. Only from http(s) to the same or from http to https.
 * @throws PYEMBED_DOWNLOAD_FAILED
 */
export function nextAddress(visited: readonly string[], location = ''): string {
  const from = visited.at(-1) ?? ''
  const refused = (reason: string): PyEmbedError =>
    new PyEmbedError(
      'PYEMBED_DOWNLOAD_FAILED',
      `\`${from}\` redirects to \`${location}\`: ${reason}`,
      {
        hint: 'Check the address of the mirror and what answers there (a proxy, a login page)',
      },
    )
  if (!URL.canParse(location, from)) throw refused('that is no address')
  const { protocol, href } = new URL(location, from)
  const isSafe = protocol === 'https:' || protocol === new URL(from).protocol
  if (!isSafe) throw refused(`\`${protocol}\` is refused here`)
  if (visited.includes(href)) throw refused('a loop')
  if (visited.length > mostRedirects) throw refused(`more than ${mostRedirects} redirects`)
  return href
}
