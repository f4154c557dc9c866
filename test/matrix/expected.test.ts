import { expect, it } from 'vitest'

import { expectations } from './expected.ts'
import { rows } from './rows.ts'

it('has an expectation for each row, and for no other', () => {
  expect(Object.keys(expectations)).toEqual(rows.map(({ name }) => name))
})
