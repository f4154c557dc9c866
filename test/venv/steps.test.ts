import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { completeStep, pipArguments, readSteps, withoutSecrets } from '../../src/venv/steps.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const secret = 'ada:s3cr:t@x@'
const step = completeStep({
  requirements: [
    `demo @ https://${secret}example.org/demo.whl`,
    'numpy',
    'tool@1 --hash=sha256:00',
  ],
  indexUrl: `https://${secret}example.org/simple`,
  extraIndexUrls: [`https://${secret}example.org/it's more`],
  findLinks: [`https://${secret}example.org/links`, '/folder/a@b'],
  options: ['--proxy', `http://${secret}proxy:3128`],
})

describe('a step', () => {
  it('is kept without users and passwords', () => {
    const kept = withoutSecrets(step)

    expect(JSON.stringify(kept)).not.toMatch(/ada|s3cr|t@x/)
    expect(kept).toEqual({
      ...step,
      requirements: ['demo @ https://example.org/demo.whl', 'numpy', 'tool@1 --hash=sha256:00'],
      indexUrl: 'https://example.org/simple',
      extraIndexUrls: ["https://example.org/it's more"],
      findLinks: ['https://example.org/links', '/folder/a@b'],
      options: ['--proxy', 'http://proxy:3128'],
    })
  })

  it('is kept without a password that has a quote', () => {
    const indexUrl = "https://ada:it's@example.org/simple"
    const text = `--index-url '${indexUrl}' # "x@y"\n--proxy http://a\\b@proxy`
    const requirementFiles = [{ name: '/r.txt', text }]

    expect(withoutSecrets({ ...step, indexUrl, requirementFiles })).toMatchObject({
      indexUrl: 'https://example.org/simple',
      requirementFiles: [
        { text: `--index-url 'https://example.org/simple' # "x@y"\n--proxy http://proxy` },
      ],
    })
  })

  it('is kept with absolute paths', () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'demo'))
    const request = { requirements: ['./demo', 'demo'], findLinks: ['wheels', 'file:///wheels'] }

    expect(completeStep(request, directory)).toMatchObject({
      requirements: [join(directory, 'demo'), 'demo'],
      findLinks: [join(directory, 'wheels'), 'file:///wheels'],
    })
  })

  it('names what is there by where it is, as pip tells that from names', () => {
    const directory = temporaryDirectory()
    for (const name of ['tool', 'demo']) mkdirSync(join(directory, name))
    for (const name of ['demo-1.0.tar.gz', 'c.txt']) writeFileSync(join(directory, name), '')
    const { requirements, options } = completeStep(
      {
        requirements: ['.', './tool[a,b]', 'demo', 'demo-1.0.tar.gz', 'gone.whl', './gone'],
        options: ['-e', 'tool', '--editable=./tool[x]', '-cc.txt', '--no-binary', 'demo'],
      },
      directory,
    )

    const tool = join(directory, 'tool')
    expect(requirements).toEqual([
      directory,
      `${tool}[a,b]`,
      'demo',
      join(directory, 'demo-1.0.tar.gz'),
      'gone.whl',
      './gone',
    ])
    expect(options).toEqual([
      '-e',
      tool,
      `--editable=${tool}[x]`,
      `-c${join(directory, 'c.txt')}`,
      '--no-binary',
      'demo',
    ])
  })

  it('gives pip requirements with hashes by a file, the only place for them', () => {
    const directory = temporaryDirectory()
    const args = pipArguments({ ...step, options: [] }, directory, false)
    const file = join(directory, 'step.txt')

    expect(args.slice(-5)).toEqual([
      '--requirement',
      file,
      '--',
      `demo @ https://${secret}example.org/demo.whl`,
      'numpy',
    ])
    expect(readFileSync(file, 'utf8')).toBe('tool@1 --hash=sha256:00\n')
  })

  it('asks no index when there is to be no network', () => {
    const args = pipArguments(step, temporaryDirectory(), true)

    expect(args.join(' ')).not.toContain('index-url')
  })
})

describe('a file of requirements that changed since', () => {
  it('names others by where they are', () => {
    const text =
      '-r base.txt\n  --constraint=limits/c.txt\n-rmore.txt # more\n-r https://a.b/x\n--require-hashes\nsix\n'
    const changed = completeStep({ requirements: [] })
    const file = { name: "/some folder/it's/all.txt", text }
    const directory = temporaryDirectory()
    pipArguments({ ...changed, requirementFiles: [file] }, directory, false)

    expect(readFileSync(join(directory, 'requirements-0.txt'), 'utf8').split('\n')).toEqual([
      `-r '/some folder/it'"'"'s/base.txt'`,
      `  --constraint '/some folder/it'"'"'s/limits/c.txt'`,
      `-r '/some folder/it'"'"'s/more.txt' # more`,
      '-r https://a.b/x',
      '--require-hashes',
      'six',
      '',
    ])
  })
})

describe('a file of steps', () => {
  it('tells paths relative to itself', () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'steps.json')
    mkdirSync(join(directory, 'tool'))
    writeFileSync(join(directory, 'more.txt'), 'six')
    const [found] = readSteps(
      writeJson(path, [{ requirements: ['./tool', 'numpy'], requirementFiles: ['more.txt'] }]),
    )

    expect(found).toMatchObject({
      requirements: [join(directory, 'tool'), 'numpy'],
      requirementFiles: [{ name: join(directory, 'more.txt'), text: 'six' }],
    })
  })
})

function writeJson(path: string, data: unknown): string {
  writeFileSync(path, JSON.stringify(data))
  return path
}
