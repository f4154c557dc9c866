include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_copy_runtime
--------------------

Puts the DLLs Python needs beside every executable that uses ``pyembed::Python``,
directly or through libraries, since Windows looks for them there.

.. code-block:: cmake

  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_copy_runtime)

To be called when all targets exist. One custom target, ``pyembed-runtime``, copies
for all of them, and each depends on it. Without such an executable it does nothing.
#]=======================================================================]
function(pyembed_copy_runtime)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_copy_runtime: unknown arguments '${ARGN}'; expected none.")
  endif()

  get_property(dlls GLOBAL PROPERTY PYEMBED_RUNTIME_DLLS)
  _pyembed_targets_below("${CMAKE_SOURCE_DIR}" targets)
  set(commands "")
  set(users "")
  foreach(executable IN LISTS targets)
    get_target_property(type ${executable} TYPE)
    set(links FALSE)
    if(type STREQUAL "EXECUTABLE")
      _pyembed_links_python("${executable}" links)
    endif()
    if(links)
      list(APPEND users "${executable}")
      list(APPEND commands
        COMMAND "${CMAKE_COMMAND}" -E make_directory "$<TARGET_FILE_DIR:${executable}>"
        COMMAND "${CMAKE_COMMAND}" -E copy_if_different ${dlls} "$<TARGET_FILE_DIR:${executable}>")
    endif()
  endforeach()
  if(users)
    add_custom_target(pyembed-runtime ${commands} VERBATIM COMMENT "Copying the Python runtime beside executables")
    foreach(executable IN LISTS users)
      add_dependencies(${executable} pyembed-runtime)
    endforeach()
  endif()
endfunction()

function(_pyembed_targets_below directory out_var)
  get_property(found DIRECTORY "${directory}" PROPERTY BUILDSYSTEM_TARGETS)
  get_property(children DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
  foreach(child IN LISTS children)
    _pyembed_targets_below("${child}" below)
    list(APPEND found ${below})
  endforeach()
  set(${out_var} "${found}" PARENT_SCOPE)
endfunction()

# Follows plain target names and $<LINK_ONLY:...>; what other generator expressions hide is not seen.
function(_pyembed_links_python target out_var)
  set(queue "${target}")
  set(seen "")
  set(result FALSE)
  while(queue)
    list(POP_FRONT queue item)
    if(item IN_LIST seen)
      continue()
    endif()
    list(APPEND seen "${item}")
    foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_property(libraries TARGET ${item} PROPERTY ${property})
      foreach(library IN LISTS libraries)
        if(library MATCHES "pyembed::Python")
          set(result TRUE)
        endif()
        string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" library "${library}")
        if(TARGET "${library}")
          list(APPEND queue "${library}")
        endif()
      endforeach()
    endforeach()
  endwhile()
  set(${out_var} ${result} PARENT_SCOPE)
endfunction()
