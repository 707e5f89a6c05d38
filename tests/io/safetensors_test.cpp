#include "io/safetensors.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"

namespace strata::io_safetensors_test {

using test::expect_error;
using test::TemporaryFolder;

namespace {

constexpr std::string_view kName = "some.safetensors";

std::string little_endian(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(number & 0xFF);
    number >>= 8;
  }
  return bytes;
}

std::string with_header(const std::string& header, const std::string& data = {}) {
  return little_endian(header.size()) + header + data;
}

SafetensorsFile parse(std::string_view content) { return parse_safetensors(content, kName); }

void rejects(const std::string& content, const std::string& says) {
  expect_error(ErrorKind::data, std::string(kName), says, [&] { parse(content); });
}

std::string floats(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

/// The JSON of an entry; `data` gives its data_offsets.
std::string entry(std::string_view name, std::string_view shape, std::string_view data,
                  std::string_view dtype = "F32") {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})", name, dtype, shape, data);
}

std::string object(std::string_view members) { return fmt::format("{{{}}}", members); }

/// Parses `content`: either that works, or it is an Error(data) that names the file.
bool parses_or_rejects(std::string_view content) {
  try {
    parse(content);
    return true;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::data && std::string_view(error.what()).starts_with(kName);
  }
}

SafetensorsFile small_file() {
  SafetensorsFile file;
  file.tensors["a"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  file.tensors["b"] = {{1}, {-0.0F}};
  file.metadata["k"] = "v";
  return file;
}

std::string small_content() {
  const TemporaryFolder folder;
  write_safetensors(folder / "small", small_file());
  return test::read_text(folder / "small");
}

}  // namespace

TEST_CASE("safetensors round trip bit for bit", "[io]") {
  const TemporaryFolder folder;
  SafetensorsFile file = small_file();
  file.tensors["scalar"] = {{}, {0.1F}};
  file.tensors["empty"] = {{3, 0}, {}};
  file.tensors["limits"] = {{4},
                            {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(),
                             std::numeric_limits<float>::lowest(), std::numeric_limits<float>::epsilon()}};
  file.tensors["quotes \" \\ \n \u00e9"] = {{1}, {7}};
  file.metadata["text"] = "line\nline \u4e2d \"quoted\"";
  file.metadata[""] = "";
  write_safetensors(folder / "f", file);
  const SafetensorsFile read = read_safetensors(folder / "f");
  CHECK(read.metadata == file.metadata);
  REQUIRE(read.tensors.size() == file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor& other = read.tensors.at(name);
    CHECK(other.shape == tensor.shape);
    REQUIRE(other.values.size() == tensor.values.size());
    CHECK((tensor.values.empty() ||
           std::memcmp(other.values.data(), tensor.values.data(), tensor.values.size() * sizeof(float)) == 0));
  }
}

TEST_CASE("a written safetensors file has an aligned header and tensors in the order given", "[io]") {
  const TemporaryFolder folder;
  const std::vector<float> values{1, 2};
  const std::vector<NamedTensor> tensors{{"z", {1}, std::span(values).first(1)}, {"a", {1}, std::span(values).last(1)}};
  write_safetensors(folder / "f", tensors, {});
  const std::string content = test::read_text(folder / "f");
  const std::string header = object(entry("z", "1", "0,4") + "," + entry("a", "1", "4,8"));
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  CHECK(content == with_header(padded, floats({1, 2})));
}

TEST_CASE("safetensors without tensors, and of any order and spacing, are read", "[io]") {
  CHECK(parse(with_header("{}")).tensors.empty());
  const SafetensorsFile file =
      parse(with_header(R"({ "b" : {"data_offsets":[4,8], "shape":[1],"dtype":"F32"}, "__metadata__":{}, )" +
                            entry("a", "1", "0,4") + "}   ",
                        floats({1, 2})));
  CHECK(file.tensors.at("a").values == std::vector<float>{1});
  CHECK(file.tensors.at("b").values == std::vector<float>{2});
}

TEST_CASE("safetensors of other floating numbers are read without a loss", "[io]") {
  const SafetensorsFile file = parse(with_header(R"({"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                                                 R"("h":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},)"
                                                 R"("b":{"dtype":"BF16","shape":[2],"data_offsets":[14,18]}})",
                                                 std::string("\x01\0\0\0\0\0\xf0\x3f"  // 1 + 2^-52
                                                             "\0\x3c\x01\0\xff\xfb"    // 1, 2^-24, -65504
                                                             "\x80\x3f\x01\x80",       // 1, -2^-133 as subnormal
                                                             18)));
  CHECK(file.tensors.at("d").doubles == std::vector<double>{1 + 0x1p-52});
  CHECK(file.tensors.at("d").type == TensorType::f64);
  CHECK(file.tensors.at("h").values == std::vector<float>{1, 0x1p-24F, -65504});
  CHECK(file.tensors.at("h").type == TensorType::f16);
  CHECK(file.tensors.at("b").values == std::vector<float>{1, -0x1p-133F});
  CHECK(file.tensors.at("b").type == TensorType::bf16);
  const TemporaryFolder folder;
  write_safetensors(folder / "d", std::vector<NamedTensor>{{"d", {1}, {}, file.tensors.at("d").doubles}}, {});
  CHECK(read_safetensors(folder / "d").tensors.at("d").doubles == file.tensors.at("d").doubles);
}

TEST_CASE("malformed safetensors are errors that name the file and the fault", "[io]") {
  const std::string one = floats({1});
  rejects("", "0 bytes");
  rejects("1234567", "7 bytes");
  rejects(little_endian(100'000'001), "at most 100000000");
  rejects(little_endian(std::numeric_limits<std::uint64_t>::max()), "at most 100000000");
  rejects(little_endian(20) + "{}", "only 2 follow");
  rejects(with_header(""), "does not begin with '{'");
  rejects(with_header(" {}"), "does not begin with '{'");
  rejects(with_header("[]"), "does not begin with '{'");
  rejects(with_header("{}\n"), "does not end with '}'");
  rejects(with_header("{"), "does not end with '}'");
  rejects(with_header("{}{}"), "not valid JSON at its byte 3");
  rejects(with_header(std::string("{}\0}", 4)), "not valid JSON at its byte 3");
  rejects(with_header("{'a':1}"), "not valid JSON");
  rejects(with_header("{\"\xff\":1}"), "not valid JSON");
  rejects(with_header("{/**/}"), "not valid JSON");
  rejects(with_header("{\"a\":1e999}"), "not valid JSON");

  const std::string a = entry("a", "1", "0,4");
  rejects(with_header(object(a + "," + a), one), "entry \"a\" is given twice");
  rejects(with_header(R"({"__metadata__":{},"__metadata__":{}})"), "entry \"__metadata__\" is given twice");
  rejects(with_header(R"({"__metadata__":{"k":"v","k":"v"}})"), "metadata \"k\" is given twice");
  rejects(with_header(R"({"a":{"shape":[],"shape":[]}})"), "field \"shape\" of tensor \"a\" is given twice");
  rejects(with_header(R"({"a":{"dtype":"F32","dtype":"F32"}})"), "field \"dtype\" of tensor \"a\" is given twice");
  rejects(with_header(R"({"__metadata__":{"k":1}})"), "metadata \"k\" is a number; expected a string");
  rejects(with_header(R"({"__metadata__":{"k":{}}})"), "metadata \"k\" is an object");
  rejects(with_header(R"({"__metadata__":null})"), "entry \"__metadata__\" is null; expected an object of strings");
  rejects(with_header(R"({"a":[]})"), "entry \"a\" is an array; expected an object with dtype");
  rejects(with_header(R"({"a":{}})"), "tensor \"a\" has no dtype");
  rejects(with_header(R"({"a":{"dtype":"F32","shape":[1]}})"), "tensor \"a\" has no data_offsets");
  rejects(with_header(R"({"a":{"dtype":"F32","data_offsets":[0,0]}})"), "tensor \"a\" has no shape");
  rejects(with_header(R"({"a":{"extra":[1]}})"), "field \"extra\" of tensor \"a\" is an array; expected the fields");
  rejects(with_header(R"({"a":{"dtype":1}})"), "field \"dtype\" of tensor \"a\" is a number; expected a string");
  rejects(with_header(R"({"a":{"shape":{}}})"), "field \"shape\" of tensor \"a\" is an object");
  rejects(with_header(R"({"a":{"shape":[[1]]}})"), "field \"shape\" of tensor \"a\" is an array");
  rejects(with_header(R"({"a":{"shape":[-1]}})"), "field \"shape\" of tensor \"a\" is -1");
  rejects(with_header(R"({"a":{"shape":[1.0]}})"), "field \"shape\" of tensor \"a\" is 1.0");
  rejects(with_header(R"({"a":{"shape":["1"]}})"), "field \"shape\" of tensor \"a\" is a string");
  rejects(with_header(R"({"a":{"shape":[true]}})"), "field \"shape\" of tensor \"a\" is true or false");
  rejects(with_header(R"({"a":{"shape":[18446744073709551616]}})"), "18446744073709551616");

  rejects(with_header(object(entry("a", "1", "0,2", "I16")), "xx"), "tensor \"a\" has dtype \"I16\"; expected F32");
  rejects(with_header(object(entry("a", "1", "0")), one), "has data_offsets [0]");
  rejects(with_header(object(entry("a", "1", "0,4,4")), one), "has data_offsets [0, 4, 4]");
  rejects(with_header(object(entry("a", "1", "4,0")), one), "has data_offsets [4, 0]");
  rejects(with_header(object(entry("a", "1", "0,8")), one), "within the 4 bytes of data");
  rejects(with_header(object(entry("a", "2", "0,4")), one), "has 4 bytes of data; its shape needs 8");
  rejects(with_header(object(entry("a", "4294967296,4294967296", "0,0"))), "its shape needs more than 2^64");
  rejects(with_header(object(entry("a", "9223372036854775808,4,0", "0,0"))), "its shape needs more than 2^64");
  rejects(with_header(object(entry("a", "1", "4,8")), one + one), "tensor \"a\" begins at byte 4 of the data");
  rejects(with_header(object(a + "," + entry("b", "1", "0,4")), one), "tensor \"b\" begins at byte 0");
  rejects(with_header(object(a), one + "x"), "5 bytes of data, but the tensors take 4");
  rejects(with_header("{}", "x"), "1 bytes of data, but the tensors take 0");
  rejects(with_header(object(a), floats({std::numeric_limits<float>::quiet_NaN()})), "holds nan at element 0");
  rejects(with_header(object(entry("a", "2", "0,8")), floats({1, std::numeric_limits<float>::infinity()})),
          "holds inf at element 1");
}

TEST_CASE("names in messages stay on one line and short", "[io]") {
  rejects(with_header(object(entry("a\\n\\u001b[31m", "2", "0,4")), "1234"), "\"a\\n\\u001b[31m\"");
  const std::string content = with_header(fmt::format(R"({{"{}":1}})", std::string(100'000, 'a')));
  const auto error = test::error_of([&] { parse(content); });
  REQUIRE(error.has_value());
  CHECK(std::string_view(error->what()).size() < 300);
}

TEST_CASE("deep nesting in a safetensors header is an error, not a crash", "[io]") {
  constexpr std::size_t kDepth = 1'000'000;
  rejects(with_header(fmt::format(R"({{"a":{}}})", std::string(kDepth, '['))), "expected an object");
  std::string objects;
  for (std::size_t i = 0; i < kDepth; ++i) {
    objects += "{\"a\":";
  }
  rejects(with_header(objects + "}"), "is an object");
}

TEST_CASE("every truncation of a safetensors file is an error", "[io]") {
  const std::string content = small_content();
  REQUIRE(parse(content).tensors.size() == 2);
  for (std::size_t size = 0; size < content.size(); ++size) {
    CAPTURE(size);
    const std::string cut = content.substr(0, size);  // its own allocation, so that a read past the end is seen
    CHECK(test::error_of([&] { parse(cut); }).has_value());
    CHECK(parses_or_rejects(cut));
  }
}

TEST_CASE("every changed byte of a safetensors file gives valid data or an error", "[io]") {
  std::string content = small_content();
  for (std::size_t position = 0; position < content.size(); ++position) {
    const char original = content[position];
    for (int value = 0; value < 256; ++value) {
      content[position] = static_cast<char>(value);
      if (!parses_or_rejects(content)) {
        FAIL("byte " << position << " as " << value);
      }
    }
    content[position] = original;
  }
}

TEST_CASE("files that cannot be read as safetensors are data errors", "[io]") {
  const TemporaryFolder folder;
  const auto refuses = [](const std::filesystem::path& path, const std::string& says) {
    expect_error(ErrorKind::data, path.string(), says, [&] { read_safetensors(path); });
  };
  refuses(folder / "missing", "o such file");
  refuses(folder.path(), "no regular file");
  refuses("/dev/zero", "no regular file");
  test::write_text(folder / "text", "This is a text, and no tensors.");
  refuses(folder / "text", "is no safetensors file");
}

TEST_CASE("a safetensors file whose reading fails is told with its size", "[io]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "broken", small_file());
  const std::string size = fmt::format("it failed, or ended before its {} bytes", small_content().size());
  CHECK(test::missing_without({{SYS_read, EIO}}, {"data: cannot read " + (folder / "broken").string(), size}, [&] {
          read_safetensors(folder / "broken");
        }).empty());
}

TEST_CASE("text that is not UTF-8 is not written", "[io]") {
  const TemporaryFolder folder;
  SafetensorsFile file;
  file.metadata["class"] = "caf\xe9";
  expect_error(ErrorKind::failed, (folder / "f").string(), "not UTF-8", [&] { write_safetensors(folder / "f", file); });
  CHECK(folder.entries() == 0);
}

}  // namespace strata::io_safetensors_test
