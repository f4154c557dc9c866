#[=======================================================================[.rst:
pyembed-provider.cmake
----------------------

The door for a tree whose ``CMakeLists.txt`` may not be touched. CMake 3.24 or newer:

.. code-block:: console

  cmake -S . -B build -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=.pyembed/pyembed-provider.cmake

The first ``project()`` of the tree then ends with all that ``pyembed.cmake`` does,
so its target and variables are there too. As a dependency provider it also sees
each ``find_package()`` of ``Python``, ``Python3``, ``PythonInterp`` and
``PythonLibs`` before CMake does. It answers none of them: it puts the pin in force
where the call is made and lets CMake find what is pinned, under the policies of
the caller. A tree has one provider; where another one is set after this one, the pin
holds as it does for ``pyembed.cmake``.
#]=======================================================================]

if(CMAKE_VERSION VERSION_LESS 3.24)
  message(FATAL_ERROR
    "pyembed: CMake ${CMAKE_VERSION} runs, and dependency providers came with 3.24. Use a newer CMake, or in "
    "CMakeLists.txt below project():\n  include(.pyembed/pyembed.cmake)")
endif()
include_guard(GLOBAL)
cmake_policy(VERSION 3.24...4.0)

# CMake includes the list of CMAKE_PROJECT_TOP_LEVEL_INCLUDES when the platform is known and no language is.
get_property(_pyembed_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
list(REMOVE_ITEM _pyembed_languages NONE)
if(NOT DEFINED PROJECT_NAME OR _pyembed_languages)
  message(FATAL_ERROR
    "pyembed: '${CMAKE_CURRENT_LIST_FILE}' is included by '${CMAKE_PARENT_LIST_FILE}', but only CMake itself may "
    "include it, as what CMAKE_PROJECT_TOP_LEVEL_INCLUDES names. Include pyembed.cmake below project(), or "
    "configure with\n  cmake -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=\"${CMAKE_CURRENT_LIST_FILE}\"")
endif()

# Choosing the target asks the compiler, so the work waits for the end of project(). What was to be included
# there is included then.
set(_pyembed_project_include "${CMAKE_PROJECT_INCLUDE}")
set(CMAKE_PROJECT_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/modules/pyembed_after_project.cmake")

macro(pyembed_provide_dependency _pyembed_method _pyembed_package)
  if("${_pyembed_package}" MATCHES "^Python(3|Interp|Libs)?$")
    if(NOT COMMAND _pyembed_apply_pin)
      message(FATAL_ERROR
        "pyembed: find_package(${_pyembed_package}) is called before the first project() is done, where no target "
        "is known yet. Move it below project().")
    endif()
    _pyembed_apply_pin()
    # Of an earlier call in this scope. Were it true, CMake would take this one for answered.
    unset(${_pyembed_package}_FOUND)
  endif()
endmacro()
cmake_language(SET_DEPENDENCY_PROVIDER pyembed_provide_dependency SUPPORTED_METHODS FIND_PACKAGE)
