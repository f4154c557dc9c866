include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_os_floor
----------------------

Stops a build for an older macOS than the pinned Python and its packages run on.

.. code-block:: cmake

  pyembed_check_os_floor(MINIMUM <version> FILE <path>)

``MINIMUM`` is the highest oldest macOS that a library or program of the prefix names
in its load commands, and ``FILE`` that library, as ``pyembed sync`` found them; both
empty where there is none. Without ``CMAKE_OSX_DEPLOYMENT_TARGET`` the compiler builds
for the macOS it runs on, and nothing is checked.
#]=======================================================================]
function(pyembed_check_os_floor)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "MINIMUM;FILE" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_check_os_floor: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected MINIMUM and FILE.")
  endif()

  if(CMAKE_SYSTEM_NAME STREQUAL "Darwin" AND CMAKE_OSX_DEPLOYMENT_TARGET AND arg_MINIMUM
      AND CMAKE_OSX_DEPLOYMENT_TARGET VERSION_LESS arg_MINIMUM)
    message(FATAL_ERROR
      "pyembed: CMAKE_OSX_DEPLOYMENT_TARGET is ${CMAKE_OSX_DEPLOYMENT_TARGET}, but '${arg_FILE}' of the pinned Python "
      "needs macOS ${arg_MINIMUM} or newer. Configure with -DCMAKE_OSX_DEPLOYMENT_TARGET=${arg_MINIMUM}, or ask for "
      "packages that run on ${CMAKE_OSX_DEPLOYMENT_TARGET}: set `macos` in [python.platform] of pyembed.toml, then run\n"
      "  pyembed sync --target ${PYEMBED_TARGET}")
  endif()
endfunction()
