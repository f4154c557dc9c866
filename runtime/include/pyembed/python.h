// <Python.h>, with which a Debug build of Visual C++ uses the release Python there is:
// under _DEBUG Python's headers would ask for python3XY_d.lib and its other object layout.
#pragma once

#if defined(_MSC_VER) && defined(_DEBUG)
#include <yvals.h>  // settles the debug level of the C++ library while _DEBUG is still there
#undef _DEBUG
#include <Python.h>
#define _DEBUG
#else
#include <Python.h>
#endif
