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

An inner project need not know of it: its first ``project()`` ends as if it included
``pyembed.cmake``, by ``CMAKE_PROJECT_TOP_LEVEL_INCLUDES`` from CMake 3.24, before by
``CMAKE_PROJECT_INCLUDE``. One that links ``pyembed::Python`` may say
``find_package(pyembed CONFIG REQUIRED)`` to be buildable alone. With the second line
above the step runs again when the pin changes, and only then does that file change.

No argument holds a ``;``. A step that needs another file in the list as well gives
both after these arguments, with ``LIST_SEPARATOR``:

.. code-block:: cmake

  LIST_SEPARATOR |
  CMAKE_ARGS "-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=${PYEMBED_DIRECTORY}/pyembed-provider.cmake|conan_provider.cmake"
#]=======================================================================]
function(pyembed_external_project_args out_var)
  if(ARGC GREATER 1)
    message(FATAL_ERROR "pyembed_external_project_args: unknown arguments '${ARGN}'; expected one output variable.")
  endif()

  if(CMAKE_VERSION VERSION_LESS 3.24)
    set(door "-DCMAKE_PROJECT_INCLUDE:STRING=${PYEMBED_DIRECTORY}/pyembed.cmake")
  else()
    set(door "-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES:STRING=${PYEMBED_DIRECTORY}/pyembed-provider.cmake")
  endif()
  set(args
    "${door}"
    "-Dpyembed_DIR:PATH=${PYEMBED_DIRECTORY}"
    "-DPYEMBED_TARGET:STRING=${PYEMBED_TARGET}"
    "-DPYEMBED_BUILD_PYTHON:PATH=${PYEMBED_PREFIX}"
    "-DPython_ROOT_DIR:PATH=${PYEMBED_PREFIX}"
    "-DPython3_ROOT_DIR:PATH=${PYEMBED_PREFIX}")
  set(${out_var} "${args}" PARENT_SCOPE)
endfunction()
