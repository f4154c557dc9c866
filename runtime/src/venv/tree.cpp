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
  remove_file(path + ".tmp");
  fs::create_symlink(native(text), native(path + ".tmp"));
  if (!fs::is_symlink(native(path)) && is_directory(path)) remove_tree(path);
  rename(path + ".tmp", path);
}

}  // namespace

void write_tree(const AppPlace& place, const std::string& path, const VenvRecord& record) {
  const Layout layout = layout_of(record);
  fs::create_directory(native(path));
  for (const std::string& folder : layout.folders) fs::create_directory(native(at(path, folder)));
  for (const auto& [file, text] : layout.links) fs::create_symlink(native(text), native(at(path, file)));
  for (const auto& [file, from] : layout.copies) fs::copy_file(native(from), native(at(path, file)));
  if (record.inherit == Inherit::None) {
    const std::string shim = at(path, layout.site_packages + "/" + pip_shim_path);
    fs::create_directory(native(parent_path(shim)));
    write_new(shim, pip_shim);
  }
  write_new(at(path, "pyvenv.cfg"), cfg_of(place, record));
  write_new(at(path, record_name), format_record(record));
}

void rewrite_tree(const AppPlace& place, const std::string& path, const VenvRecord& record) {
  const Layout layout = layout_of(record);
  for (const std::string& folder : layout.folders) make_directories(at(path, folder));
  for (const auto& [file, text] : layout.links) replace_link(at(path, file), text);
  for (const auto& [file, from] : layout.copies) {
    const std::string target = at(path, file);
    fs::copy_file(native(from), native(target + ".tmp"), fs::copy_options::overwrite_existing);
    rename(target + ".tmp", target);
  }
  write_atomic(at(path, "pyvenv.cfg"), cfg_of(place, record));
  write_atomic(at(path, record_name), format_record(record));
}

}  // namespace pyembed::detail
