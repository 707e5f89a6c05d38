#include "io/prediction_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "io/json_text.h"
#include "io/npy_output.h"

namespace strata {

namespace {

static_assert(std::endian::native == std::endian::little, "probabilities are written as they lie in memory");

/// Text that is written at once.
constexpr std::size_t kFlushBytes = 256 * 1024;

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

std::size_t first_of_largest(std::span<const float> values) {
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

std::vector<std::string> class_texts(const PredictionLayout& layout) {
  std::vector<std::string> texts;
  for (const std::string& name : layout.classes) {
    texts.push_back(layout.format == PredictionFormat::jsonl ? json_string(name) : csv_field(name));
  }
  return texts;
}

}  // namespace

PredictionWriter::PredictionWriter(PredictionLayout layout, const std::optional<std::filesystem::path>& output,
                                   std::optional<std::size_t> rows)
    : layout_(std::move(layout)),
      class_texts_(class_texts(layout_)),
      rows_were_known_(rows.has_value()),
      target_(output, layout_.format == PredictionFormat::npy && !rows_were_known_) {
  if (layout_.format == PredictionFormat::npy) {
    text_ = npy_header(rows.value_or(0), layout_.classes.size());
  } else if (layout_.format == PredictionFormat::csv) {
    text_ = fmt::format("row,{}class,probability,{}\n", layout_.ids ? "id," : "", fmt::join(class_texts_, ","));
  }
}

void PredictionWriter::write(MatrixView<const float> probabilities, std::span<const std::string> ids) {
  for (std::size_t row = 0; row < probabilities.rows(); ++row, ++rows_) {
    const std::span<const float> p(probabilities.row(row), probabilities.columns());
    const std::string* id = layout_.ids ? &ids[row] : nullptr;
    switch (layout_.format) {
      case PredictionFormat::csv:
        append_csv(p, id);
        break;
      case PredictionFormat::jsonl:
        append_json(p, id);
        break;
      case PredictionFormat::npy:
        const auto bytes = std::as_bytes(p);
        text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        break;
    }
    if (text_.size() >= kFlushBytes) {
      flush();
    }
  }
  flush();
}

void PredictionWriter::append_csv(std::span<const float> probabilities, const std::string* id) {
  append_number(text_, rows_);
  text_ += ',';
  if (id != nullptr) {
    text_ += csv_field(*id);
    text_ += ',';
  }
  const std::size_t best = first_of_largest(probabilities);
  text_ += class_texts_[best];
  text_ += ',';
  append_number(text_, probabilities[best]);
  for (const float p : probabilities) {
    text_ += ',';
    append_number(text_, p);
  }
  text_ += '\n';
}

void PredictionWriter::append_json(std::span<const float> probabilities, const std::string* id) {
  text_ += R"({"row":)";
  append_number(text_, rows_);
  if (id != nullptr) {
    text_ += R"(,"id":)";
    text_ += json_string(*id);
  }
  text_ += R"(,"class":)";
  text_ += class_texts_[first_of_largest(probabilities)];
  text_ += R"(,"probabilities":[)";
  for (const float p : probabilities) {
    append_number(text_, p);
    text_ += ',';
  }
  text_.back() = ']';
  text_ += "}\n";
}

void PredictionWriter::flush() {
  target_.write(std::as_bytes(std::span(text_)));
  text_.clear();
}

void PredictionWriter::finish() {
  flush();
  if (layout_.format == PredictionFormat::npy && !rows_were_known_) {
    const std::string header = npy_header(rows_, layout_.classes.size());
    target_.rewrite_start(std::as_bytes(std::span(header)));
  }
  target_.commit();
}

}  // namespace strata
