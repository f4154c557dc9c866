include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_add_module
------------------

Adds an extension module of the pinned Python.

.. code-block:: cmake

  pyembed_add_module(<name> <source>...)

A MODULE library of that name, linked to ``pyembed::Module`` and called as this Python
looks for it (``PYEMBED_SOABI``). No Python runs for that, so it serves cross builds.

The build Python imports it as soon as it is built, by ``pyembed-modules-*.pth`` in its
``site-packages``, one for each build tree that uses it. Each configuration's modules
have a directory of their own,
``python-modules/<config>`` beside the build Python; where there are several
configurations, the environment variable ``PYEMBED_CONFIG`` names the one to import
from, else the first that has the module is taken.
#]=======================================================================]
function(pyembed_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "")
  if(NOT DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_add_module: '${name}' has no sources; expected pyembed_add_module(<name> <source>...).")
  endif()
  list(GET arg_UNPARSED_ARGUMENTS 0 first)
  if(first MATCHES "^(STATIC|SHARED|MODULE|OBJECT|INTERFACE|UNKNOWN|ALIAS|IMPORTED|GLOBAL|EXCLUDE_FROM_ALL)$")
    message(FATAL_ERROR "pyembed_add_module: unknown argument '${first}' for '${name}', which is a MODULE library; "
      "expected pyembed_add_module(<name> <source>...).")
  endif()

  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE pyembed::Module)
  if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(extension "pyd")
  else()
    set(extension "so")
  endif()
  get_property(is_sdk GLOBAL PROPERTY PYEMBED_IS_SDK)
  if(is_sdk)
    set(directory "${CMAKE_CURRENT_BINARY_DIR}/python-modules")
  else()
    cmake_path(GET PYEMBED_PREFIX PARENT_PATH directory)
    string(APPEND directory "/python-modules")
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".${PYEMBED_SOABI}.${extension}"
    LIBRARY_OUTPUT_DIRECTORY "${directory}/$<CONFIG>")

  set(configurations "${CMAKE_BUILD_TYPE}")
  get_property(is_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(is_multi_config)
    set(configurations "${CMAKE_CONFIGURATION_TYPES}")
  endif()
  foreach(configuration IN LISTS configurations)
    string(TOUPPER "${configuration}" suffix)
    # CMAKE_DEBUG_POSTFIX would give the module another name than its PyInit function has.
    set_target_properties(${name} PROPERTIES
      ${suffix}_POSTFIX "" LIBRARY_OUTPUT_DIRECTORY_${suffix} "${directory}/${configuration}")
  endforeach()
  if(NOT is_sdk)
    _pyembed_write_modules_path("${configurations}")
  endif()
endfunction()

# Relative to the build Python, so that neither quoting nor a moved build tree matters.
function(_pyembed_write_modules_path configurations)
  list(JOIN configurations "\", \"" names)
  string(SHA256 tree "${CMAKE_BINARY_DIR}")
  string(SUBSTRING "${tree}" 0 8 tree)
  file(CONFIGURE OUTPUT "${PYEMBED_SITELIB}/pyembed-modules-${tree}.pth" @ONLY NEWLINE_STYLE UNIX CONTENT [=[
import os, sys; sys.path += [os.path.join(os.path.dirname(sys.base_prefix), "python-modules", c) for c in ([os.environ["PYEMBED_CONFIG"]] if "PYEMBED_CONFIG" in os.environ else ["@names@"])]
]=])
endfunction()
