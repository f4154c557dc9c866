import { formatSize } from '../text/size.ts'

interface Task {
  readonly text: string
  readonly since: number
  done: number
  total: number | undefined
}

/** Shows running work on one line of a terminal that is drawn over; nothing for what takes less than 0.3 s. */
export interface Progress {
  readonly start: (id: string, text: string) => void
  readonly update: (id: string, done: number, total: number | undefined) => void
  readonly end: (id: string) => void
  /** Takes the line away, so that other text can be written; it comes back by itself. */
  readonly clear: () => void
  readonly stop: () => void
}

const patience = 300
const interval = 100

export function createProgress(write: (text: string) => void, width: number): Progress {
  const tasks = new Map<string, Task>()
  let isDrawn = false

  const clear = (): void => {
    if (isDrawn) write('\r\u001b[2K')
    isDrawn = false
  }
  const draw = (): void => {
    clear()
    const task = [...tasks.values()].findLast(({ since }) => Date.now() - since > patience)
    if (task === undefined) return
    const more = tasks.size > 1 ? ` (and ${tasks.size - 1} more)` : ''
    write(`${task.text}${describeAmount(task)}${more}`.slice(0, width - 1))
    isDrawn = true
  }
  const timer = setInterval(draw, interval)
  timer.unref()
  return {
    start: (id, text) => void tasks.set(id, { text, since: Date.now(), done: 0, total: undefined }),
    update: (id, done, total) => {
      const task = tasks.get(id)
      if (task === undefined) return
      task.done = done
      task.total = total
    },
    end: (id) => {
      tasks.delete(id)
      clear()
    },
    clear,
    stop: () => {
      clearInterval(timer)
      clear()
    },
  }
}

function describeAmount({ done, total }: Task): string {
  if (done === 0) return ''
  if (total === undefined) return ` ${formatSize(done)}`
  return ` ${Math.floor((100 * done) / total)} % of ${formatSize(total)}`
}
