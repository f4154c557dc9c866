// <Python.h> for builds that define _DEBUG. pyembed lays it into <prefix>/include/pyembed-shim, which comes first on
// the include path of its targets. Under _DEBUG Python's headers for Windows ask for python3XY_d.lib and the object
// layout of a debug Python, but the library is a release one in every configuration.
#if defined(_DEBUG)
#include "pyembed_crt.h"
#pragma push_macro("_DEBUG")
#undef _DEBUG
#include "../Python.h"
#pragma pop_macro("_DEBUG")
#else
#include "../Python.h"
#endif
