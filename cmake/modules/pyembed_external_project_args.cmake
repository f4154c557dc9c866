include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_external_project_args
-----------------------------

Lists the cache arguments that make an ``ExternalProject`` use the Python of this
build, its ``.pyembed/`` and its build Python.

.. code-block:: cmake

  pyembed_external_project_args(<out-var>)

  ExternalProject_Add(library CMAKE_CACHE_ARGS ${<out-var>} ...)
  ExternalProject_Add_StepDependencies(library configure "${PYEMBED_APP_JSON}")

An inner project need not know of it: from CMake 3.24 ``pyembed-provider.cmake`` is
among the arguments, and for older ones the pinned results of FindPython. One that
does may ``find_package(pyembed CONFIG)``. The second line above lets the step run
again when the pin changes, and only then does that file change.

No argument holds a ``;``. Whoever adds to ``CMAKE_PROJECT_TOP_LEVEL_INCLUDES``
sets it anew after these arguments, with both files and ``LIST_SEPARATOR``.
#]=======================================================================]
function(pyembed_external_project_args out_var)
  if(ARGC GREATER 1)
    message(FATAL_ERROR "pyembed_external_project_args: unknown arguments '${ARGN}'; expected one output variable.")
  endif()

  set(args
    "-Dpyembed_DIR:PATH=${PYEMBED_DIRECTORY}"
    "-DPYEMBED_TARGET:STRING=${PYEMBED_TARGET}"
    "-DPYEMBED_BUILD_PYTHON:PATH=${PYEMBED_ROOT}")
  if(NOT CMAKE_VERSION VERSION_LESS 3.24)
    list(APPEND args "-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES:STRING=${PYEMBED_DIRECTORY}/pyembed-provider.cmake")
  endif()
  foreach(family IN ITEMS Python Python3)
    list(APPEND args
      "-D${family}_ROOT_DIR:PATH=${PYEMBED_ROOT}"
      "-D${family}_FIND_STRATEGY:STRING=LOCATION"
      "-D${family}_FIND_REGISTRY:STRING=NEVER"
      "-D${family}_FIND_FRAMEWORK:STRING=NEVER"
      "-D${family}_FIND_VIRTUALENV:STRING=STANDARD")
  endforeach()
  foreach(family IN ITEMS Python Python3 PYTHON)
    foreach(artifact IN ITEMS EXECUTABLE LIBRARY SABI_LIBRARY INCLUDE_DIR NumPy_INCLUDE_DIR)
      if(PYEMBED_${artifact} AND (PYEMBED_CAN_RUN OR NOT artifact STREQUAL "EXECUTABLE"))
        list(APPEND args "-D${family}_${artifact}:FILEPATH=${PYEMBED_${artifact}}")
      endif()
    endforeach()
  endforeach()
  set(${out_var} "${args}" PARENT_SCOPE)
endfunction()
