include("${PYEMBED_BUNDLE_UTILITIES_OVERRIDES}")
include(GetPrerequisites)
foreach(file IN ITEMS
    /b/lib/libpython3.14.dylib /b/App.app/Contents/Frameworks/Python.framework/Versions/A/Python
    /b/App.app/Contents/Frameworks/Python.framework/Versions/A/lib/libtcl9.0.dylib /b/lib/libother.dylib)
  gp_resolved_file_type(/x/App.app/Contents/MacOS/App "${file}" /x /x type)
  message(STATUS "${type}")
endforeach()
