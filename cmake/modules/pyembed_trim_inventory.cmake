include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_trim_inventory
----------------------

Takes out of an inventory's lines what an application may go without.

.. code-block:: cmake

  pyembed_trim_inventory(<lines-var>   # as pyembed_read_inventory() gives them; changed
    STDLIB <dir> SITELIB <dir>         # relative to the prefix
    TRIM <name>...)

``tests``
  Tests of the standard library, their extension modules, and the directories named
  ``tests`` of packages. A package that imports its tests when it runs needs them.
``idlelib``
  IDLE and its commands.
``tkinter``
  ``tkinter``, ``turtle``, Tcl and Tk; and IDLE, which does not start without.
``headers``
  What only compilers read: headers, import and static libraries, ``pkgconfig``,
  ``config-3.X``, ``python3-config``; of packages too.
``pip``
  pip, its commands, ``ensurepip``.
#]=======================================================================]
function(pyembed_trim_inventory lines_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "STDLIB;SITELIB" "TRIM")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_trim_inventory: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected STDLIB, SITELIB and TRIM.")
  endif()

  string(REPLACE "." "\\." stdlib "${arg_STDLIB}")
  string(REPLACE "." "\\." sitelib "${arg_SITELIB}")
  set(native "(${stdlib}/lib-dynload|DLLs)")
  set(scripts "(bin|Scripts)")

  set(idlelib "${stdlib}/(idlelib|turtledemo)/|${scripts}/idle")
  set(rules_tests
    "${stdlib}/(test|idlelib/idle_test|ctypes/test|distutils/tests|lib2to3/tests|sqlite3/test|tkinter/test|unittest/test)/"
    "${native}/(_test|_ctypes_test|_xxtestfuzz|xxlimited|xxsubtype)"
    "${sitelib}/[^\"]*/tests/")
  set(rules_idlelib "${idlelib}")
  set(rules_tkinter
    "${idlelib}" "${stdlib}/tkinter/" "${stdlib}/turtle\\.py\"" "${native}/_tkinter"
    "lib/(lib)?(tcl|tk|itcl|tdbc|thread|Tix)[0-9.]*(tk[0-9.]*)?(/|\\.so|\\.dylib)" "tcl/" "DLLs/((tcl|tk)[0-9]+t?|zlib1)\\.dll")
  set(rules_headers
    "include/" "libs/" "lib/pkgconfig/" "${stdlib}/config-" "bin/python3[^\"/]*-config\""
    "${sitelib}/[^\"]*\\.(h|hpp|pxd|a|lib|pc)\"")
  set(rules_pip "${sitelib}/pip(/|-[^/\"]*\\.dist-info/)" "${stdlib}/ensurepip/" "${scripts}/pip[0-9.]*(\\.exe)?\"")

  foreach(name IN LISTS arg_TRIM)
    foreach(rule IN LISTS rules_${name})   # one by one: a regular expression has at most nine groups
      list(FILTER ${lines_var} EXCLUDE REGEX "^ *\"(${rule})")
    endforeach()
  endforeach()
  set(${lines_var} "${${lines_var}}" PARENT_SCOPE)
endfunction()
