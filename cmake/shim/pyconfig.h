// <pyconfig.h> for who includes it before <Python.h>, see there.
#if defined(_DEBUG)
#include "pyembed_crt.h"
#pragma push_macro("_DEBUG")
#undef _DEBUG
#include "../pyconfig.h"
#pragma pop_macro("_DEBUG")
#else
#include "../pyconfig.h"
#endif
