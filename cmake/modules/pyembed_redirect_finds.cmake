include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_redirect_finds
----------------------

From CMake 3.24 makes every ``find_package()`` of a Python, wherever it is called
and in whichever mode, load the Find module that is beside this file.

.. code-block:: cmake

  pyembed_redirect_finds()

It writes into ``CMAKE_FIND_PACKAGE_REDIRECTS_DIR``, where ``find_package()`` looks
first: before the module path of a sub-project that sets its own, and before package
configuration files. CMake empties that directory each time it starts.
#]=======================================================================]
function(pyembed_redirect_finds)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_redirect_finds: unknown arguments '${ARGN}'; expected none.")
  endif()
  if(NOT DEFINED CMAKE_FIND_PACKAGE_REDIRECTS_DIR)
    return()
  endif()

  foreach(package IN ITEMS Python Python2 Python3 PythonInterp PythonLibs)
    string(TOLOWER "${package}" name)
    set(file "${CMAKE_FIND_PACKAGE_REDIRECTS_DIR}/${name}-config")
    file(WRITE "${file}.cmake" "include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/Find${package}.cmake]==])\n")
    # Whether the version will do is for the module to say.
    file(WRITE "${file}-version.cmake" "set(PACKAGE_VERSION_COMPATIBLE TRUE)\nset(PACKAGE_VERSION_EXACT TRUE)\n")
  endforeach()
endfunction()
