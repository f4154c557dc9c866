import { describe, expect, it } from 'vitest'

import { comparePythonVersions, matchesRequest } from '../../src/releases/python-version.ts'
import { askPython } from '../helpers/python.ts'

describe('comparePythonVersions', () => {
  it('orders as packaging does', () => {
    const versions = ['3.9.25', '3.15.0', '3.15.0rc1', '3.15.0b4', '3.15.0a7', '3.14.10', '3.14.6']
    const more = ['3.15.0rc2', '3.15.0a10', '3.10.0', '3.15.1', '3.2.0']

    const ordered = [...versions, ...more].sort(comparePythonVersions)

    expect(ordered).toEqual(
      askPython(
        'import json, sys; from pip._vendor.packaging.version import Version; print(json.dumps(sorted(json.loads(sys.argv[1]), key=Version)))',
        [...versions, ...more],
      ),
    )
  })
})

describe('matchesRequest', () => {
  it.each([
    ['3.14.6', '3.14', true],
    ['3.14.6', '3.14.6', true],
    ['3.15.0rc1', '3.15', true],
    ['3.15.0rc1', '3.15.0rc1', true],
    ['3.14.6', '3.1', false],
    ['3.14.16', '3.14.1', false],
    ['3.15.0rc1', '3.15.0', false],
    ['3.13.6', '3.14', false],
  ])('%s for %s: %s', (version, request, expected) => {
    expect(matchesRequest(version, request)).toBe(expected)
  })
})
