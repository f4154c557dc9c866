/** As a person types it in a shell: POSIX's, or the one of Windows. */
export function quoteArgument(text: string, isWindows = process.platform === 'win32'): string {
  if (/^[\w./:@+=,][\w./:@+=,-]*$/.test(text)) return text
  return isWindows ? `"${text}"` : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
