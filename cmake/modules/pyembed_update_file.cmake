include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_update_file
-------------------

Writes a file, unless it says so already: what depends on its time is left alone.

.. code-block:: cmake

  pyembed_update_file(<file> <text>)
#]=======================================================================]
function(pyembed_update_file file text)
  if(ARGC GREATER 2)
    message(FATAL_ERROR "pyembed_update_file: unknown arguments '${ARGN}'; expected a file and its text.")
  endif()

  set(present "")
  if(EXISTS "${file}")
    file(READ "${file}" present)
  endif()
  if(NOT present STREQUAL text)
    file(WRITE "${file}" "${text}")
  endif()
endfunction()
