import { downloadFile } from '../../src/fetch/download.ts'
import { parseSource } from '../../src/fetch/source.ts'
import { testContext } from './context.ts'
import { type Behaviour, serveHostile } from './hostile.ts'
import { content, wanted } from './noise.ts'
import { temporaryDirectory } from './temporary.ts'

/** Begins to fetch the file from a server that behaves like that, with these variables in the environment. */
export async function download(
  behave: Behaviour,
  size: number | undefined,
  variables: Readonly<Record<string, string>> = {},
) {
  const context = testContext(temporaryDirectory(), { variables })
  const server = await serveHostile(content, behave)
  const started = Date.now()
  const fetching = downloadFile(context, { ...wanted, size }, [parseSource(server.url)])
  return {
    context,
    server,
    fetching,
    /** How much of the file went over the line, and how long it took. */
    amount: () => server.sent() / content.length,
    elapsed: () => Date.now() - started,
  }
}
