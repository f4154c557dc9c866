include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_select_target
---------------------

Names the target whose Python this build needs, as python-build-standalone
writes it (``x86_64-unknown-linux-gnu``).

.. code-block:: cmake

  pyembed_select_target(<out-var>)

``PYEMBED_TARGET``, when set, decides alone, but must be of the system that is
built for. Else the answer comes from ``CMAKE_SYSTEM_NAME``, the architecture the
compiler generates code for, and on macOS the one entry of
``CMAKE_OSX_ARCHITECTURES``. A system or architecture without a Python is a fatal
error, never a guess.
#]=======================================================================]
function(pyembed_select_target out_var)
  if(ARGC GREATER 1)
    message(FATAL_ERROR "pyembed_select_target: unknown arguments '${ARGN}'; expected one output variable.")
  endif()

  set(systems_Linux   "-unknown-linux-")
  set(systems_Darwin  "-apple-darwin$")
  set(systems_Windows "-pc-windows-msvc$")
  if(NOT DEFINED systems_${CMAKE_SYSTEM_NAME})
    message(FATAL_ERROR
      "pyembed: there is no Python for CMAKE_SYSTEM_NAME '${CMAKE_SYSTEM_NAME}'; expected Linux, Darwin or Windows.")
  endif()

  if(PYEMBED_TARGET)
    if(NOT PYEMBED_TARGET MATCHES "${systems_${CMAKE_SYSTEM_NAME}}")
      message(FATAL_ERROR
        "pyembed: PYEMBED_TARGET is '${PYEMBED_TARGET}', but this build is for ${CMAKE_SYSTEM_NAME}. "
        "Unset PYEMBED_TARGET (-UPYEMBED_TARGET) or configure with the toolchain of that target.")
    endif()
    set(${out_var} "${PYEMBED_TARGET}" PARENT_SCOPE)
    return()
  endif()

  set(processor "${CMAKE_SYSTEM_PROCESSOR}")
  set(machine "")
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    _pyembed_find_machine(machine)
  endif()
  if(CMAKE_SYSTEM_NAME STREQUAL "Darwin" AND CMAKE_OSX_ARCHITECTURES)
    list(LENGTH CMAKE_OSX_ARCHITECTURES count)
    if(count GREATER 1)
      message(FATAL_ERROR
        "pyembed: CMAKE_OSX_ARCHITECTURES is '${CMAKE_OSX_ARCHITECTURES}', but a Python has one architecture. "
        "Configure one build tree per architecture, or set PYEMBED_TARGET.")
    endif()
    set(processor "${CMAKE_OSX_ARCHITECTURES}")
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    # With `-A` the Visual Studio generators leave the host's name in CMAKE_SYSTEM_PROCESSOR.
    foreach(language IN ITEMS CXX C)
      if(CMAKE_${language}_COMPILER_ARCHITECTURE_ID)
        set(processor "${CMAKE_${language}_COMPILER_ARCHITECTURE_ID}")
        break()
      endif()
    endforeach()
  endif()

  set(arch "")
  if(NOT CMAKE_CROSSCOMPILING)   # then CMAKE_SYSTEM_PROCESSOR is the host's
    string(REGEX REPLACE "-.*" "" compiled_for "${machine}")
    _pyembed_name_architecture("${compiled_for}" arch)
  endif()
  if(arch STREQUAL "")
    _pyembed_name_architecture("${processor}" arch)
  endif()
  if(arch STREQUAL "")
    message(FATAL_ERROR
      "pyembed: cannot tell the target from processor '${processor}' on ${CMAKE_SYSTEM_NAME}. "
      "Set PYEMBED_TARGET, for example -DPYEMBED_TARGET=x86_64-unknown-linux-gnu.")
  endif()

  if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    set(target "${arch}-apple-darwin")
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(target "${arch}-pc-windows-msvc")
  else()
    set(libc gnu)
    if(machine MATCHES "musl")   # x86_64-alpine-linux-musl; CMake has no variable for it
      set(libc musl)
    endif()
    if(arch STREQUAL "armv7")
      string(APPEND libc eabihf)
    endif()
    set(target "${arch}-unknown-linux-${libc}")
  endif()
  set(${out_var} "${target}" PARENT_SCOPE)
endfunction()

# As python-build-standalone calls an architecture; empty when it has none.
function(_pyembed_name_architecture processor out_var)
  string(TOLOWER "${processor}" processor)
  set(arch "")
  if(processor MATCHES "^(x86_64|amd64|x64)$")
    set(arch x86_64)
    if(CMAKE_SIZEOF_VOID_P EQUAL 4)   # gcc -m32
      set(arch i686)
    endif()
  elseif(processor MATCHES "^(aarch64|arm64)$")
    set(arch aarch64)
  elseif(processor MATCHES "^(i[3-6]86|x86)$")
    set(arch i686)
  elseif(processor MATCHES "^armv7")
    set(arch armv7)
  elseif(processor MATCHES "^(ppc64le|powerpc64le)$")
    set(arch ppc64le)
  elseif(processor MATCHES "^(s390x|riscv64)$")
    set(arch "${processor}")
  endif()
  set(${out_var} "${arch}" PARENT_SCOPE)
endfunction()

# The triple that is compiled for: the one that clang is given, else the compiler's default; empty without a compiler.
function(_pyembed_find_machine out_var)
  set(machine "")
  foreach(language IN ITEMS CXX C)
    if(CMAKE_${language}_COMPILER_TARGET)
      set(machine "${CMAKE_${language}_COMPILER_TARGET}")
      break()
    elseif(CMAKE_${language}_COMPILER)
      execute_process(
        COMMAND "${CMAKE_${language}_COMPILER}" -dumpmachine
        OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
      break()
    endif()
  endforeach()
  set(${out_var} "${machine}" PARENT_SCOPE)
endfunction()
