// CRC-32C, the checksum of event files.
#pragma once

#include <cstdint>
#include <string_view>

namespace strata {

/// The CRC of `bytes` by Castagnoli's polynomial 0x1edc6f41, bits reflected (RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace strata
