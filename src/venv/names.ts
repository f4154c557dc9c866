import { PyEmbedError } from '../errors.ts'

/** What a file system of some system refuses in a name. */
const refused = /[<>:"/\\|?*\u0000-\u001f\u007f]/

const device = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|$)/i

const longestFolder = 120
const longestName = 100

/** The folder of an app's environments: its name, such that every file system takes it, and `_venvs`. */
export function folderName(app: string): string {
  const plain = app.replaceAll(new RegExp(refused, 'g'), '_')
  return `${cut(device.test(plain) ? `_${plain}` : plain)}_venvs`
}

/** At most so many bytes, and no half of a character. */
function cut(text: string): string {
  let bytes = 0
  let end = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > longestFolder) break
    end += character.length
  }
  return text.slice(0, end)
}

/** Why an environment may not have a name; undefined when it may. */
function whyNot(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (Buffer.byteLength(name) > longestName) return `it is longer than ${longestName} bytes`
  if (/^[.\- ]/.test(name)) return 'it begins with `.`, `-` or a space'
  if (/[. ]$/.test(name)) return 'it ends with `.` or a space'
  const character = refused.exec(name)?.[0]
  if (character !== undefined) return `it has ${describe(character)}`
  if (name.includes('.tmp-')) return 'it has `.tmp-`, by which pyembed knows what is unfinished'
  if (device.test(name)) return 'Windows has a device of that name'
  return name.toLowerCase() === 'app.json' ? 'pyembed has a file of that name' : undefined
}

function describe(character: string): string {
  return /[\u0000-\u001f\u007f]/.test(character)
    ? 'a line break or control character'
    : `\`${character}\``
}

export function isVenvName(name: string): boolean {
  return whyNot(name) === undefined
}

/** @throws PYEMBED_VENV_NAME */
export function requireVenvName(name: string): void {
  const reason = whyNot(name)
  if (reason === undefined) return
  throw new PyEmbedError('PYEMBED_VENV_NAME', `\`${name}\` cannot name an environment: ${reason}`, {
    hint: 'Choose a name that is a folder’s on every system, such as `segmentation`',
  })
}
