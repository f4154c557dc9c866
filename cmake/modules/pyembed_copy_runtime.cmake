include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_copy_runtime
--------------------

Puts the DLLs Python needs beside every executable that links ``pyembed::Python``,
directly or through libraries, since Windows looks for them there.

.. code-block:: cmake

  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_copy_runtime)

To be called when all targets exist. ``Python3::Python``, ``Python::Python`` and the
import library itself count like ``pyembed::Python``. One custom target,
``pyembed-runtime``, has the copies of all directories, and each executable depends on
it; what is there is not copied again. Without such an executable it does nothing.
#]=======================================================================]
function(pyembed_copy_runtime)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_copy_runtime: unknown arguments '${ARGN}'; expected none.")
  endif()

  get_property(dlls GLOBAL PROPERTY PYEMBED_RUNTIME_DLLS)
  pyembed_list_users(users TYPES EXECUTABLE)
  set(directories "")
  set(copies "")
  foreach(executable IN LISTS users)
    _pyembed_find_runtime_directory(${executable} directory)
    if(NOT directory IN_LIST directories)
      list(APPEND directories "${directory}")
      list(TRANSFORM dlls REPLACE "^.*/" "${directory}/" OUTPUT_VARIABLE outputs)
      # Where CMake says the executable is. Were `directory` wrong, the copies would only be made each time.
      add_custom_command(OUTPUT ${outputs} DEPENDS ${dlls}
        COMMAND "${CMAKE_COMMAND}" -E make_directory "$<TARGET_FILE_DIR:${executable}>"
        COMMAND "${CMAKE_COMMAND}" -E copy ${dlls} "$<TARGET_FILE_DIR:${executable}>"
        COMMENT "Copying the Python runtime beside ${executable}" VERBATIM)
      list(APPEND copies ${outputs})
    endif()
  endforeach()
  if(users)
    add_custom_target(pyembed-runtime DEPENDS ${copies})
    foreach(executable IN LISTS users)
      add_dependencies(${executable} pyembed-runtime)
    endforeach()
  endif()
endfunction()

# TARGET_FILE_DIR without naming the target, for that is not allowed in the OUTPUT of a custom command.
function(_pyembed_find_runtime_directory target out_var)
  get_target_property(base ${target} BINARY_DIR)
  get_target_property(directory ${target} RUNTIME_OUTPUT_DIRECTORY)
  get_property(is_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT directory)
    set(directory "${base}")
  elseif(NOT directory MATCHES "^\\$<")
    cmake_path(ABSOLUTE_PATH directory BASE_DIRECTORY "${base}")
  endif()
  if(is_multi_config AND NOT directory MATCHES "\\$<")
    string(APPEND directory "/$<CONFIG>")
  endif()

  set(configurations "${CMAKE_BUILD_TYPE}")
  if(is_multi_config)
    set(configurations "${CMAKE_CONFIGURATION_TYPES}")
  endif()
  set(own "")
  set(others 1)
  foreach(configuration IN LISTS configurations)
    string(TOUPPER "${configuration}" suffix)
    get_target_property(special ${target} RUNTIME_OUTPUT_DIRECTORY_${suffix})
    if(special)
      string(APPEND own "$<$<CONFIG:${configuration}>:${special}>")
      string(APPEND others ",$<NOT:$<CONFIG:${configuration}>>")
    endif()
  endforeach()
  if(own)
    set(directory "${own}$<$<AND:${others}>:${directory}>")
  endif()
  set(${out_var} "${directory}" PARENT_SCOPE)
endfunction()
