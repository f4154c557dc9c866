include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_import_python
---------------------

Defines the imported target ``pyembed::Python``: the pinned library to link, its
headers, and those of the pyembed runtime (``<pyembed/home.hpp>``).

.. code-block:: cmake

  pyembed_import_python()

It belongs to pyembed alone: no later ``find_package()`` can change it, and it
serves every configuration. Executables get ``RPATH`` instead of ``RUNPATH`` on
ELF, for ``LD_LIBRARY_PATH`` comes between the latter and the pinned library.
#]=======================================================================]
function(pyembed_import_python)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_import_python: unknown arguments '${ARGN}'; expected none.")
  endif()
  if(TARGET pyembed::Python)
    return()
  endif()

  # UNKNOWN: SHARED draws a developer warning where the platform's properties are not known yet.
  add_library(pyembed::Python UNKNOWN IMPORTED GLOBAL)
  set_target_properties(pyembed::Python PROPERTIES
    IMPORTED_LOCATION "${PYEMBED_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PYEMBED_INCLUDE_DIR};${PYEMBED_RUNTIME_INCLUDE_DIR}")
  if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    # Python.h of 3.14 and later then leaves choosing the library to the linker's command line.
    set_property(TARGET pyembed::Python PROPERTY INTERFACE_COMPILE_DEFINITIONS Py_NO_LINK_LIB)
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set_property(TARGET pyembed::Python PROPERTY INTERFACE_LINK_OPTIONS "LINKER:--disable-new-dtags")
  endif()
endfunction()
