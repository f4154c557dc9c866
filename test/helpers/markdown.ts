/** A fenced block of a page. */
export interface Block {
  /** What follows the fence: `sh`, `sh macos`, `toml`; empty for none. */
  readonly info: string
  readonly text: string
  /** Line of the opening fence, from 1. */
  readonly line: number
}

/** A link of a page, outside code. */
export interface Link {
  readonly target: string
  readonly line: number
}

export interface Page {
  readonly blocks: readonly Block[]
  readonly links: readonly Link[]
  /** What a link to a heading names, as GitHub makes it. */
  readonly anchors: ReadonlySet<string>
}

/** Reads what our pages use of CommonMark: backtick fences, inline links, ATX headings. */
export function parseMarkdown(text: string): Page {
  const blocks: Block[] = []
  const links: Link[] = []
  const anchors = new Set<string>()
  let open: { info: string; line: number; lines: string[] } | undefined

  text.split('\n').forEach((content, index) => {
    const line = index + 1
    const fence = /^```(.*)$/.exec(content)
    if (open !== undefined) {
      if (fence === null) open.lines.push(content)
      else {
        blocks.push({ info: open.info, text: `${open.lines.join('\n')}\n`, line: open.line })
        open = undefined
      }
      return
    }
    if (fence !== null) {
      open = { info: (fence[1] ?? '').trim(), line, lines: [] }
      return
    }
    const heading = /^#{1,6} (.+)$/.exec(content)?.[1]
    if (heading !== undefined) anchors.add(anchorOf(heading))
    const plain = content.replaceAll(/`[^`]*`/g, '')
    for (const [, target = ''] of plain.matchAll(/\]\(([^)\s]+)\)/g)) links.push({ target, line })
  })
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`)
  return { blocks, links, anchors }
}

/** The commands of a workflow of GitHub Actions: `run: COMMAND` and the lines below `run: |`, in order. */
export function runsOf(workflow: string): readonly string[] {
  const lines = workflow.split('\n')
  return lines.flatMap((line, index) => {
    const [, indent, command] = /^( *)(?:- )?run: (.*)$/.exec(line) ?? []
    if (indent === undefined || command !== '|') return command ?? []
    const below = lines.slice(index + 1)
    const end = below.findIndex((next) => next.search(/\S/) <= indent.length + 2)
    return below.slice(0, end === -1 ? undefined : end).join('\n')
  })
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}
