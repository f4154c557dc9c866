include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_shim_headers
--------------------

Lets builds that define ``_DEBUG`` use the release Python on Windows.

.. code-block:: cmake

  pyembed_shim_headers([FOUND])

Python's headers for Windows take ``_DEBUG`` for a debug Python and ask for
``python3XY_d.lib``, which nobody ships. Headers of the same names, which take
``_DEBUG`` away while the real ones are read, are laid into
``<prefix>/include/pyembed-shim``; there they reach the real ones by a relative path
and move with the prefix. With ``FOUND`` they are there, and nothing is written. Sets in the caller's scope

``PYEMBED_SHIM_DIR``
  That directory, to come before Python's own; empty where ``_DEBUG`` means nothing
  to Python (everywhere but on Windows).
``PYEMBED_SHIM_DEFINITIONS``
  ``Py_NO_LINK_LIB``, by which headers of 3.14 and later leave choosing the library to
  the linker's command line; ``SWIG_PYTHON_INTERPRETER_NO_DEBUG``, by which SWIG's own
  wrappers do the like.
#]=======================================================================]
function(pyembed_shim_headers)
  cmake_parse_arguments(PARSE_ARGV 0 arg "FOUND" "" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_shim_headers: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; expected FOUND.")
  endif()

  set(directory "")
  set(definitions "")
  if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(directory "${PYEMBED_INCLUDE_DIR}/pyembed-shim")
    set(definitions Py_NO_LINK_LIB SWIG_PYTHON_INTERPRETER_NO_DEBUG)
    if(NOT arg_FOUND)
      foreach(header IN ITEMS Python.h pyconfig.h pyembed_crt.h)
        configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../shim/${header}" "${directory}/${header}" COPYONLY)
      endforeach()
    endif()
  endif()
  set(PYEMBED_SHIM_DIR "${directory}" PARENT_SCOPE)
  set(PYEMBED_SHIM_DEFINITIONS "${definitions}" PARENT_SCOPE)
endfunction()
