/**
 * Lays rows out in left-aligned columns two spaces apart; the last column is not padded. Control characters, such as
 * names of files may have, are replaced.
 */
export function formatColumns(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) =>
    row.map((cell) => cell.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD')),
  )
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
