include_guard(GLOBAL)

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

  if(arg_ENTRY MATCHES ";" OR (CMAKE_HOST_UNIX AND arg_ENTRY MATCHES "[:\\]"))
    message(FATAL_ERROR
      "pyembed: the store entry '${arg_ENTRY}' holds `;`, `:` or `\\`, which search paths and CMake's lists "
      "cannot carry. Set PYEMBED_DATA_DIR to a directory without them and run\n  pyembed sync")
  endif()

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
