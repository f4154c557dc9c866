include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_list_environment
------------------------

Lists what is done to the environment so that nothing in it leads to another Python,
or a Python to other files, as arguments of ``cmake -E env``: ``--unset=<name>`` and
``<name>=<value>``.

.. code-block:: cmake

  pyembed_list_environment(<out-var>)

It is ``environment.json`` beside this file, which ``presets.json`` is made from too.
#]=======================================================================]
function(pyembed_list_environment out_var)
  if(ARGC GREATER 1)
    message(FATAL_ERROR "pyembed_list_environment: unknown arguments '${ARGN}'; expected one output variable.")
  endif()

  file(READ "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/environment.json" text)
  string(JSON count LENGTH "${text}")
  math(EXPR last "${count} - 1")
  set(arguments "")
  foreach(index RANGE ${last})
    string(JSON name MEMBER "${text}" ${index})
    string(JSON type TYPE "${text}" "${name}")
    if(type STREQUAL "NULL")
      list(APPEND arguments "--unset=${name}")
    else()
      string(JSON value GET "${text}" "${name}")
      list(APPEND arguments "${name}=${value}")
    endif()
  endforeach()
  set(${out_var} "${arguments}" PARENT_SCOPE)
endfunction()
