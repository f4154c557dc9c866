// Paths as UTF-8, and the running executable's own.
#pragma once

#include <pyembed/error.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

namespace pyembed {

namespace fs = std::filesystem;

namespace detail {

inline fs::path from_utf8(const std::string& text) {
#if defined(_WIN32)
  const int bytes = static_cast<int>(text.size());
  std::wstring wide(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, text.data(), bytes, nullptr, 0)), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), bytes, wide.data(), static_cast<int>(wide.size()));
  return fs::path(wide);
#else
  return fs::path(text);  // POSIX paths are bytes
#endif
}

inline std::string to_utf8(const fs::path& path) {
  const auto text = path.u8string();  // char8_t from C++20 on
  return std::string(text.begin(), text.end());
}

inline fs::path executable_path() {
#if defined(_WIN32)
  std::wstring buffer(260, L'\0');
  for (;;) {
    const DWORD length = GetModuleFileNameW(nullptr, buffer.data(), static_cast<DWORD>(buffer.size()));
    if (length == 0) throw Error("pyembed: Windows does not tell the path of the running executable");
    if (length < buffer.size()) return fs::path(buffer.substr(0, length));
    buffer.resize(buffer.size() * 2);
  }
#elif defined(__APPLE__)
  std::uint32_t size = 0;
  _NSGetExecutablePath(nullptr, &size);
  std::string buffer(size, '\0');
  _NSGetExecutablePath(buffer.data(), &size);
  return fs::canonical(buffer.c_str());
#else
  return fs::read_symlink("/proc/self/exe");
#endif
}

}  // namespace detail

}  // namespace pyembed
