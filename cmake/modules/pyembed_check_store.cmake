include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_check_path.cmake")

#[=======================================================================[.rst:
pyembed_check_store
-------------------

Fails when the store entry that a pin names is not there, or lacks what the build
cannot do without.

.. code-block:: cmake

  pyembed_check_store(ENTRY <dir> PIN_ID <pin-id> TARGET <target> REQUIRED <path>...)

``REQUIRED`` are relative to its prefix.
#]=======================================================================]
function(pyembed_check_store)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "ENTRY;PIN_ID;TARGET" "REQUIRED")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_check_store: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected ENTRY, PIN_ID, TARGET and REQUIRED.")
  endif()

  pyembed_check_path("${arg_ENTRY}"
    NAME "store entry" CURE "Set PYEMBED_DATA_DIR to a directory without it and run\n  pyembed sync" SEARCHED)

  if(NOT IS_DIRECTORY "${arg_ENTRY}")
    message(FATAL_ERROR
      "pyembed: the store entry '${arg_ENTRY}' is not there; `.pyembed/` was written where it is. It was removed, "
      "or this is another machine, user or container than ran `pyembed sync`. Run it here, or mount that "
      "directory at the same path:\n  pyembed sync --target ${arg_TARGET}")
  endif()
  list(TRANSFORM arg_REQUIRED PREPEND "prefix/")
  foreach(path IN LISTS arg_REQUIRED ITEMS inventory.json)
    if(NOT EXISTS "${arg_ENTRY}/${path}")
      message(FATAL_ERROR
        "pyembed: the store entry of ${arg_PIN_ID} lacks '${arg_ENTRY}/${path}'. "
        "Install it again with\n  cmake -E rm -rf \"${arg_ENTRY}\"\n  pyembed sync --target ${arg_TARGET}")
    endif()
  endforeach()
endfunction()
