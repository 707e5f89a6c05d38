#include "live/live_server.h"

#include <utility>

#include "core/error.h"
#include "core/program_module.h"

namespace strata {

#ifdef STRATA_LIVE_LIBRARY

std::unique_ptr<LiveServer> make_live_server(LiveSite site, std::uint16_t port) {
  return make_live_server(std::move(site), port, module_file(STRATA_LIVE_MODULE, STRATA_LIVE_MODULE_FROM_PROGRAM));
}

std::unique_ptr<LiveServer> make_live_server(LiveSite site, std::uint16_t port, const std::filesystem::path& module) {
  using Make = LiveServer* (*)(LiveSite&&, std::uint16_t);
  const auto make =
      reinterpret_cast<Make>(module_function(module, "strata_make_live_server", false, STRATA_LIVE_LIBRARY));
  return std::unique_ptr<LiveServer>(make(std::move(site), port));
}

#else

std::unique_ptr<LiveServer> make_live_server(LiveSite, std::uint16_t) {
  throw usage_error(
      "‹live› does not apply: this program was built without an HTTP library; install libcpp-httplib-dev and build "
      "anew");
}

std::unique_ptr<LiveServer> make_live_server(LiveSite site, std::uint16_t port, const std::filesystem::path&) {
  return make_live_server(std::move(site), port);
}

#endif

}  // namespace strata
