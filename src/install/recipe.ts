/** Raised whenever equal inputs would give other bytes; it enters the pin id. A golden digest test enforces it. */
export const recipe = 2
