#include "io/prediction_writer.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/number.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace strata::io_prediction_writer_test {

using test::missing;
using test::read_text;
using test::TemporaryFolder;
using test::thrown;

namespace {

const std::vector<float> kProbabilities{0.25F, 0.75F, 0.1F, 1e-30F, 0.3F, 0.30000001F};  // (3, 2)

std::string written(const PredictionLayout& layout, const std::vector<std::string>& ids,
                    std::optional<std::size_t> rows = std::nullopt) {
  const TemporaryFolder folder;
  PredictionWriter writer(layout, folder / "out", rows);
  const MatrixView<const float> all(kProbabilities.data(), 3, 2);
  const std::span<const std::string> each(ids);
  writer.write(all.rows(0, 1), each.first(ids.empty() ? 0 : 1));
  writer.write(all.rows(1, 2), each.subspan(ids.empty() ? 0 : 1));
  CHECK(folder.entries() <= 1);
  writer.finish();
  CHECK(writer.rows() == 3);
  return read_text(folder / "out");
}

}  // namespace

TEST_CASE("predictions as CSV: a header, the first of the largest, numbers that read back", "[io]") {
  CHECK(written({PredictionFormat::csv, {"no", "yes"}, false}, {}) ==
        "row,class,probability,no,yes\n"
        "0,yes,0.75,0.25,0.75\n"
        "1,no,0.1,0.1,1e-30\n"
        "2,no,0.3,0.3,0.3\n");
  for (const float p : kProbabilities) {
    CHECK(parse_number<float>(fmt::format("{}", p)) == p);
  }
}

TEST_CASE("names and ids of CSV predictions are quoted where they must be", "[io]") {
  CHECK(written({PredictionFormat::csv, {"a,b", "say \"c\""}, true}, {"x", "1\n2", ""}) ==
        "row,id,class,probability,\"a,b\",\"say \"\"c\"\"\"\n"
        "0,x,\"say \"\"c\"\"\",0.75,0.25,0.75\n"
        "1,\"1\n2\",\"a,b\",0.1,0.1,1e-30\n"
        "2,,\"a,b\",0.3,0.3,0.3\n");
}

TEST_CASE("predictions as JSON Lines: an object a row", "[io]") {
  const std::string text = written({PredictionFormat::jsonl, {"a\"b", "1"}, true}, {"x", "\\", "z"});
  std::vector<nlohmann::json> lines;
  for (std::size_t first = 0; first < text.size();) {
    const std::size_t end = text.find('\n', first);
    lines.push_back(nlohmann::json::parse(text.substr(first, end - first)));
    first = end + 1;
  }
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == nlohmann::json::parse(R"({"row":0,"id":"x","class":"1","probabilities":[0.25,0.75]})"));
  CHECK(lines[1]["class"] == "a\"b");
  CHECK(lines[1]["id"] == "\\");
  CHECK(lines[2]["row"] == 2);
  CHECK(lines[2]["probabilities"][1].get<float>() == kProbabilities[5]);
  CHECK(
      written({PredictionFormat::jsonl, {"0", "1"}, false}, {}).starts_with(R"({"row":0,"class":"1","probabilities")"));
}

TEST_CASE("numbers: a column each, of JSON Lines a member each", "[io]") {
  const PredictionLayout csv{.names = {"a,b", "c"}, .ids = true, .kind = TargetKind::numbers};
  CHECK(written(csv, {"x", "y", "z"}) == "row,id,\"a,b\",c\n0,x,0.25,0.75\n1,y,0.1,1e-30\n2,z,0.3,0.3\n");
  const std::string lines =
      written({.format = PredictionFormat::jsonl, .names = {"a", "b"}, .kind = TargetKind::numbers}, {});
  CHECK(lines.starts_with("{\"row\":0,\"values\":{\"a\":0.25,\"b\":0.75}}\n{\"row\":1,"));
}

TEST_CASE("labels: their probabilities, and which of them are above the threshold", "[io]") {
  const PredictionLayout csv{.names = {"a", "b"}, .kind = TargetKind::labels, .threshold = 0.2};
  CHECK(written(csv, {}) == "row,a,b\n0,0.25,0.75\n1,0.1,1e-30\n2,0.3,0.3\n");
  PredictionLayout layout = csv;
  layout.format = PredictionFormat::jsonl;
  CHECK(written(layout, {}) ==
        "{\"row\":0,\"labels\":[\"a\",\"b\"],\"probabilities\":{\"a\":0.25,\"b\":0.75}}\n"
        "{\"row\":1,\"labels\":[],\"probabilities\":{\"a\":0.1,\"b\":1e-30}}\n"
        "{\"row\":2,\"labels\":[\"a\",\"b\"],\"probabilities\":{\"a\":0.3,\"b\":0.3}}\n");
}

TEST_CASE("two classes by one output are written as two, decided by the threshold", "[io]") {
  const auto of = [](PredictionFormat format, double threshold) {
    const TemporaryFolder folder;
    PredictionWriter writer({.format = format, .names = {"no", "yes"}, .threshold = threshold}, folder / "out", 2);
    const std::vector<float> yes{0.25F, 0.75F};
    writer.write({yes.data(), 2, 1}, {});
    writer.finish();
    return read_text(folder / "out");
  };
  CHECK(of(PredictionFormat::csv, 0.5) == "row,class,probability,no,yes\n0,no,0.75,0.75,0.25\n1,yes,0.75,0.25,0.75\n");
  CHECK(of(PredictionFormat::csv, 0.75) == "row,class,probability,no,yes\n0,no,0.75,0.75,0.25\n1,no,0.25,0.25,0.75\n");
  CHECK(of(PredictionFormat::jsonl, 0.2).starts_with("{\"row\":0,\"class\":\"yes\",\"probabilities\":[0.75,0.25]}\n"));
  CHECK(of(PredictionFormat::npy, 0.5).size() == npy_header(2, 2).size() + 4 * sizeof(float));
}

TEST_CASE("predictions as NPY: the header has the rows, known before or not, and the values follow", "[io]") {
  for (const std::optional<std::size_t> rows : {std::optional<std::size_t>(), std::optional<std::size_t>(3)}) {
    const std::string text = written({PredictionFormat::npy, {"0", "1"}, true}, {"x", "y", "z"}, rows);
    const std::string header = npy_header(3, 2);
    REQUIRE(text.size() == header.size() + sizeof(float) * kProbabilities.size());
    CHECK(text.starts_with(header));
    CHECK(std::memcmp(text.data() + header.size(), kProbabilities.data(), sizeof(float) * kProbabilities.size()) == 0);
  }
}

TEST_CASE("an NPY header is one that NumPy's format describes", "[io]") {
  const std::string header = npy_header(18446744073709551615U, 18446744073709551615U);
  CHECK(header.size() % 64 == 0);
  CHECK(header.size() == npy_header(0, 1).size());
  CHECK(header.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(static_cast<unsigned char>(header[8]) + 256U * static_cast<unsigned char>(header[9]) == header.size() - 10);
  CHECK(header.back() == '\n');
  CHECK(npy_header(10, 3).find("{'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }") == 10);
}

TEST_CASE("an id that JSON cannot hold is told, not replaced", "[io]") {
  const std::vector<std::string> ids{"x", "K\xf6ln", "z"};
  const std::string told = thrown([&] { written({PredictionFormat::jsonl, {"0", "1"}, true}, ids); });
  CHECK(missing(told, {"row 1 (counted from 0): its id, \"K\\ufffdln\", is not UTF-8", "csv"}) == "");
  CHECK(written({PredictionFormat::csv, {"0", "1"}, true}, ids).find("K\xf6ln") != std::string::npos);
}

TEST_CASE("predictions that are not finished leave no file", "[io]") {
  const TemporaryFolder folder;
  {
    PredictionWriter writer({PredictionFormat::csv, {"0", "1"}, false}, folder / "out", std::nullopt);
    writer.write({kProbabilities.data(), 3, 2}, {});
  }
  CHECK(folder.entries() == 0);
}

}  // namespace strata::io_prediction_writer_test
