# find_package(PythonInterp) answered from the pin. CMake's own module refuses under CMP0148.
_pyembed_apply_pin()
_pyembed_check_version(PythonInterp)
set(PYTHON_VERSION_STRING "${PYEMBED_VERSION_MAJOR}.${PYEMBED_VERSION_MINOR}.${PYEMBED_VERSION_PATCH}")
set(PYTHON_VERSION_MAJOR "${PYEMBED_VERSION_MAJOR}")
set(PYTHON_VERSION_MINOR "${PYEMBED_VERSION_MINOR}")
set(PYTHON_VERSION_PATCH "${PYEMBED_VERSION_PATCH}")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PythonInterp
  REQUIRED_VARS PYTHON_EXECUTABLE PYEMBED_CAN_RUN VERSION_VAR PYTHON_VERSION_STRING)
set(PYTHONINTERP_FOUND "${PythonInterp_FOUND}")
