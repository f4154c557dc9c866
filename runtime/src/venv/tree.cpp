#include "tree.hpp"

#include "../base/files.hpp"
#include "../base/temporary.hpp"
#include "layout.hpp"
#include "record.hpp"

namespace pyembed::detail {

namespace {

std::string cfg_of(const AppPlace& place, const VenvRecord& record) {
  return format_cfg({record.base.executable, record.base.version, record.inherit, place.app.name, place.key});
}

void replace_link(const std::string& path, const std::string& text) {
  std::error_code error;
  if (text_of(fs::read_symlink(native(path), error)) == text && !error) return;
  const std::string temporary = temporary_name(path);
  fs::create_symlink(native(text), native(temporary));
  if (is_own_directory(path)) remove_tree(path);
  rename(temporary, path);
}

// What is behind a link is not of the environment.
void make_folder(const std::string& path) {
  if (is_own_directory(path)) return;
  remove_file(path);
  fs::create_directory(native(path));
}

void write_pip_shim(const std::string& path) {
  fs::create_directory(native(parent_path(path)));
  write_new(path, pip_shim);
}

}  // namespace

void write_tree(const AppPlace& place, const std::string& path, const VenvRecord& record) {
  const Layout layout = layout_of(record);
  fs::create_directory(native(path));
  for (const std::string& folder : layout.folders) fs::create_directory(native(at(path, folder)));
  for (const auto& [file, text] : layout.links) fs::create_symlink(native(text), native(at(path, file)));
  for (const auto& [file, from] : layout.copies) fs::copy_file(native(from), native(at(path, file)));
  if (record.inherit == Inherit::None) write_pip_shim(at(path, layout.site_packages + "/" + pip_shim_path));
  write_new(at(path, "pyvenv.cfg"), cfg_of(place, record));
  write_new(at(path, record_name), format_record(record));
}

void rewrite_tree(const AppPlace& place, const std::string& path, const VenvRecord& record) {
  const Layout layout = layout_of(record);
  for (const std::string& folder : layout.folders) make_folder(at(path, folder));
  // One that something else made may have a pip of its own, or none.
  const std::string shim = at(path, layout.site_packages + "/" + pip_shim_path);
  if (record.inherit == Inherit::None && !is_there(parent_path(shim))) write_pip_shim(shim);
  for (const auto& [file, text] : layout.links) replace_link(at(path, file), text);
  for (const auto& [file, from] : layout.copies) {
    const std::string target = at(path, file);
    const std::string temporary = temporary_name(target);
    fs::copy_file(native(from), native(temporary));
    rename(temporary, target);
  }
  write_atomic(at(path, "pyvenv.cfg"), cfg_of(place, record));
  write_atomic(at(path, record_name), format_record(record));
}

}  // namespace pyembed::detail
