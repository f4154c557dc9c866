import { describe, expect, it } from 'vitest'

import { findPosition } from '../../src/manifest/positions.ts'

const text = `# [python]
[app]
name = "App"

  [ python ]
  version = "3.14"
"build" = "x"
[python.packages]
requires = [
  "numpy",
]
`

describe('findPosition', () => {
  it.each([
    [['app'], 2, 1],
    [['app', 'name'], 3, 1],
    [['python'], 5, 3],
    [['python', 'version'], 6, 3],
    [['python', 'build'], 7, 1],
    [['python', 'packages', 'requires'], 9, 1],
    [['python', 'packages', 'requires', '0'], 9, 1],
    [['python', 'missing'], 5, 3],
    [['missing'], 1, 1],
    [[], 1, 1],
  ])('of %j is %i:%i', (path, line, column) => {
    expect(findPosition(text, path)).toEqual({ line, column })
  })

  it('does not take a key for one that only begins the same', () => {
    expect(findPosition('[app]\nname_of = 1\nname = 2\n', ['app', 'name']).line).toBe(3)
  })
})
