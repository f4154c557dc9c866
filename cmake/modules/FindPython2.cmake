# find_package(Python2): there is none in a tree whose Python is pinned.
_pyembed_apply_pin()
_pyembed_report_not_found(Python2 "${PYEMBED_VERSION} is pinned")
