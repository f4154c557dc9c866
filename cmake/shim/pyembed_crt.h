// The headers that settle the debug level of Visual C++'s C and C++ libraries, to be included while _DEBUG is there.
#if defined(_MSC_VER)
#include <crtdefs.h>
#if defined(__cplusplus)
#include <yvals.h>
#endif
#endif
