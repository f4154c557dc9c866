import type { Headers, HttpResponse } from './client.ts'

/** What is there of a file already, and what is known of the rest. */
export interface Resume {
  readonly from: number
  /** ETag or Last-Modified that the same source gave for it; undefined when it comes from another one. */
  readonly validator: string | undefined
  /** Bytes of the whole file. */
  readonly total: number | undefined
}

/** Asks for the rest, and for all of it where the file has changed (RFC 9110, 13.1.5 and 14.2). */
export function rangeHeaders({ from, validator }: Resume): Headers {
  return {
    range: `bytes=${from}-`,
    ...(validator === undefined ? {} : { 'if-range': validator }),
  }
}

/** What tells one version of a file from another. A weak ETag does not: it is no use for ranges. */
export function readValidator(headers: Headers): string | undefined {
  const etag = headers['etag']
  return etag !== undefined && etag.startsWith('"') ? etag : headers['last-modified']
}

/** Whether a 206 is the rest that was asked for; `total` is what it says of the whole. */
export function readRange(
  { headers }: Pick<HttpResponse, 'headers'>,
  { from, validator, total }: Resume,
): { readonly isRest: boolean; readonly total: number | undefined } {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers['content-range']?.trim() ?? '')
  if (range === null) return { isRest: false, total: undefined }
  const [start, end] = [Number(range[1]), Number(range[2])]
  const said = range[3] === '*' ? undefined : Number(range[3])
  const isSameFile =
    validator === undefined || [validator, undefined].includes(readValidator(headers))
  const isSameSize = total === undefined || said === undefined || said === total
  // A server may send less than the rest; what then lacks is asked for again.
  const isInside = end >= start && (said === undefined || end < said)
  return { isRest: start === from && isInside && isSameFile && isSameSize, total: said }
}

/** Milliseconds that `Retry-After` asks for: seconds or a date, which is read by the server's own clock. */
export function readRetryAfter(headers: Headers): number {
  const value = headers['retry-after']?.trim() ?? ''
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const until = Date.parse(value)
  const now = Date.parse(headers['date'] ?? '')
  return Number.isNaN(until) ? 0 : Math.max(until - (Number.isNaN(now) ? Date.now() : now), 0)
}
