import xxhash from 'xxhash-wasm'

/** The folder of an app's environments for one ABI: it names, and needs to be the same in C++ (docs/venv-contract.md). */
export async function venvKey(identity: string, abi: string): Promise<string> {
  const hasher = await xxhash()
  return hasher.h64ToString(`${identity}\n${abi}`).toUpperCase()
}
