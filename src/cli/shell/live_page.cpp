#include "cli/shell/live_page.h"

#include <fmt/format.h>

#include "cli/shell/message.h"
#include "core/error.h"
#include "settings/parse_value.h"

namespace strata::cli {

std::optional<std::uint16_t> live_port(const Arguments& arguments, const Communicator& ranks) {
  if (arguments.given("live") && ranks.world_size() > 1) {
    throw usage_error(
        "‹live› does not apply to several ranks: one process serves the page of its own run; leave it out");
  }
  return live_port(arguments);
}

std::optional<std::uint16_t> live_port(const Arguments& arguments) {
  if (!arguments.given("live")) {
    return std::nullopt;
  }
  const std::string& text = arguments.text("live");
  return text.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(parse_whole("live", text, 1, 65535));
}

void tell_live_page(std::string_view address) { print_notes(fmt::format("live    {}\n", address)); }

}  // namespace strata::cli
