/** Where it is, in `site-packages`. */
export const pipShimPath = 'pip/__init__.py'

/**
 * Lets `python -m pip` work in an environment that does not see its base's packages: pip of the base and nothing else
 * of it. An installed pip takes its place.
 */
export const pipShim = `# pip of the application's Python; an installed pip takes the place of this file.
import os
import sys
import sysconfig

__path__ = [os.path.join(sysconfig.get_path("purelib", vars={"base": sys.base_prefix}), "pip")]
__file__ = os.path.join(__path__[0], "__init__.py")
with open(__file__, encoding="utf-8") as source:
    exec(compile(source.read(), __file__, "exec"))
`
