import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/** A table of Markdown, its columns aligned as the formatter aligns them. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows
  const widths = head.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0), 3),
  )
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [line(head), line(rule), ...rows.slice(1).map(line)].join('\n')
}

/** Replaces what an earlier run of a command wrote at the end of a page. */
export function writeReport(path: string, command: string, sections: readonly string[]): void {
  const start = `<!-- What follows is written by \`${command}\`. -->`
  const text = readFileSync(path, 'utf8')
  const end = text.indexOf(start)
  if (end === -1) throw new Error(`${path} has no line ${start}`)
  writeFileSync(path, `${text.slice(0, end)}${start}\n\n${sections.join('\n\n')}\n`)
}

/** Date, commit and machine of a run. */
export function describeRun(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()
  const isClean = git('status', '--porcelain', '--untracked-files=no') === ''
  const commit = `${git('rev-parse', '--short=12', 'HEAD')}${isClean ? '' : ' and changes'}`
  const date = new Date().toISOString().slice(0, 10)
  return `Run of ${date}, commit ${commit}, Node ${process.version}, ${process.platform} ${process.arch}.`
}
