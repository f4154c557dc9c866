include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_import_python
---------------------

Defines the imported targets of the pinned Python.

.. code-block:: cmake

  pyembed_import_python()

``pyembed::Python``
  For who embeds: the library, the headers, and those of the pyembed runtime
  (``<pyembed/interpreter.hpp>``). On ELF executables get ``RPATH`` instead of ``RUNPATH``,
  for ``LD_LIBRARY_PATH`` comes between the latter and the pinned library.

``pyembed::Module``
  For extension modules: the headers, and no library where the process that imports
  the module has it (ELF, Mach-O); the import library on Windows.

``pyembed::NumPy``
  The headers of Python and numpy, to be added to either. Absent when the manifest
  requires no numpy (pyembed_check_numpy).

They belong to pyembed alone: no later ``find_package()`` can change them, and they
serve every configuration (pyembed_shim_headers).
#]=======================================================================]
function(pyembed_import_python)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_import_python: unknown arguments '${ARGN}'; expected none.")
  endif()
  if(TARGET pyembed::Python)
    return()
  endif()

  set(headers ${PYEMBED_SHIM_DIR} "${PYEMBED_INCLUDE_DIR}")

  # UNKNOWN: SHARED draws a developer warning where the platform's properties are not known yet.
  add_library(pyembed::Python UNKNOWN IMPORTED GLOBAL)
  add_library(pyembed::Module INTERFACE IMPORTED GLOBAL)
  set(targets pyembed::Python pyembed::Module)
  if(PYEMBED_NumPy_INCLUDE_DIR)
    add_library(pyembed::NumPy INTERFACE IMPORTED GLOBAL)
    list(APPEND targets pyembed::NumPy)
  endif()
  set_target_properties(${targets} PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${headers}"
    INTERFACE_COMPILE_DEFINITIONS "${PYEMBED_SHIM_DEFINITIONS}")

  set_property(TARGET pyembed::Python PROPERTY IMPORTED_LOCATION "${PYEMBED_LIBRARY}")
  set_property(TARGET pyembed::Python APPEND PROPERTY
    INTERFACE_INCLUDE_DIRECTORIES "${PYEMBED_RUNTIME_INCLUDE_DIR}")
  if(PYEMBED_NumPy_INCLUDE_DIR)
    set_property(TARGET pyembed::NumPy APPEND PROPERTY
      INTERFACE_INCLUDE_DIRECTORIES "${PYEMBED_NumPy_INCLUDE_DIR}")
  endif()

  if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set_property(TARGET pyembed::Module PROPERTY INTERFACE_LINK_LIBRARIES "${PYEMBED_LIBRARY}")
    # Headers before 3.14, and all in objects that lack Py_NO_LINK_LIB, name the library without a path.
    cmake_path(GET PYEMBED_LIBRARY PARENT_PATH libraries)
    set_property(TARGET pyembed::Python pyembed::Module PROPERTY INTERFACE_LINK_DIRECTORIES "${libraries}")
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    set_property(TARGET pyembed::Module PROPERTY INTERFACE_LINK_OPTIONS "LINKER:-undefined,dynamic_lookup")
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set_property(TARGET pyembed::Python PROPERTY INTERFACE_LINK_OPTIONS "LINKER:--disable-new-dtags")
  endif()
endfunction()

# Python3::Python and the like of a find_package() bring what ours do. Those are targets of the directory that called it.
function(_pyembed_complete_found_targets family)
  get_target_property(link_options pyembed::Python INTERFACE_LINK_OPTIONS)
  foreach(component IN ITEMS Python Module SABIModule)
    if(NOT TARGET ${family}::${component})
      continue()
    endif()
    get_target_property(headers ${family}::${component} INTERFACE_INCLUDE_DIRECTORIES)
    if(PYEMBED_SHIM_DIR AND headers AND NOT PYEMBED_SHIM_DIR IN_LIST headers)
      set_target_properties(${family}::${component} PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${PYEMBED_SHIM_DIR};${headers}")
      set_property(TARGET ${family}::${component} APPEND PROPERTY
        INTERFACE_COMPILE_DEFINITIONS ${PYEMBED_SHIM_DEFINITIONS})
    endif()
    get_target_property(found_options ${family}::${component} INTERFACE_LINK_OPTIONS)
    if(component STREQUAL "Python" AND link_options AND NOT link_options IN_LIST found_options)
      set_property(TARGET ${family}::Python APPEND PROPERTY INTERFACE_LINK_OPTIONS "${link_options}")
    endif()
  endforeach()
endfunction()
