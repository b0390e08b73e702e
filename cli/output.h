// What commands print: one list of items, as a table for people or as JSON for programs.
//
// JSON is one object {"apiVersion": "quorate/v1", "kind": ..., "items": [...]}; numbers are
// numbers, identifiers are the same text in every format. The format never depends on the terminal.
// Thread: main.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace quorate::cli {

enum class Format { kTable, kJson };

class Listing {
 public:
  // `columns` are the table's headings in order.
  Listing(std::string kind, std::vector<std::string> columns);

  // `cells` go into the table, one per column; `item` into the JSON.
  void add(std::vector<std::string> cells, nlohmann::ordered_json item);
  // Into the table alone.
  void add_row(std::vector<std::string> cells);

  // A line above the table ("cluster ... leader 1"), and a member of the JSON object.
  void set_title(std::string line);
  void set_field(const std::string& name, nlohmann::ordered_json value);

  // To standard output.
  void print(Format format) const;

 private:
  void print_table() const;

  std::string kind_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::string title_;
  nlohmann::ordered_json fields_ = nlohmann::ordered_json::object();
  nlohmann::ordered_json items_ = nlohmann::ordered_json::array();
};

}  // namespace quorate::cli
