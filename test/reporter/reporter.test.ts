import { describe, expect, it } from 'vitest'

import { PyEmbedError } from '../../src/errors.ts'
import { createReporter, type ReporterOptions } from '../../src/reporter/reporter.ts'

function makeReporter(options: Partial<ReporterOptions> = {}, isTerminal = false) {
  const written = { out: '', err: '' }
  const streams = {
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    isTerminal: () => isTerminal,
  }
  const reporter = createReporter(streams, {
    isJson: false,
    isQuiet: false,
    isVerbose: false,
    isProgressWanted: false,
    isColorWanted: true,
    ...options,
  })
  return { reporter, written }
}

const allEvents = [
  { kind: 'start', id: 'a', text: 'Fetching' },
  { kind: 'progress', id: 'a', done: 1, total: 2 },
  { kind: 'detail', text: 'a detail' },
  { kind: 'note', text: 'a note' },
  { kind: 'warning', text: 'a warning' },
  { kind: 'end', id: 'a', text: 'Fetched' },
] as const

describe('emit', () => {
  it.each([
    [{}, 'note: a note\nwarning: a warning\nFetched\n'],
    [{ isQuiet: true }, 'warning: a warning\n'],
    [{ isVerbose: true }, 'a detail\nnote: a note\nwarning: a warning\nFetched\n'],
    [{ isJson: true }, 'note: a note\nwarning: a warning\nFetched\n'],
  ])('with %j writes to stderr alone', (options, err) => {
    const { reporter, written } = makeReporter(options)

    for (const event of allEvents) reporter.emit(event)

    expect(written).toEqual({ out: '', err })
  })

  it.each([
    [true, true],
    [false, false],
  ])('colours a terminal when wanted (%s)', (isColorWanted, isColored) => {
    const { reporter, written } = makeReporter({ isColorWanted }, true)

    reporter.emit({ kind: 'warning', text: 'a warning' })

    expect(written.err.includes('\u001b[')).toBe(isColored)
  })
})

describe('output', () => {
  it('is text, or with --json the data alone', () => {
    const plain = makeReporter()
    const json = makeReporter({ isJson: true })

    for (const { reporter } of [plain, json])
      reporter.output({ json: { b: 1, a: 2 }, text: 'text' })

    expect(plain.written).toEqual({ out: 'text\n', err: '' })
    expect(json.written).toEqual({ out: '{\n  "a": 2,\n  "b": 1\n}\n', err: '' })
  })

  it('writes nothing for an empty text', () => {
    const { reporter, written } = makeReporter()

    reporter.output({ json: [], text: '' })

    expect(written.out).toBe('')
  })
})

describe('failure', () => {
  it('shows code, message and hint, and exits with 1', () => {
    const { reporter, written } = makeReporter()
    const error = new PyEmbedError('PYEMBED_OFFLINE', 'the network is off', { hint: 'Turn it on' })

    expect(reporter.failure(error)).toBe(1)

    expect(written).toEqual({
      out: '',
      err: 'error[PYEMBED_OFFLINE]: the network is off\n\nhint: Turn it on\n',
    })
  })

  it('shows the cause with --verbose only', () => {
    const error = new PyEmbedError('PYEMBED_OFFLINE', 'x', { cause: new Error('the cause') })
    const [quiet, verbose] = [makeReporter(), makeReporter({ isVerbose: true })]

    quiet.reporter.failure(error)
    verbose.reporter.failure(error)

    expect(quiet.written.err).not.toContain('the cause')
    expect(verbose.written.err).toContain('the cause')
  })

  it('tells what the file system refused, with a cure, and exits with 1', () => {
    const { reporter, written } = makeReporter()

    const exitCode = reporter.failure(
      Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), { code: 'ENOSPC' }),
    )

    expect(exitCode).toBe(1)
    expect(written.err).toMatch(/^error\[PYEMBED_FILE_SYSTEM\]: ENOSPC.*\n\nhint: The disk is full/)
  })

  it.each([[new TypeError('x is undefined')], ['a string']])(
    'takes %s for a bug and exits with 70',
    (error) => {
      const { reporter, written } = makeReporter()

      expect(reporter.failure(error)).toBe(70)

      expect(written.err).toMatch(/^bug: [^]*(x is undefined|a string)/)
      expect(written.out).toBe('')
    },
  )

  it.each([
    ['https://user:s3cret@host.example/x', 'https://***@host.example/x'],
    ['http://t0ken@host.example', 'http://***@host.example'],
    ['http://user:p@ss/w0rd@host.example:81/x', 'http://***@host.example:81/x'],
    ['http://user:pa/ss@host.example/x', 'http://***@host.example/x'],
    ['http://host.example:81/@scope', 'http://host.example:81/@scope'],
    ['to `https://host.example/x?sig=s3cret&y` now', 'to `https://host.example/x?***` now'],
    ['mail a@b.example', 'mail a@b.example'],
    ['https://host.example/@scope', 'https://host.example/@scope'],
    ['\u001b[31mred\u0007', '\uFFFD[31mred\uFFFD'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
  ])('shows %j as %j', (text, shown) => {
    const { reporter, written } = makeReporter()

    reporter.failure(new PyEmbedError('PYEMBED_DOWNLOAD_FAILED', text, { hint: text }))

    expect(written.err).toBe(`error[PYEMBED_DOWNLOAD_FAILED]: ${shown}\n\nhint: ${shown}\n`)
  })
})
