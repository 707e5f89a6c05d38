#include "io/event_records.h"

#include <string>

#include "tests/catch.h"

namespace strata::io_event_records_test {

TEST_CASE("crc32c gives RFC 3720's values", "[io]") {
  std::string rising;
  std::string falling;
  for (int byte = 0; byte < 32; ++byte) {
    rising += static_cast<char>(byte);
    falling += static_cast<char>(31 - byte);
  }
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(crc32c(rising) == 0x46dd794e);
  CHECK(crc32c(falling) == 0x113fdb5c);
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c("") == 0);
}

}  // namespace strata::io_event_records_test
