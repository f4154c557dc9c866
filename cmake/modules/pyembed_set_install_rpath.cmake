include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_set_install_rpath
-------------------------

Gives a target that links Python, and has no ``INSTALL_RPATH``, one that finds the
installed Python.

.. code-block:: cmake

  pyembed_set_install_rpath(<target>
    LIBRARY_DIR <dir>   # of the library, below the prefix; empty on Windows, where there is none
    [FRAMEWORK])        # Python is in the Frameworks of an app bundle
#]=======================================================================]
function(pyembed_set_install_rpath target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FRAMEWORK" "LIBRARY_DIR" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_set_install_rpath: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected LIBRARY_DIR and FRAMEWORK.")
  endif()
  get_target_property(present ${target} INSTALL_RPATH)
  if(present OR "${arg_LIBRARY_DIR}" STREQUAL "")
    return()
  endif()

  get_target_property(type ${target} TYPE)
  set(origin "$ORIGIN")
  if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    set(origin "@loader_path")
  endif()
  if(arg_FRAMEWORK AND type STREQUAL "EXECUTABLE")
    set(paths "@executable_path/../Frameworks")
  elseif(arg_FRAMEWORK)
    set(paths "@loader_path/../Frameworks")
  else()
    set(paths "${origin}/python/${arg_LIBRARY_DIR}" "${origin}/../python/${arg_LIBRARY_DIR}")
  endif()
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${paths}")
endfunction()
