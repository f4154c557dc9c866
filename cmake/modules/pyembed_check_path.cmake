include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_path
------------------

Fails when a path cannot be passed on whole.

.. code-block:: cmake

  pyembed_check_path(<path>
    NAME <text>       # what it is the path of
    CURE <text>       # what to do about it
    [SEARCHED]        # it becomes part of a search path, which ends at ``:`` except on Windows
    [INSTALLED])      # it is written into CMake's install scripts, where ``"`` ends it

``;`` ends an element of a list, a newline ends it in what pyembed writes, and CMake takes
``\`` for ``/``.
#]=======================================================================]
function(pyembed_check_path path)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SEARCHED;INSTALLED" "NAME;CURE" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS OR NOT DEFINED arg_NAME OR NOT DEFINED arg_CURE)
    message(FATAL_ERROR "pyembed_check_path: arguments are '${ARGN}'; expected a path, NAME, CURE and, if wanted, "
      "SEARCHED and INSTALLED.")
  endif()

  set(refused ";\\\n")
  if(arg_SEARCHED AND CMAKE_HOST_UNIX)
    string(APPEND refused ":")
  endif()
  if(arg_INSTALLED)
    string(APPEND refused "\"")
  endif()
  if(path MATCHES "[${refused}]")
    set(character "`${CMAKE_MATCH_0}`")
    if(character MATCHES "\n")
      set(character "a newline")
    endif()
    message(FATAL_ERROR
      "pyembed: the ${arg_NAME} '${path}' holds ${character}, which lists and scripts of CMake and search paths cannot "
      "carry. ${arg_CURE}")
  endif()
endfunction()
