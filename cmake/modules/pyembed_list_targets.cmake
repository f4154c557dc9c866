include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_list_targets
--------------------

Lists the targets that the project defines in a directory and below.

.. code-block:: cmake

  pyembed_list_targets(<out-var> DIRECTORY <dir> [TYPES <type>...])

``TYPES`` are values of the target property ``TYPE``; default all. Complete only when
called by ``cmake_language(DEFER)``.
#]=======================================================================]
function(pyembed_list_targets out_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DIRECTORY" "TYPES")
  if(DEFINED arg_UNPARSED_ARGUMENTS OR NOT DEFINED arg_DIRECTORY)
    message(FATAL_ERROR "pyembed_list_targets: arguments are '${ARGN}'; expected DIRECTORY and, if wanted, TYPES.")
  endif()

  set(found "")
  get_property(targets DIRECTORY "${arg_DIRECTORY}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(NOT DEFINED arg_TYPES OR type IN_LIST arg_TYPES)
      list(APPEND found ${target})
    endif()
  endforeach()
  get_property(children DIRECTORY "${arg_DIRECTORY}" PROPERTY SUBDIRECTORIES)
  foreach(child IN LISTS children)
    pyembed_list_targets(below DIRECTORY "${child}" TYPES ${arg_TYPES})
    list(APPEND found ${below})
  endforeach()
  set(${out_var} "${found}" PARENT_SCOPE)
endfunction()
