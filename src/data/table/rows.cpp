#include "data/table/rows.h"

#include <atomic>
#include <exception>
#include <limits>

#include "core/error.h"
#include "core/memory.h"
#include "data/parallel.h"

namespace strata {

namespace {

/// Less than what is free on any machine, so that nobody need ask the system.
constexpr std::size_t kAlwaysFree = std::size_t{1} << 20U;

/// Throws if `rows` of `features` are more than can be held.
void check_size(const std::string& name, std::size_t rows, std::size_t features) {
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    throw data_error("{}: has {} rows; expected at most 2^32 - 1; divide the file", name, rows);
  }
  const std::size_t bytes =
      rows * features * sizeof(float);  // below 2^64: a table's columns are 1 byte of text at least
  if (bytes <= kAlwaysFree) {
    return;
  }
  if (const auto available = available_memory(); available && bytes > *available) {
    throw data_error(
        "{}: {} rows of {} features take {} MB; expected at most {} MB, the memory that is free; leave out columns, "
        "above all categories of many values",
        name, rows, features, bytes >> 20, *available >> 20);
  }
}

Dataset make_dataset(const std::string& name, std::size_t rows, const TablePlan& plan) {
  check_size(name, rows, plan.features + plan.target_names.size());
  Dataset data;
  data.source = name;
  data.sample_shape = {plan.features};
  data.features = plan.features;
  data.offsets = plan.options.offsets;
  data.values.resize(rows * plan.features);
  data.labels.resize(plan.has(ColumnUse::label) ? rows : 0);
  data.target_names = plan.target_names;
  data.target_columns = plan.target_names.size();
  data.target_values.resize(rows * data.target_columns);
  data.row_weights.resize(plan.has(ColumnUse::weight) ? rows : 0);
  data.ids.resize(plan.has(ColumnUse::id) ? rows : 0);
  return data;
}

}  // namespace

void for_each_chunk(std::size_t count, const std::function<void(std::size_t)>& read) {
  std::vector<std::exception_ptr> faults(count);
  std::atomic<std::size_t> first_fault = count;
  run_tasks(count, [&](std::size_t i) {
    if (i > first_fault) {
      return;
    }
    try {
      read(i);
    } catch (...) {
      faults[i] = std::current_exception();
      std::size_t first = first_fault;
      while (i < first && !first_fault.compare_exchange_weak(first, i)) {
      }
    }
  });
  if (first_fault < count) {
    std::rethrow_exception(faults[first_fault]);
  }
}

TableRows read_rows(const TableText& table, std::size_t first_row, const TablePlan& plan) {
  TableRows rows;
  rows.chunks = cut_records(table.text, plan.options.chunk_bytes);
  rows.data = make_dataset(table.name, rows.chunks.back().first_row + rows.chunks.back().rows, plan);
  rows.labels.resize(rows.chunks.size());
  for_each_chunk(rows.chunks.size(), [&](std::size_t i) {
    RowReader(table, rows.chunks[i], first_row, plan, rows.data, rows.labels[i]).read();
  });
  return rows;
}

}  // namespace strata
