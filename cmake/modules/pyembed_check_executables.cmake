include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_executables
-------------------------

Checks the executables that the running install has brought so far: will they find
the Python that is installed with them?

.. code-block:: cmake

  pyembed_check_executables(<out-var>      # the directories they lie in
    HOME <dir>                             # absolute, without DESTDIR; holds pyembed-app.json, or Resources with it
    [LIBRARY_DIR <dir>]                    # likewise; must be on their run-time search path
    COMPONENT <name> [OWN_COMPONENT]       # of Python; and whether another one is meant
    EXECUTABLES <file-name>=<rpath>...)    # those that link pyembed::Python; rpath with `:`
#]=======================================================================]
function(pyembed_check_executables out_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OWN_COMPONENT" "HOME;LIBRARY_DIR;COMPONENT" "EXECUTABLES")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_check_executables: unknown arguments '${arg_UNPARSED_ARGUMENTS}'.")
  endif()

  set(directories "")
  foreach(executable IN LISTS arg_EXECUTABLES)
    string(REGEX MATCH "^([^=]*)=(.*)$" executable "${executable}")
    set(name "${CMAKE_MATCH_1}")
    set(rpath "${CMAKE_MATCH_2}")
    foreach(file IN LISTS CMAKE_INSTALL_MANIFEST_FILES)
      cmake_path(GET file FILENAME file_name)
      if(NOT file_name STREQUAL name)
        continue()
      endif()
      # Of the same name may be a completion, an icon, a folder of data.
      file(READ "$ENV{DESTDIR}${file}" magic LIMIT 4 HEX)
      if(NOT magic MATCHES "^(7f454c46|4d5a|c[ef]faedfe|cafebab[ef])")   # ELF, PE, Mach-O
        continue()
      endif()
      if(NOT arg_OWN_COMPONENT)
        message(FATAL_ERROR
          "pyembed: '${file}' is in the component '${CMAKE_INSTALL_COMPONENT}', its Python in '${arg_COMPONENT}': one "
          "would be packed without the other. Write pyembed_install(COMPONENT ${CMAKE_INSTALL_COMPONENT}); or, when "
          "Python is meant to be apart, pyembed_install(COMPONENT ${arg_COMPONENT}).")
      endif()
      cmake_path(GET file PARENT_PATH directory)
      cmake_path(NORMAL_PATH directory)   # a bundle's DESTINATION mostly is `.`
      list(APPEND directories "${directory}")
      _pyembed_check_location("${file}" "${directory}" "${arg_HOME}")
      if(arg_LIBRARY_DIR)
        _pyembed_check_rpath("${file}" "${directory}" "${rpath}" "${arg_LIBRARY_DIR}")
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES directories)
  set(${out_var} "${directories}" PARENT_SCOPE)
endfunction()

# The runtime looks for pyembed-app.json from the executable's directory up, over four parents.
function(_pyembed_check_location file directory home)
  cmake_path(RELATIVE_PATH home BASE_DIRECTORY "${directory}" OUTPUT_VARIABLE up)
  if(NOT up MATCHES "^(\\.|\\.\\.(/\\.\\.)?(/\\.\\.)?(/\\.\\.)?)$")
    message(FATAL_ERROR
      "pyembed: '${file}' is not in '${home}' or up to four directories below, where it would find its Python. "
      "Install it there, or give pyembed_install() a DESTINATION above it.")
  endif()
endfunction()

function(_pyembed_check_rpath file directory rpath wanted)
  string(REPLACE ":" ";" entries "${rpath}")
  foreach(entry IN LISTS entries)
    string(REGEX REPLACE "^(\\$ORIGIN|\\\${ORIGIN}|@loader_path|@executable_path)" "${directory}" entry "${entry}")
    cmake_path(NORMAL_PATH entry)
    string(REGEX REPLACE "(.)/$" "\\1" entry "${entry}")
    if(entry STREQUAL wanted)
      return()
    endif()
  endforeach()
  cmake_path(RELATIVE_PATH wanted BASE_DIRECTORY "${directory}" OUTPUT_VARIABLE relative)
  cmake_path(GET file STEM name)
  message(FATAL_ERROR
    "pyembed: '${file}' would not find its Python library: its INSTALL_RPATH is '${rpath}'; expected an entry "
    "for '${wanted}'. Write\n"
    "  set_property(TARGET ${name} APPEND PROPERTY INSTALL_RPATH \"$ORIGIN/${relative}\")\n"
    "(@loader_path instead of $ORIGIN on macOS).")
endfunction()
