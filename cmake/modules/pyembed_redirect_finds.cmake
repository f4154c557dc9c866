include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_redirect_finds
----------------------

Makes every ``find_package()`` of a Python, wherever it is called, load the Find module
that is beside this file.

.. code-block:: cmake

  pyembed_redirect_finds()

It writes into ``CMAKE_FIND_PACKAGE_REDIRECTS_DIR``, where ``find_package()`` looks
first: before the module path of a sub-project that sets its own, and before package
configuration files. CMake empties that directory each time it starts.

CMake before 3.24 has no such directory. There this directory comes first on
``CMAKE_MODULE_PATH`` when a find begins, which is when ``CMAKE_FIND_PACKAGE_NAME`` is
set; package configuration files (``CONFIG``) come before that.
#]=======================================================================]
function(pyembed_redirect_finds)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_redirect_finds: unknown arguments '${ARGN}'; expected none.")
  endif()
  set(packages Python Python2 Python3 PythonInterp PythonLibs)
  if(CMAKE_VERSION VERSION_LESS 3.24)
    get_property(is_watched GLOBAL PROPERTY PYEMBED_REDIRECTED_FINDS)
    if(NOT is_watched)
      variable_watch(CMAKE_FIND_PACKAGE_NAME _pyembed_begin_find)
      set_property(GLOBAL PROPERTY PYEMBED_REDIRECTED_FINDS "${packages}")
    endif()
  endif()
  if(NOT DEFINED CMAKE_FIND_PACKAGE_REDIRECTS_DIR)
    return()
  endif()

  foreach(package IN LISTS packages)
    string(TOLOWER "${package}" name)
    set(file "${CMAKE_FIND_PACKAGE_REDIRECTS_DIR}/${name}-config")
    file(WRITE "${file}.cmake" "include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/Find${package}.cmake]==])\n")
    # Whether the version will do is for the module to say.
    file(WRITE "${file}-version.cmake" "set(PACKAGE_VERSION_COMPATIBLE TRUE)\nset(PACKAGE_VERSION_EXACT TRUE)\n")
  endforeach()
endfunction()

# What variable_watch() calls, in the scope of the find. A macro, for the module path is a variable of that scope.
macro(_pyembed_begin_find _pyembed_variable _pyembed_access _pyembed_value)
  get_property(_pyembed_packages GLOBAL PROPERTY PYEMBED_REDIRECTED_FINDS)
  if("${_pyembed_access}" STREQUAL "MODIFIED_ACCESS" AND "${_pyembed_value}" IN_LIST _pyembed_packages)
    get_property(_pyembed_module_dir GLOBAL PROPERTY PYEMBED_MODULE_DIR)
    list(REMOVE_ITEM CMAKE_MODULE_PATH "${_pyembed_module_dir}")
    list(PREPEND CMAKE_MODULE_PATH "${_pyembed_module_dir}")
  endif()
endmacro()
