#include "io/prediction_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "io/json_text.h"
#include "train/classification_figures.h"

namespace strata {

namespace {

static_assert(std::endian::native == std::endian::little, "probabilities are written as they lie in memory");

/// Text that is written at once.
constexpr std::size_t kBufferedBytes = 256 * 1024;

/// A field of RFC 4180.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string field = "\"";
  for (const char c : text) {
    field.append(c == '"' ? 2 : 1, c);
  }
  return field + '"';
}

template <class Number>
void append_number(std::string& text, Number number) {
  constexpr std::size_t kLongest = 32;
  std::array<char, kLongest> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): format_to fills what is read
  const char* end = fmt::format_to(digits.data(), FMT_COMPILE("{}"), number);
  text.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

std::vector<std::string> spelt_names(const PredictionLayout& layout) {
  std::vector<std::string> texts;
  for (const std::string& name : layout.names) {
    texts.push_back(layout.format == PredictionFormat::jsonl ? json_string(name) : csv_field(name));
  }
  return texts;
}

}  // namespace

std::string npy_header(std::size_t rows, std::size_t columns) {
  constexpr std::size_t kSize = 128;
  using namespace std::string_view_literals;
  constexpr std::string_view kStart = "\x93NUMPY\x01\x00"sv;  // format version 1.0
  constexpr std::size_t kLengthBytes = 2;                     // of the text that follows, little-endian
  constexpr std::size_t kTextSize = kSize - kStart.size() - kLengthBytes;
  std::string header(kStart);
  header += static_cast<char>(kTextSize);
  header += '\0';
  header += fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, columns);
  header.resize(kSize - 1, ' ');
  return header + '\n';
}

PredictionWriter::PredictionWriter(PredictionLayout layout, const std::optional<std::filesystem::path>& output,
                                   std::optional<std::size_t> rows)
    : layout_(std::move(layout)),
      texts_(spelt_names(layout_)),
      rows_were_known_(rows.has_value()),
      target_(output, layout_.format == PredictionFormat::npy && !rows_were_known_) {
  if (layout_.format == PredictionFormat::npy) {
    text_ = npy_header(rows.value_or(0), layout_.names.size());
  } else if (layout_.format == PredictionFormat::csv) {
    text_ = fmt::format("row,{}{}{}\n", layout_.ids ? "id," : "",
                        layout_.kind == TargetKind::classes ? "class,probability," : "", fmt::join(texts_, ","));
  }
}

void PredictionWriter::write(MatrixView<const float> predictions, std::span<const std::string> ids) {
  const bool one_of_two =
      layout_.kind == TargetKind::classes && predictions.columns() == 1 && layout_.names.size() == 2;
  for (std::size_t row = 0; row < predictions.rows(); ++row, ++rows_) {
    const std::span<const float> p(predictions.row(row), predictions.columns());
    const std::string* id = layout_.ids ? &ids[row] : nullptr;
    const std::size_t decided =
        layout_.kind == TargetKind::classes ? decided_class(p, layout_.names.size(), layout_.threshold) : 0;
    if (one_of_two) {
      append_row(std::array{1 - p[0], p[0]}, decided, id);
    } else {
      append_row(p, decided, id);
    }
    if (text_.size() >= kBufferedBytes) {
      flush();
    }
  }
  flush();
}

void PredictionWriter::append_row(std::span<const float> predictions, std::size_t decided, const std::string* id) {
  switch (layout_.format) {
    case PredictionFormat::csv:
      append_csv(predictions, decided, id);
      break;
    case PredictionFormat::jsonl:
      append_json(predictions, decided, id);
      break;
    case PredictionFormat::npy:
      const auto bytes = std::as_bytes(predictions);
      text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      break;
  }
}

void PredictionWriter::append_csv(std::span<const float> predictions, std::size_t decided, const std::string* id) {
  append_number(text_, rows_);
  if (id != nullptr) {
    text_ += ',';
    text_ += csv_field(*id);
  }
  if (layout_.kind == TargetKind::classes) {
    text_ += ',';
    text_ += texts_[decided];
    text_ += ',';
    append_number(text_, predictions[decided]);
  }
  for (const float p : predictions) {
    text_ += ',';
    append_number(text_, p);
  }
  text_ += '\n';
}

void PredictionWriter::append_json(std::span<const float> predictions, std::size_t decided, const std::string* id) {
  text_ += R"({"row":)";
  append_number(text_, rows_);
  if (id != nullptr) {
    if (!is_utf8(*id)) {
      throw data_error(
          "row {} (counted from 0): its id, {}, is not UTF-8, which JSON has to be; take the csv format, or convert "
          "the "
          "data, as by iconv -f latin1 -t utf8",
          rows_, quoted_name(*id));
    }
    text_ += R"(,"id":)";
    text_ += json_string(*id);
  }
  switch (layout_.kind) {
    case TargetKind::classes:
      append_json_class(predictions, decided);
      break;
    case TargetKind::labels:
      append_json_labels(predictions);
      break;
    case TargetKind::numbers:
      append_json_values("values", predictions);
      break;
  }
  text_ += "}\n";
}

void PredictionWriter::append_json_class(std::span<const float> probabilities, std::size_t decided) {
  text_ += R"(,"class":)";
  text_ += texts_[decided];
  text_ += R"(,"probabilities":[)";
  for (const float p : probabilities) {
    append_number(text_, p);
    text_ += ',';
  }
  text_.back() = ']';
}

void PredictionWriter::append_json_labels(std::span<const float> probabilities) {
  text_ += R"(,"labels":[)";
  std::string_view separator;
  for (std::size_t label = 0; label < probabilities.size(); ++label) {
    if (says_yes(probabilities[label], layout_.threshold)) {
      text_ += separator;
      text_ += texts_[label];
      separator = ",";
    }
  }
  text_ += ']';
  append_json_values("probabilities", probabilities);
}

void PredictionWriter::append_json_values(std::string_view key, std::span<const float> values) {
  text_ += fmt::format(R"(,"{}":{{)", key);
  for (std::size_t i = 0; i < values.size(); ++i) {
    text_ += texts_[i];
    text_ += ':';
    append_number(text_, values[i]);
    text_ += ',';
  }
  text_.back() = '}';
}

void PredictionWriter::flush() {
  target_.write(std::as_bytes(std::span(text_)));
  text_.clear();
}

void PredictionWriter::finish() {
  flush();
  if (layout_.format == PredictionFormat::npy && !rows_were_known_) {
    const std::string header = npy_header(rows_, layout_.names.size());
    target_.rewrite_start(std::as_bytes(std::span(header)));
  }
  target_.commit();
}

}  // namespace strata
