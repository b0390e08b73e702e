#include "cli/output.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "raft/base/check.h"

namespace quorate::cli {

Listing::Listing(std::string kind, std::vector<std::string> columns)
    : kind_(std::move(kind)), columns_(std::move(columns)) {}

void Listing::add(std::vector<std::string> cells, nlohmann::ordered_json item) {
  add_row(std::move(cells));
  items_.push_back(std::move(item));
}

void Listing::add_row(std::vector<std::string> cells) {
  QUORATE_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

void Listing::set_title(std::string line) {
  title_ = std::move(line);
}

void Listing::set_field(const std::string& name, nlohmann::ordered_json value) {
  fields_[name] = std::move(value);
}

void Listing::print(Format format) const {
  if (format == Format::kTable) return print_table();
  nlohmann::ordered_json object = {{"apiVersion", "quorate/v1"}, {"kind", kind_}};
  for (const auto& [name, value] : fields_.items())
    object[name] = value;
  object["items"] = items_;
  std::printf("%s\n", object.dump(2).c_str());
}

void Listing::print_table() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    std::size_t width = columns_[column].size();
    for (const auto& row : rows_)
      width = std::max(width, row[column].size());
    widths.push_back(width);
  }
  const auto print_row = [&widths](const std::vector<std::string>& cells) {
    for (std::size_t column = 0; column + 1 < cells.size(); ++column) {
      std::printf("%-*s  ", static_cast<int>(widths[column]), cells[column].c_str());
    }
    std::printf("%s\n", cells.back().c_str());
  };
  if (!title_.empty()) std::printf("%s\n", title_.c_str());
  print_row(columns_);
  for (const auto& row : rows_)
    print_row(row);
}

}  // namespace quorate::cli
