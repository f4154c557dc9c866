include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_list_users
------------------

Lists the targets of the whole build that link Python, directly or through libraries:
``pyembed::Python``, the targets of FindPython, or the library itself.

.. code-block:: cmake

  pyembed_list_users(<out-var> [TYPES <type>...])

``TYPES`` are values of the target property ``TYPE``; default all. Complete only when
called by ``cmake_language(DEFER)`` for the top directory.
#]=======================================================================]
function(pyembed_list_users out_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "TYPES")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_list_users: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; expected TYPES.")
  endif()

  get_target_property(library pyembed::Python IMPORTED_LOCATION)
  set(pythons pyembed::Python Python3::Python Python::Python "${library}")
  pyembed_list_targets(targets DIRECTORY "${CMAKE_SOURCE_DIR}" TYPES ${arg_TYPES})
  set(users "")
  foreach(target IN LISTS targets)
    _pyembed_list_linked(${target} linked)
    set(unlinked ${pythons})
    list(REMOVE_ITEM unlinked ${linked})
    if(NOT unlinked STREQUAL pythons)
      list(APPEND users ${target})
    endif()
  endforeach()
  set(${out_var} "${users}" PARENT_SCOPE)
endfunction()

# The target and what it links, directly or through libraries of the project: names and paths. All that a
# generator expression names counts, whichever branch of it holds; what only another directory knows is not entered.
function(_pyembed_list_linked target out_var)
  set(queue "${target}")
  set(seen "")
  while(queue)
    list(POP_FRONT queue item)
    if(item STREQUAL "" OR item IN_LIST seen)
      continue()
    endif()
    list(APPEND seen "${item}")
    if(TARGET "${item}")
      foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
        get_property(libraries TARGET "${item}" PROPERTY ${property})
        foreach(library IN LISTS libraries)
          if(library MATCHES "\\$<")
            string(REGEX REPLACE "[$<>,]+" ";" library "${library}")
            list(TRANSFORM library REPLACE "^[A-Z0-9_]*:([^:].*)$" "\\1")
          endif()
          list(APPEND queue ${library})
        endforeach()
      endforeach()
    endif()
  endwhile()
  set(${out_var} "${seen}" PARENT_SCOPE)
endfunction()
