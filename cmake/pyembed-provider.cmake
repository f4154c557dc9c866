#[=======================================================================[.rst:
pyembed-provider.cmake
----------------------

The door for a tree whose ``CMakeLists.txt`` may not be touched. CMake 3.24 or newer:

.. code-block:: console

  cmake -S . -B build -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=.pyembed/pyembed-provider.cmake

The first ``project()`` of the tree then ends with all that ``pyembed.cmake`` does,
so its target and variables are there too. (CMake 3.20 to 3.23 do nearly the same with
``-DCMAKE_PROJECT_INCLUDE=.pyembed/pyembed.cmake``.)

It does not take CMake's one seat of a dependency provider (``cmake_language(
SET_DEPENDENCY_PROVIDER)``), so the list may also name one, of Conan for example:
``find_package()`` of a Python ends at the pin by pyembed_redirect_finds, which no
provider, module path or configuration file comes before.
#]=======================================================================]

if(CMAKE_VERSION VERSION_LESS 3.24)
  message(FATAL_ERROR
    "pyembed: CMake ${CMAKE_VERSION} runs, and pyembed-provider.cmake needs 3.24. Use a newer CMake, or configure "
    "with\n  cmake -DCMAKE_PROJECT_INCLUDE=\"${CMAKE_CURRENT_LIST_DIR}/pyembed.cmake\"")
endif()
include_guard(GLOBAL)
cmake_policy(VERSION 3.24...4.0)

# CMake reads its list when the platform is known and no language is.
get_property(_pyembed_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
list(REMOVE_ITEM _pyembed_languages NONE)
if(NOT CMAKE_PROJECT_TOP_LEVEL_INCLUDES OR _pyembed_languages)
  message(FATAL_ERROR
    "pyembed: '${CMAKE_CURRENT_LIST_FILE}' was included by '${CMAKE_PARENT_LIST_FILE}', but it is for CMake itself, "
    "within project(). Include pyembed.cmake below project(), or configure with\n"
    "  cmake -DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=\"${CMAKE_CURRENT_LIST_FILE}\"")
endif()

# Choosing the target asks the compiler, so the work waits for the end of project(); what else was to be included
# there still is. Until then a find is an error, for CMake would search.
set(_pyembed_project_include "${CMAKE_PROJECT_INCLUDE}")
set(CMAKE_PROJECT_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/modules/pyembed_after_project.cmake")
macro(_pyembed_apply_pin)
  message(FATAL_ERROR
    "pyembed: find_package(${CMAKE_FIND_PACKAGE_NAME}) is called within the first project(), where the target is "
    "not known yet. Call it below project().")
endmacro()
include("${CMAKE_CURRENT_LIST_DIR}/modules/pyembed_redirect_finds.cmake")
pyembed_redirect_finds()
