include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_override_bundle_utilities
---------------------------------

Keeps ``fixup_bundle()`` of CMake's BundleUtilities off Python: including this file
defines ``gp_resolved_file_type_override()``, which takes libpython and all of
``Python.framework`` for parts of the system. Nothing of it is copied a second time then,
and no load command that names it is changed. ``PYEMBED_BUNDLE_UTILITIES_OVERRIDES`` is
this file.

.. code-block:: cmake

  install(CODE "
    include([[${PYEMBED_BUNDLE_UTILITIES_OVERRIDES}]])
    include(BundleUtilities)
    fixup_bundle(\"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/Workbench.app\" \"\" \"\")")

A project that has such a function itself calls ``pyembed_override_bundle_utilities()``
in it.

.. code-block:: cmake

  pyembed_override_bundle_utilities(<resolved-file> <type-var>)   # sets the type, or leaves it
#]=======================================================================]
function(pyembed_override_bundle_utilities resolved_file type_var)
  if("${resolved_file}" MATCHES "(^|/)Python\\.framework/|(^|/)libpython3[^/]*\\.dylib$")
    set(${type_var} system PARENT_SCOPE)
  endif()
endfunction()

if(NOT COMMAND gp_resolved_file_type_override)
  macro(gp_resolved_file_type_override resolved_file type_var)
    pyembed_override_bundle_utilities("${resolved_file}" ${type_var})
  endmacro()
endif()
