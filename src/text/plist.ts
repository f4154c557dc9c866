/** A property list. Integers are numbers; reals, which look alike in JavaScript, say so. */
export type PlistValue =
  | string
  | number
  | boolean
  | Buffer
  | PlistReal
  | PlistDate
  | readonly PlistValue[]
  | PlistDictionary

/** A map, for keys are paths, and a path may be `__proto__`. */
export type PlistDictionary = ReadonlyMap<string, PlistValue>

export interface PlistReal {
  readonly real: number
}

/** As it is written, `2026-08-21T05:30:00Z`. */
export interface PlistDate {
  readonly date: string
}

export function isDictionary(value: PlistValue | undefined): value is PlistDictionary {
  return value instanceof Map
}
