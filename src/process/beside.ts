/**
 * Runs two jobs at once, such as a program and what this thread does meanwhile. When one fails, the other is told to
 * stop and waited for: nothing goes on behind the caller's back with files that it is about to remove.
 * @returns what both made. @throws what the first one to fail threw
 */
export async function beside<A, B>(
  outer: AbortSignal | undefined,
  one: (signal: AbortSignal) => Promise<A>,
  other: (signal: AbortSignal) => Promise<B>,
): Promise<[A, B]> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(outer === undefined ? [] : [outer])])
  const jobs = [one(signal), other(signal)] as const
  try {
    return await Promise.all(jobs)
  } catch (error) {
    stop.abort()
    await Promise.allSettled(jobs)
    throw error
  }
}
