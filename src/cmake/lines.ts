/** What a user adds to CMakeLists.txt, after `project()`. */
export const cmakeLines = `include(.pyembed/pyembed.cmake OPTIONAL RESULT_VARIABLE pyembed)
if(NOT pyembed)
  message(FATAL_ERROR "There is no .pyembed/ yet: run \`pyembed sync\` in \${CMAKE_CURRENT_SOURCE_DIR}")
endif()
target_link_libraries(<your-target> PRIVATE pyembed::Python)
`

export interface Door {
  readonly name: string
  /** Oldest CMake that has it. */
  readonly cmake: string
  /** What a user writes or runs. */
  readonly use: string
}

/** The other ways to give a build the Python of `directory` (`.pyembed/`). */
export function otherDoors(directory: string): readonly Door[] {
  const folder = directory.replaceAll('\\', '/')
  return [
    {
      name: 'provider',
      cmake: '3.24',
      use: `cmake -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES="${folder}/pyembed-provider.cmake"`,
    },
    {
      name: 'presets',
      cmake: '3.24',
      use: '"include": [".pyembed/presets.json"], and "inherits": "pyembed" in a configure preset',
    },
    {
      name: 'config',
      cmake: '3.20',
      use: `find_package(pyembed CONFIG REQUIRED), with -Dpyembed_DIR="${folder}"`,
    },
  ]
}
