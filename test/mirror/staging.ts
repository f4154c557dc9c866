import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

const day = 24 * 60 * 60 * 1000

/**
 * Fills a directory beside `dir` and renames it to `dir`, which therefore is complete or not there. Two at once do no
 * harm: the first to finish wins. What dead runs left is swept.
 */
export async function makeWhole(
  dir: string,
  fill: (contentDir: string, workDir: string) => Promise<void>,
): Promise<void> {
  const home = dirname(dir)
  await mkdir(home, { recursive: true })
  await sweep(home)
  const staging = join(
    home,
    `.staging-${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
  )
  const [contentDir, workDir] = [join(staging, 'content'), join(staging, 'work')]
  try {
    await mkdir(contentDir, { recursive: true })
    await mkdir(workDir)
    await fill(contentDir, workDir)
    await rename(contentDir, dir).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM')
        throw error
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function sweep(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const [, host, pid] = /^\.staging-(.+)-(\d+)-[0-9a-f]+$/.exec(name) ?? []
    if (host === undefined) continue
    const path = join(home, name)
    const isDead = host === hostname() ? !isAlive(Number(pid)) : await isOld(path)
    if (isDead) await rm(path, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path)

  return Date.now() - mtimeMs > day
}
