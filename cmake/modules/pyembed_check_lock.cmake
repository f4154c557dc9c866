include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_lock
------------------

Fails when the manifest or the lock is not what the pin was made from, and lets
CMake run again when one of them changes.

.. code-block:: cmake

  pyembed_check_lock(<generated-dir> MANIFEST_SHA256 <hash> LOCK_SHA256 <hash> TARGET <target>)

They lie beside ``<generated-dir>``, the project's ``.pyembed/``.
#]=======================================================================]
function(pyembed_check_lock generated_dir)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MANIFEST_SHA256;LOCK_SHA256;TARGET" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_check_lock: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected a directory, MANIFEST_SHA256, LOCK_SHA256 and TARGET.")
  endif()

  file(REAL_PATH "${generated_dir}" project)
  cmake_path(GET project PARENT_PATH project)
  foreach(file IN ITEMS MANIFEST=pyembed.toml LOCK=pyembed.lock)
    string(REGEX MATCH "^(.*)=(.*)$" file "${file}")
    set(wanted "${arg_${CMAKE_MATCH_1}_SHA256}")
    set(file "${project}/${CMAKE_MATCH_2}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR
        "pyembed: '${file}' is missing; '${generated_dir}' was made from it. It belongs into version control with "
        "the project: restore it, then run\n  pyembed sync --target ${arg_TARGET}")
    endif()
    file(SHA256 "${file}" found)
    if(NOT found STREQUAL wanted)
      message(FATAL_ERROR
        "pyembed: '${file}' has changed since the last sync for ${arg_TARGET}: its sha256 is ${found}, and the pin "
        "was made from ${wanted}. Run\n  pyembed sync --target ${arg_TARGET}")
    endif()
  endforeach()
endfunction()
