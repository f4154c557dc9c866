include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_update_file.cmake")

#[=======================================================================[.rst:
pyembed_write_app
-----------------

Writes ``pyembed-app.json``, by which the runtime finds the Python of an
application: a flat object of strings.

.. code-block:: cmake

  pyembed_write_app(<file>
    NAME <name> [ID <id>]
    PREFIX <dir>             # relative to the file
    VERSION <version> PIN_ID <pin-id>)

The file is left alone when it already says so.
#]=======================================================================]
function(pyembed_write_app file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME;ID;PREFIX;VERSION;PIN_ID" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_write_app: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected NAME, ID, PREFIX, VERSION and PIN_ID.")
  endif()

  set(members "")
  foreach(pair IN ITEMS NAME=name ID=id PREFIX=prefix VERSION=version PIN_ID=pinId)
    string(REGEX MATCH "^(.*)=(.*)$" pair "${pair}")
    set(keyword "${CMAKE_MATCH_1}")
    set(key "${CMAKE_MATCH_2}")
    if(DEFINED arg_${keyword} AND NOT arg_${keyword} STREQUAL "")
      string(REPLACE "\\" "\\\\" value "${arg_${keyword}}")
      string(REPLACE "\"" "\\\"" value "${value}")
      string(APPEND members ",\n  \"${key}\": \"${value}\"")
    elseif(NOT keyword STREQUAL "ID")
      message(FATAL_ERROR "pyembed_write_app: ${keyword} is missing.")
    endif()
  endforeach()
  string(SUBSTRING "${members}" 1 -1 members)
  set(text "{${members}\n}\n")

  pyembed_update_file("${file}" "${text}")
endfunction()
