/** The real Pythons of the test mirror: today's era and MITK's (test/mirror/recipe.ts). */
export const builds = [
  { version: '3.14.6', minor: '3.14', build: '20260610', numpy: '2.5.5' },
  { version: '3.11.11', minor: '3.11', build: '20241219', numpy: '2.4.6' },
] as const

/** For what no era decides: one Python is enough, each takes its time. */
export const newest = [builds[0]] as const

export const targets = [
  'x86_64-unknown-linux-gnu',
  'aarch64-unknown-linux-gnu',
  'aarch64-apple-darwin',
  'x86_64-apple-darwin',
  'x86_64-pc-windows-msvc',
] as const
