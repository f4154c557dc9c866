# find_package(Python2): there is none in a tree whose Python is pinned.
_pyembed_apply_pin()
set(_pyembed_python2 FALSE)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Python2
  REQUIRED_VARS _pyembed_python2
  REASON_FAILURE_MESSAGE "Python ${PYEMBED_VERSION} is the one Python of this build (pyembed).")
