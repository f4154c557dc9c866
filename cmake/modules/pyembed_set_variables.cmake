include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_set_variables
---------------------

Sets the documented variables of a Python at ``PYEMBED_PREFIX`` from what its pin says
(``_pyembed_*_rel``).

.. code-block:: cmake

  pyembed_set_variables()

A macro, since setting variables in the caller's scope is the point.
#]=======================================================================]
macro(pyembed_set_variables)
  if(${ARGC} GREATER 0)
    message(FATAL_ERROR "pyembed_set_variables: unknown arguments '${ARGN}'; expected none.")
  endif()

  foreach(_pyembed_name IN ITEMS
      EXECUTABLE=executable RUNTIME_LIBRARY=library LIBRARY=implib SABI_LIBRARY=sabi_library
      INCLUDE_DIR=include NumPy_INCLUDE_DIR=numpy_include STDLIB=stdlib SITELIB=sitelib)
    string(REGEX MATCH "^(.*)=(.*)$" _pyembed_name "${_pyembed_name}")
    set(PYEMBED_${CMAKE_MATCH_1} "${_pyembed_${CMAKE_MATCH_2}_rel}")
    if(PYEMBED_${CMAKE_MATCH_1})
      string(PREPEND PYEMBED_${CMAKE_MATCH_1} "${PYEMBED_PREFIX}/")
    endif()
  endforeach()
  if(NOT PYEMBED_LIBRARY)
    # FindPython takes for static, and gives no run-time search path, what does not end in `.so`.
    string(REGEX REPLACE "\\.so\\.[0-9.]+$" ".so" PYEMBED_LIBRARY "${PYEMBED_RUNTIME_LIBRARY}")
    if(NOT EXISTS "${PYEMBED_LIBRARY}")
      set(PYEMBED_LIBRARY "${PYEMBED_RUNTIME_LIBRARY}")
    endif()
  endif()

  set(PYEMBED_RUNTIME_DLLS "")
  if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(PYEMBED_RUNTIME_DLLS "${PYEMBED_RUNTIME_LIBRARY}")
    foreach(_pyembed_name IN ITEMS
        python3.dll python3t.dll vcruntime140.dll vcruntime140_1.dll vcruntime140_threads.dll)
      if(EXISTS "${PYEMBED_PREFIX}/${_pyembed_name}")
        list(APPEND PYEMBED_RUNTIME_DLLS "${PYEMBED_PREFIX}/${_pyembed_name}")
      endif()
    endforeach()
  endif()

  # Copied by install(RUNTIME_DEPENDENCY_SET) it would be a second Python in the process.
  set(PYEMBED_RUNTIME_DEPENDENCY_EXCLUDES
    "(^|/)libpython3[^/]*$" "(^|/)Python\\.framework/" "(^|/)python3[0-9]*t?\\.dll$")
  set(PYEMBED_BUNDLE_UTILITIES_OVERRIDES "${_pyembed_module_dir}/pyembed_override_bundle_utilities.cmake")

  set(PYEMBED_CAN_RUN TRUE)
  if(CMAKE_CROSSCOMPILING
      OR (PYEMBED_TARGET MATCHES "^aarch64" AND NOT CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$"))
    set(PYEMBED_CAN_RUN FALSE)
  endif()
endmacro()
