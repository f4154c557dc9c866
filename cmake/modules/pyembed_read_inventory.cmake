include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_read_inventory
----------------------

Reads an inventory's ``path: properties`` lines as a list.

.. code-block:: cmake

  pyembed_read_inventory(<file> <out-var>)

Lists give ``;``, ``[`` and ``]`` a meaning, so these travel as control characters
until one name (_pyembed_decode_path) or a whole text (_pyembed_decode_text) is
brought back. What else is done with such lines is below.
#]=======================================================================]
function(pyembed_read_inventory file out_var)
  if(ARGC GREATER 2)
    message(FATAL_ERROR "pyembed_read_inventory: unknown arguments '${ARGN}'; expected a file and an output variable.")
  endif()

  file(READ "${file}" text)
  set(lines "")
  string(FIND "${text}" "\"files\": {\n" start)
  if(NOT start EQUAL -1)
    string(SUBSTRING "${text}" ${start} -1 text)
    string(FIND "${text}" "\n  }" end)
    string(SUBSTRING "${text}" 0 ${end} text)
    string(ASCII 1 open)
    string(ASCII 2 close)
    string(ASCII 3 semicolon)
    string(REPLACE "[" "${open}" text "${text}")
    string(REPLACE "]" "${close}" text "${text}")
    string(REPLACE ";" "${semicolon}" text "${text}")
    string(REPLACE "},\n" "}\n" text "${text}")
    string(REPLACE "\n" ";" lines "${text}")
    list(REMOVE_AT lines 0)
  endif()
  set(${out_var} "${lines}" PARENT_SCOPE)
endfunction()

function(_pyembed_inventory_paths lines_var out_var)
  set(paths "${${lines_var}}")
  list(TRANSFORM paths REPLACE "^ *\"(.*)\": {.*$" "\\1")
  set(${out_var} "${paths}" PARENT_SCOPE)
endfunction()

# Back from the list's and JSON's spelling to the file's name. A macro: it runs once per file.
macro(_pyembed_decode_path path_var)
  if("${${path_var}}" MATCHES "[^ !#-Z^-~]")
    string(ASCII 1 _pyembed_open)
    string(ASCII 2 _pyembed_close)
    string(ASCII 3 _pyembed_semicolon)
    string(REPLACE "${_pyembed_open}" "[" ${path_var} "${${path_var}}")
    string(REPLACE "${_pyembed_close}" "]" ${path_var} "${${path_var}}")
    string(REPLACE "${_pyembed_semicolon}" ";" ${path_var} "${${path_var}}")
    string(REPLACE "\\\"" "\"" ${path_var} "${${path_var}}")
    string(REPLACE "\\\\" "\\" ${path_var} "${${path_var}}")
  endif()
endmacro()

# Of a whole text, which stays as JSON spells it.
macro(_pyembed_decode_text text_var)
  foreach(pair IN ITEMS "1=[" "2=]" "3=;")
    string(SUBSTRING "${pair}" 0 1 code)
    string(SUBSTRING "${pair}" 2 1 character)
    string(ASCII ${code} code)
    string(REPLACE "${code}" "${character}" ${text_var} "${${text_var}}")
  endforeach()
endmacro()

# Removes files that such paths name, and the directories that are empty then.
function(_pyembed_remove_files root paths_var)
  set(directories "")
  foreach(path IN LISTS ${paths_var})
    cmake_path(GET path PARENT_PATH directory)
    list(APPEND directories "${directory}")
    _pyembed_decode_path(path)
    file(REMOVE "${root}/${path}")
  endforeach()

  list(REMOVE_DUPLICATES directories)
  foreach(directory IN LISTS directories)
    _pyembed_decode_path(directory)
    while(NOT directory STREQUAL "")
      # A directory of byte code alone would stay importable, as an empty namespace package.
      string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${root}/${directory}")
      file(GLOB entries RELATIVE "${root}/${directory}" "${pattern}/*")
      if(NOT entries MATCHES "^(__pycache__)?$")
        break()
      endif()
      file(REMOVE_RECURSE "${root}/${directory}")
      cmake_path(GET directory PARENT_PATH directory)
    endwhile()
  endforeach()
endfunction()
