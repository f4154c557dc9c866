/**
 * Fills `@NAME@` in a template, with the meaning of CMake's `configure_file(… @ONLY)`, except that an
 * unknown name is a bug here and not an empty string.
 */
export function renderTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Za-z0-9_]+)@/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`template names unknown variable ${name}`)
    return value
  })
}
