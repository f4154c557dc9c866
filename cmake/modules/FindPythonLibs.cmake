# find_package(PythonLibs) answered from the pin. CMake's own module refuses under CMP0148.
_pyembed_apply_pin()
_pyembed_check_version(PythonLibs)
set(PYTHON_LIBRARIES "${PYEMBED_LIBRARY}")
set(PYTHON_DEBUG_LIBRARIES "")
set(PYTHON_INCLUDE_DIRS "${PYEMBED_INCLUDE_DIR}")
set(PYTHON_INCLUDE_PATH "${PYEMBED_INCLUDE_DIR}")
set(PYTHONLIBS_VERSION_STRING "${PYEMBED_VERSION_MAJOR}.${PYEMBED_VERSION_MINOR}.${PYEMBED_VERSION_PATCH}")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PythonLibs
  REQUIRED_VARS PYTHON_LIBRARIES PYTHON_INCLUDE_DIRS VERSION_VAR PYTHONLIBS_VERSION_STRING)
set(PYTHONLIBS_FOUND "${PythonLibs_FOUND}")
