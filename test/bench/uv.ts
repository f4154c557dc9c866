import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** uv of this machine, or one that pip installs into `directory`. */
export function findUv(directory: string): string {
  if (spawnSync('uv', ['--version']).status === 0) return 'uv'
  const uv = join(directory, 'bin', 'uv')
  if (existsSync(uv)) return uv
  for (const args of [
    ['python3', '-m', 'venv', directory],
    [join(directory, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', 'uv'],
  ]) {
    const [program = '', ...rest] = args
    const { status, stderr } = spawnSync(program, rest, { encoding: 'utf8' })
    if (status !== 0)
      throw new Error(`The bench compares with uv, which pip could not install:\n${stderr}`)
  }
  return uv
}

/** Makes `uv python install` read this very archive: a list of downloads with one entry. */
export function writeDownloadList(
  path: string,
  archive: { path: string; sha256: string; version: string; build: string },
): void {
  const [major, minor, patch] = archive.version.split('.').map(Number)
  const entry = {
    name: 'cpython',
    arch: { family: 'x86_64', variant: null },
    os: 'linux',
    libc: 'gnu',
    major,
    minor,
    patch,
    prerelease: '',
    url: `file://${archive.path}`,
    sha256: archive.sha256,
    variant: null,
    build: archive.build,
  }
  writeFileSync(path, JSON.stringify({ [`cpython-${archive.version}-linux-x86_64-gnu`]: entry }))
}
