import * as v from 'valibot'

import { type Flavor, trimNames } from './manifest.ts'

const matching = (pattern: RegExp, what: string) =>
  v.pipe(v.string(), v.regex(pattern, `should be ${what}`))

/** Every key that `pyembed.toml` may hold (docs/manifest.md); any other is an error. */
export const manifestSchema = v.strictObject({
  app: v.strictObject({
    name: v.pipe(
      matching(/^\S(?:.*\S)?$/u, 'a name without white space around it'),
      v.regex(/^[^/\\\p{Cc}]{1,100}$/u, 'should have at most 100 characters, none of them / or \\'),
    ),
    id: v.optional(
      matching(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a reverse domain name such as `org.example.app`'),
    ),
  }),
  python: v.strictObject({
    version: matching(/^3\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?)?$/, '`3.14` or `3.14.6`'),
    build: v.optional(matching(/^\d{8}$/, 'a PBS release date such as `20260610`')),
    variant: v.optional(v.picklist(['default', 'freethreaded']), 'default'),
    flavor: v.optional(v.picklist(['install_only_stripped', 'install_only'] satisfies Flavor[])),
    targets: v.optional(
      v.pipe(
        v.array(v.string()),
        v.minLength(1, 'should name at least one target'),
        v.check((list) => new Set(list).size === list.length, 'should name each target once'),
      ),
    ),
    platform: v.optional(
      v.strictObject({
        glibc: v.optional(matching(/^2\.\d+$/, 'a glibc version such as `2.28`'), '2.28'),
        macos: v.optional(matching(/^1\d\.\d+$/, 'a macOS version such as `11.0`'), '11.0'),
      }),
      {},
    ),
    packages: v.optional(
      v.strictObject({
        requires: v.optional(
          v.array(
            matching(
              /^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*(?:[(<>=!~;].*)?$/,
              'a PEP 508 requirement by name such as `numpy>=2.3`',
            ),
          ),
          [],
        ),
      }),
      {},
    ),
  }),
  deploy: v.optional(v.strictObject({ trim: v.optional(v.array(v.picklist(trimNames)), []) }), {}),
})
