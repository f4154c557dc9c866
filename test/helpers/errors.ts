import { PyEmbedError } from '../../src/errors.ts'

/** The PyEmbedError that `action` ends with; any other end fails the test. */
export async function errorOf(action: () => unknown): Promise<PyEmbedError> {
  try {
    await action()
  } catch (error) {
    if (error instanceof PyEmbedError) return error
    throw error
  }
  throw new Error('it succeeded, an error was expected')
}

/** Its code alone. */
export async function codeOf(action: () => unknown): Promise<string> {
  return (await errorOf(action)).code
}
