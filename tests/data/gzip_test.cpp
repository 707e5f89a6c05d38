#include "data/gzip.h"

#include "tests/data/data_files.h"

namespace strata::test::data_gzip_test {

namespace {

Bytes inflate(const Bytes& zipped) {
  const auto bytes = inflate_gzip(zipped, "x.gz");
  return {bytes.begin(), bytes.end()};
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Bytes with_footer_size(Bytes zipped, std::uint32_t size) {
  for (std::size_t i = 0; i < 4; ++i) {
    zipped[zipped.size() - 4 + i] = static_cast<std::uint8_t>(size >> (8 * i));
  }
  return zipped;
}

std::string fault_of(const Bytes& zipped) {
  return data_message_of([&] { inflate(zipped); });
}

}  // namespace

TEST_CASE("Gzip data comes back as it was", "[data]") {
  for (const std::size_t size : {0U, 1U, 17U, 1000U, 300000U}) {
    const Bytes bytes = noise(size, 7);
    CHECK(inflate(gzip(bytes)) == bytes);
    const Bytes zeros(size);
    CHECK(inflate(gzip(zeros)) == zeros);
  }
}

TEST_CASE("Deflate's highest ratio is reached with growing buffers", "[data]") {
  const Bytes zeros(20'000'000);
  const Bytes zipped = gzip(zeros);
  REQUIRE(zeros.size() / zipped.size() > 900);
  CHECK(inflate(zipped) == zeros);
}

TEST_CASE("The members of a gzip file follow one another", "[data]") {
  const Bytes first = noise(5000, 1);
  const Bytes second(200'000, 9);
  CHECK(inflate(joined(gzip(first), gzip(second))) == joined(first, second));
  CHECK(inflate(joined(gzip(second), gzip(first))) == joined(second, first));
  CHECK(inflate(joined(gzip({}), joined(gzip(first), gzip({})))) == first);
  Bytes many;
  Bytes expected;
  for (std::uint32_t i = 0; i < 300; ++i) {
    many = joined(many, gzip(noise(i, i)));
    expected = joined(expected, noise(i, i));
  }
  CHECK(inflate(many) == expected);
}

TEST_CASE("A footer that claims a wrong size is corrupt and reserves no such memory", "[data]") {
  const Bytes zipped = gzip(noise(1000, 3));
  for (const std::uint32_t size : {0U, 1U, 999U, 1001U, 0x7fffffffU, 0xffffffffU}) {
    CHECK(contains(fault_of(with_footer_size(zipped, size)), "corrupt"));
  }
}

TEST_CASE("Gzip data cut short anywhere is an error", "[data]") {
  const Bytes zipped = gzip(noise(300, 5));
  for (std::size_t size = 0; size < zipped.size(); ++size) {
    const auto message = fault_of(Bytes(zipped.begin(), zipped.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(contains(message, "x.gz: is "));
  }
}

TEST_CASE("Gzip data with a byte changed is the same data or an error", "[data]") {
  const Bytes bytes(300, 6);
  const Bytes zipped = gzip(bytes);
  for (std::size_t i = 0; i < zipped.size(); ++i) {
    for (const std::uint8_t flip : Bytes{0x01, 0x10, 0x80, 0xff}) {
      Bytes damaged = zipped;
      damaged[i] ^= flip;
      try {
        const Bytes inflated = inflate(damaged);
        CHECK(inflated == bytes);  // a change of the time or the system in the header
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
      }
    }
  }
}

TEST_CASE("Faults of gzip data say what is wrong", "[data]") {
  const Bytes zipped = gzip(noise(1000, 3));
  CHECK(contains(fault_of({}), "is not gzip"));
  CHECK(contains(fault_of({0, 0, 8, 3}), "is not gzip"));
  CHECK(contains(fault_of(joined(zipped, {0})), "1 bytes follow the end"));
  CHECK(contains(fault_of(joined(zipped, Bytes(512))), "512 bytes follow the end"));
  CHECK(contains(fault_of(joined(zipped, {0x1f, 0x8b})), "truncated or corrupt"));
  const std::string where = std::to_string(zipped.size()) + " of " + std::to_string(zipped.size() + 2);
  CHECK(contains(fault_of(joined(zipped, {0x1f, 0x8b})), "starts at byte " + where));
  Bytes wrong_checksum = zipped;
  wrong_checksum[wrong_checksum.size() - 5] ^= 1;
  CHECK(contains(fault_of(wrong_checksum), "checksum"));
}

}  // namespace strata::test::data_gzip_test
