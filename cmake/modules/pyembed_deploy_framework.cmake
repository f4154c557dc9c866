include_guard(GLOBAL)
foreach(_pyembed_name IN ITEMS read_inventory run_command trim_inventory)
  include("${CMAKE_CURRENT_LIST_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

#[=======================================================================[.rst:
pyembed_deploy_framework
------------------------

What pyembed_deploy_python does instead of copying a tree when Python goes into an app
bundle: ``pyembed framework create`` makes ``Contents/Frameworks/Python.framework`` of
the trimmed inventory, over one that pyembed made before. Byte code stays in the build
tree, for the next install or package.

.. code-block:: cmake

  pyembed_deploy_framework()

A macro in the scope of that function, whose arguments and ``home`` (``Contents``) it
takes: the manifest that file(INSTALL) extends is a variable of its caller.
#]=======================================================================]
macro(pyembed_deploy_framework)
  if(${ARGC} GREATER 0)
    message(FATAL_ERROR "pyembed_deploy_framework: unknown arguments '${ARGN}'; expected none.")
  endif()

  set(state "${arg_PREFIX}.pyembed")
  set(staged "${state}/install")
  pyembed_read_inventory("${state}/inventory.json" lines)
  pyembed_trim_inventory(lines STDLIB "${arg_STDLIB}" SITELIB "${arg_SITELIB}" TRIM ${arg_TRIM})
  _pyembed_require_interpreter()
  _pyembed_list_licenses(licenses lines "../Frameworks/Python.framework/Versions/A/" "")
  _pyembed_write_names("${staged}/framework.txt" lines)

  set(framework "${home}/Frameworks/Python.framework")
  message(STATUS "Installing: $ENV{DESTDIR}${framework}")
  set(arguments "$ENV{DESTDIR}${home}/Frameworks" --files "${staged}/framework.txt"
    --python "${arg_INTERPRETER}" --byte-code "${state}/bytecode")
  if(arg_IDENTIFIER)
    list(APPEND arguments --identifier "${arg_IDENTIFIER}")
  endif()
  pyembed_run_command(
    COMMAND ${arg_COMMAND} BUILD "${arg_BUILD}" QUIET
    ARGUMENTS framework create "${arg_PREFIX}" --quiet --output ${arguments}
    FAILURE "'$ENV{DESTDIR}${framework}' could not be made")
  _pyembed_list_framework("$ENV{DESTDIR}${framework}" "${framework}")

  if(arg_LICENSES)
    file(INSTALL DESTINATION "${home}/Resources" TYPE DIRECTORY MESSAGE_NEVER FILES "${staged}/licenses")
  endif()
  _pyembed_remove_changed("${staged}/pyembed-licenses.json" "$ENV{DESTDIR}${home}/Resources/pyembed-licenses.json")
  _pyembed_remove_changed("${arg_APP_JSON}" "$ENV{DESTDIR}${home}/Resources/pyembed-app.json")
  file(INSTALL DESTINATION "${home}/Resources" TYPE FILE
    FILES "${arg_APP_JSON}" "${staged}/pyembed-licenses.json")
endmacro()

# Adds what is in the framework to the manifest of the install.
macro(_pyembed_list_framework present installed)
  string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${present}")
  file(GLOB_RECURSE names RELATIVE "${present}" "${pattern}/*")
  list(TRANSFORM names PREPEND "${installed}/")
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${names})
endmacro()
