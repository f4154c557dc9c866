include_guard(GLOBAL)
foreach(_pyembed_name IN ITEMS
    check_executables check_path_budget check_unchanged deploy_framework fix_bundle list_environment read_inventory
    trim_inventory update_file)
  include("${CMAKE_CURRENT_LIST_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

#[=======================================================================[.rst:
pyembed_deploy_python
---------------------

What pyembed_install adds to an install: the script that it generates calls this.

.. code-block:: cmake

  pyembed_deploy_python(
    PREFIX <dir>                 # the build Python; PREFIX.pyembed/ has its inventory
    APP_JSON <file>
    PIN_ID <id> TARGET <triple> VERSION <version>
    STDLIB <dir> SITELIB <dir>   # relative to PREFIX
    [LIBRARY_DIR <dir>]          # likewise; where the loader is to find the library
    [INTERPRETER <file>]         # a Python of this version that this host can run
    DESTINATION <dir>            # relative to the install prefix
    COMPONENT <name> [OWN_COMPONENT]
    [TRIM <name>...] [PATH_BUDGET <n>]
    [SDK <dir>]                  # as pyembed_stage_sdk() made it
    [LICENSES <dir>]             # texts of the libraries in Python, LICENSE.<library>.txt
    [DLLS <file>...]             # to lie beside the executables
    [EXECUTABLES <file-name>=<rpath>...]
    [BUNDLE <name>]              # of the app bundle in DESTINATION that gets Python as a framework; or a path to it
    [IDENTIFIER <id>]            # of that framework
    [ENTITLEMENTS <file>]        # of the bundle's program
    [COMMAND <program> <argument>... BUILD <dir>])   # pyembed, for a bundle; and the build that knows it

To be called after all other install rules of the project, in any component: the
manifest of the install that runs says which executables it brought.

Files that are as they should be keep inode and time. What an earlier install put
there and this one does not is removed; ``python/inventory.json`` tells.
#]=======================================================================]
function(pyembed_deploy_python)
  set(single
    PREFIX APP_JSON PIN_ID TARGET VERSION STDLIB SITELIB LIBRARY_DIR INTERPRETER DESTINATION COMPONENT PATH_BUDGET SDK LICENSES
    BUNDLE IDENTIFIER ENTITLEMENTS BUILD)
  cmake_parse_arguments(PARSE_ARGV 0 arg "OWN_COMPONENT" "${single}" "TRIM;DLLS;EXECUTABLES;COMMAND")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_deploy_python: unknown arguments '${arg_UNPARSED_ARGUMENTS}'.")
  endif()

  # `cmake --install --prefix` may be given one relative to where it is run.
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX OUTPUT_VARIABLE home)
  cmake_path(APPEND home "${arg_DESTINATION}")
  cmake_path(NORMAL_PATH home)
  string(REGEX REPLACE "(.)/$" "\\1" home "${home}")
  set(library_dir "")
  if(arg_BUNDLE)
    cmake_path(GET arg_BUNDLE FILENAME bundle)
    cmake_path(APPEND home "${bundle}" OUTPUT_VARIABLE bundle)
    set(home "${bundle}/Contents")
    set(library_dir "${home}/Frameworks")
  elseif(arg_LIBRARY_DIR)
    set(library_dir "${home}/python/${arg_LIBRARY_DIR}")
  endif()
  set(is_ours TRUE)
  if(NOT "${CMAKE_INSTALL_COMPONENT}" STREQUAL "" AND NOT CMAKE_INSTALL_COMPONENT STREQUAL arg_COMPONENT)
    set(is_ours FALSE)
  endif()

  set(own "")
  if(is_ours OR arg_OWN_COMPONENT)
    set(own OWN_COMPONENT)
  endif()
  pyembed_check_executables(directories
    HOME "${home}" LIBRARY_DIR "${library_dir}" COMPONENT "${arg_COMPONENT}" ${own}
    EXECUTABLES ${arg_EXECUTABLES})
  foreach(directory IN LISTS directories)
    if(arg_DLLS)
      file(INSTALL DESTINATION "${directory}" TYPE FILE FILES ${arg_DLLS})
    endif()
  endforeach()

  if(is_ours AND arg_BUNDLE)
    pyembed_deploy_framework()
  elseif(is_ours)
    _pyembed_deploy_tree()
  endif()
  if(arg_BUNDLE)   # after every component: it may have brought a part of the bundle
    pyembed_fix_bundle("$ENV{DESTDIR}${bundle}" COMPONENT "${CMAKE_INSTALL_COMPONENT}"
      PIN_ID "${arg_PIN_ID}" COMMAND ${arg_COMMAND} BUILD "${arg_BUILD}" ENTITLEMENTS "${arg_ENTITLEMENTS}")
  endif()
  set(CMAKE_INSTALL_MANIFEST_FILES "${CMAKE_INSTALL_MANIFEST_FILES}" PARENT_SCOPE)
endfunction()

# A macro: the manifest that file(INSTALL) extends is a variable of the caller.
macro(_pyembed_deploy_tree)
  set(state "${arg_PREFIX}.pyembed")
  set(staged "${state}/install")
  set(installed "$ENV{DESTDIR}${home}/python")

  pyembed_read_inventory("${state}/inventory.json" lines)
  pyembed_trim_inventory(lines STDLIB "${arg_STDLIB}" SITELIB "${arg_SITELIB}" TRIM ${arg_TRIM})
  pyembed_check_unchanged("${arg_PREFIX}" lines)
  _pyembed_compile_bytecode(bytecode lines)
  _pyembed_list_licenses(licenses lines "python/" "python/")
  set(all "${lines}")
  list(APPEND all ${bytecode} ${licenses})
  if(arg_PATH_BUDGET)
    pyembed_check_path_budget(all BUDGET "${arg_PATH_BUDGET}" DESTINATION "${arg_DESTINATION}")
  endif()
  _pyembed_write_inventory("${staged}/inventory.json" all)
  _pyembed_remove_left_behind("${installed}" all)

  list(LENGTH all count)
  message(STATUS "Installing: ${installed} (${count} files)")
  _pyembed_install_code(code "${arg_PREFIX}" "${home}/python" lines)
  cmake_language(EVAL CODE "${code}")
  _pyembed_install_code(code "${state}/bytecode" "${home}/python" bytecode)
  cmake_language(EVAL CODE "${code}")
  _pyembed_remove_changed("${staged}/inventory.json" "${installed}/inventory.json")
  file(INSTALL DESTINATION "${home}/python" TYPE FILE FILES "${staged}/inventory.json")
  if(arg_LICENSES)
    file(INSTALL DESTINATION "${home}/python" TYPE DIRECTORY MESSAGE_NEVER FILES "${staged}/licenses")
  endif()
  if(arg_SDK)
    file(INSTALL DESTINATION "${home}/lib/cmake/pyembed" TYPE DIRECTORY MESSAGE_NEVER
      FILES "${arg_SDK}/modules" "${arg_SDK}/include" "${arg_SDK}/inventory.json" "${arg_SDK}/installed/")
    if(EXISTS "${arg_SDK}/pyembed-shim")   # beside the headers, for it reaches them by a relative path
      file(INSTALL DESTINATION "${home}/python/include" TYPE DIRECTORY MESSAGE_NEVER FILES "${arg_SDK}/pyembed-shim")
    endif()
  endif()
  _pyembed_remove_changed("${staged}/pyembed-licenses.json" "$ENV{DESTDIR}${home}/pyembed-licenses.json")
  file(INSTALL DESTINATION "${home}" TYPE FILE FILES "${arg_APP_JSON}" "${staged}/pyembed-licenses.json")
endmacro()

# file(INSTALL) takes files for the same whose times are less than a second apart, as those of two installs may be.
function(_pyembed_remove_changed staged_file installed_file)
  if(EXISTS "${installed_file}")
    file(SHA256 "${staged_file}" wanted)
    file(SHA256 "${installed_file}" found)
    if(NOT found STREQUAL wanted)
      file(REMOVE "${installed_file}")
    endif()
  endif()
endfunction()

# Lines of the byte code of the sources among `lines_var`, made in PREFIX.pyembed/bytecode where it is not there yet.
macro(_pyembed_compile_bytecode out_var lines_var)
  set(sources "${${lines_var}}")
  list(FILTER sources INCLUDE REGEX "^ *\"${arg_STDLIB}/[^\"]*\\.py\":")
  _pyembed_write_names("${staged}/sources.txt" sources)
  _pyembed_require_interpreter()
  _pyembed_run_python(text compile_bytecode.py "${arg_PREFIX}" "${state}/bytecode" "${staged}/sources.txt")
  string(REPLACE "\n" ";" ${out_var} "${text}")
  list(TRANSFORM ${out_var} REPLACE "^(.+)$" "    \"\\1\": {\"mode\":\"0644\"}")
endmacro()

macro(_pyembed_require_interpreter)
  if(NOT arg_INTERPRETER OR NOT EXISTS "${arg_INTERPRETER}")
    message(FATAL_ERROR "pyembed: there is no Python of version ${arg_VERSION} that runs here "
      "('${arg_INTERPRETER}') to compile that of ${arg_TARGET}. Get it and configure again with\n"
      "  pyembed sync --target ${arg_TARGET}")
  endif()
endmacro()

# Lines of the licence texts, copied to PREFIX.pyembed/install/licenses, and pyembed-licenses.json, which finds
# what is in Python below `place`, and the texts below `texts_place`.
macro(_pyembed_list_licenses out_var lines_var place texts_place)
  set(${out_var} "")
  file(REMOVE_RECURSE "${staged}/licenses")
  if(arg_LICENSES)
    string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${arg_LICENSES}")
    file(GLOB texts RELATIVE "${arg_LICENSES}" "${pattern}/LICENSE.*.txt")
    foreach(text IN LISTS texts)
      file(COPY "${arg_LICENSES}/${text}" DESTINATION "${staged}/licenses")
      list(APPEND ${out_var} "    \"licenses/${text}\": {\"mode\":\"0644\"}")
    endforeach()
  endif()
  set(names "${${lines_var}}")
  list(APPEND names ${${out_var}})
  _pyembed_write_names("${staged}/files.txt" names)
  _pyembed_run_python(text list_licenses.py "${arg_PREFIX}" "${staged}/files.txt"
    "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/bundled_libraries.json" "${staged}/pyembed-licenses.json"
    "${place}" "${texts_place}" "${arg_VERSION}" "${arg_TARGET}" ${arg_TRIM})
endmacro()

# What steers a Python is kept away from it, and what its byte code depends on is fixed (docs/deploying.md).
macro(_pyembed_run_python out_var script)
  pyembed_list_environment(environment)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env ${environment}
      --unset=PYTHONOPTIMIZE --unset=PYTHONWARNINGS PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
      "${arg_INTERPRETER}" -S -s -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${script}" ${ARGN}
    OUTPUT_VARIABLE ${out_var} ENCODING UTF8 COMMAND_ERROR_IS_FATAL ANY)
  string(STRIP "${${out_var}}" ${out_var})
endmacro()

# The names of files in an inventory's lines, one per line.
function(_pyembed_write_names file lines_var)
  _pyembed_inventory_paths(${lines_var} names)
  list(JOIN names "\n" text)
  _pyembed_decode_text(text)
  file(WRITE "${file}" "${text}\n")
endfunction()

# In the form of a store entry's.
function(_pyembed_write_inventory file lines_var)
  list(JOIN ${lines_var} ",\n" text)
  _pyembed_decode_text(text)
  set(text "{\n  \"head\": {\"format\":1,\"pin\":{\"id\":\"${arg_PIN_ID}\"}},\n  \"files\": {\n${text}\n  }\n}\n")
  pyembed_update_file("${file}" "${text}")
endfunction()

# Modules of another pin beside those of this one would be imported, and found by importlib.metadata.
function(_pyembed_remove_left_behind installed lines_var)
  if(EXISTS "${installed}/inventory.json")
    pyembed_read_inventory("${installed}/inventory.json" old)
    _pyembed_inventory_paths(old gone)
    _pyembed_inventory_paths(${lines_var} kept)
    list(REMOVE_ITEM gone ${kept})
    _pyembed_remove_files("${installed}" gone)
  endif()
endfunction()

# One file(INSTALL) for what follows each other in one directory with one mode. Code, since lists cannot hold
# all names that files have.
function(_pyembed_install_code out_var source destination lines_var)
  set(code "")
  set(last "")
  foreach(line IN LISTS ${lines_var})
    string(REGEX MATCH "^ *\"(.*)\": {(.*)$" line "${line}")
    set(path "${CMAKE_MATCH_1}")
    set(type FILE)
    if(CMAKE_MATCH_2 MATCHES "\"mode\":\"0755\"")
      set(type PROGRAM)
    endif()
    _pyembed_decode_path(path)
    cmake_path(GET path PARENT_PATH directory)
    if(NOT last STREQUAL "${type} ${directory}")
      set(last "${type} ${directory}")
      string(APPEND code ")\nfile(INSTALL DESTINATION [==[${destination}/${directory}]==] TYPE ${type} MESSAGE_NEVER FILES")
    endif()
    string(APPEND code "\n[==[${source}/${path}]==]")
  endforeach()
  if(code)
    string(SUBSTRING "${code}" 2 -1 code)
    string(APPEND code ")\n")
  endif()
  set(${out_var} "${code}" PARENT_SCOPE)
endfunction()
