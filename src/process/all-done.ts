/**
 * Waits for all to end, also when one fails, and then throws the first failure: nothing goes on behind the
 * caller's back with files that it is about to remove.
 */
export async function allDone(promises: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises)
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason
  }
}
