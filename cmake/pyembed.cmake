#[=======================================================================[.rst:
pyembed.cmake
-------------

Gives this build the Python that ``pyembed.toml`` asks for, and no other. After
``project()``:

.. code-block:: cmake

  include(.pyembed/pyembed.cmake OPTIONAL RESULT_VARIABLE pyembed)
  if(NOT pyembed)
    message(FATAL_ERROR "Python is not there yet. Run\n  pyembed sync")
  endif()
  target_link_libraries(app PRIVATE pyembed::Python)

This is one of the doors to modules/pyembed_core.cmake, which does the work: the others
are ``pyembed-provider.cmake``, this file in ``CMAKE_PROJECT_INCLUDE``,
``presets.json``, which names the provider, and ``find_package(pyembed CONFIG)``.
Several may be used in one build tree.

The pin is chosen by ``PYEMBED_TARGET``, else by the system and architecture that
are built for (pyembed_select_target). Its Python is put at
``${CMAKE_BINARY_DIR}/python`` (pyembed_materialize_python), every ``find_package()``
of Python ends there (pyembed_pin_python), and ``pyembed-app.json`` in the build
directory lets executables find it when they run (pyembed_write_app).

Targets
^^^^^^^

``pyembed::Python``
  The library to link, its headers and those of the runtime (pyembed_import_python).
``pyembed::Module``
  For extension modules: the headers and no library, on Windows the import library.
``pyembed::NumPy``
  The headers of numpy. Absent when ``pyembed.toml`` requires no numpy.

``pyembed::venv``
  The application's virtual environments in C++ (``<pyembed/venv.hpp>``), a static
  library that links no Python. Absent when the project has no C++.

``pyembed_add_module(<name> <source>...)`` adds an extension module.

Variables
^^^^^^^^^

``PYEMBED_PREFIX``
  The build Python, ``${CMAKE_BINARY_DIR}/python``.
``PYEMBED_EXECUTABLE``, ``PYEMBED_CAN_RUN``
  Its interpreter, and whether this host can run it (not in cross builds).
``PYEMBED_LIBRARY``, ``PYEMBED_RUNTIME_LIBRARY``, ``PYEMBED_SABI_LIBRARY``
  What one links; what is loaded (on Linux the file that the former is a link to, on
  Windows the DLL of the former); the limited API's import library, empty except on
  Windows.
``PYEMBED_RUNTIME_DLLS``
  On Windows what must lie beside an executable; empty elsewhere.
``PYEMBED_RUNTIME_DEPENDENCY_EXCLUDES``
  Regular expressions that keep Python's library out of ``install(RUNTIME_DEPENDENCY_SET)``.
``PYEMBED_INCLUDE_DIR``, ``PYEMBED_NumPy_INCLUDE_DIR``, ``PYEMBED_RUNTIME_INCLUDE_DIR``
  Headers of Python, of numpy (empty without it) and of the pyembed runtime.
``PYEMBED_SHIM_DIR``, ``PYEMBED_SHIM_DEFINITIONS``
  What the targets bring along for ``_DEBUG`` (pyembed_shim_headers); Windows only.
``PYEMBED_STDLIB``, ``PYEMBED_SITELIB``
  The standard library and ``site-packages``.
``PYEMBED_VERSION``, ``PYEMBED_VERSION_MAJOR``, ``_MINOR``, ``_PATCH``
  ``3.14.6`` and its parts.
``PYEMBED_BUILD``, ``PYEMBED_VARIANT``, ``PYEMBED_TARGET``, ``PYEMBED_PIN_ID``
  The release, ``default`` or ``freethreaded``, the triple, and the name of all that.
``PYEMBED_SOABI``
  What an extension module's file name carries, ``cpython-314-x86_64-linux-gnu``.
``PYEMBED_APP_NAME``, ``PYEMBED_APP_ID``, ``PYEMBED_APP_JSON``
  The application, and the file that describes it.
#]=======================================================================]

if(CMAKE_VERSION VERSION_LESS 3.20)
  message(FATAL_ERROR "pyembed: CMake ${CMAKE_VERSION} runs, 3.20 or newer is needed.")
endif()

if(NOT DEFINED PROJECT_NAME OR NOT DEFINED CMAKE_SYSTEM_NAME)
  message(FATAL_ERROR
    "pyembed: '${CMAKE_CURRENT_LIST_FILE}' is included before project(), where the platform is not known yet. "
    "Move the line below project().")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/modules/pyembed_core.cmake")
