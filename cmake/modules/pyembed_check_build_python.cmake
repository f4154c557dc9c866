include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_build_python
--------------------------

Fails when the build Python of an outer build is not the pinned one.

.. code-block:: cmake

  pyembed_check_build_python(<dir> STORE_ENTRY <dir> REQUIRED <path>...)

pyembed_materialize_python made ``<dir>`` and remembers beside it what from.
#]=======================================================================]
function(pyembed_check_build_python directory)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "STORE_ENTRY" "REQUIRED")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_check_build_python: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected a directory, STORE_ENTRY and REQUIRED.")
  endif()

  cmake_path(GET directory PARENT_PATH outer)
  set(cure "Configure the outer build again:\n  cmake \"${outer}\"")
  _pyembed_find_missing("${directory}" missing ${arg_REQUIRED})
  if(missing)
    message(FATAL_ERROR "pyembed: PYEMBED_BUILD_PYTHON is '${directory}', which lacks '${missing}'. ${cure}")
  endif()

  set(inventory "")
  if(EXISTS "${directory}.pyembed/inventory.json" AND NOT EXISTS "${directory}.pyembed/pending.json")
    file(READ "${directory}.pyembed/inventory.json" inventory)
  endif()
  file(READ "${arg_STORE_ENTRY}/inventory.json" pinned)
  if(NOT inventory STREQUAL pinned)
    message(FATAL_ERROR
      "pyembed: PYEMBED_BUILD_PYTHON is '${directory}', which is not made from the pinned '${arg_STORE_ENTRY}'. "
      "${cure}")
  endif()
endfunction()
