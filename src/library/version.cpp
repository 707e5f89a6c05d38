// What is known of the library itself.
#include <cstdlib>
#include <string>

#include "core/field.h"
#include "io/json_text.h"
#include "library/call.h"
#include "settings/settings_json.h"

using namespace strata;

const char* strata_version(void) { return STRATA_VERSION; }

int strata_abi_version(void) { return STRATA_ABI_VERSION; }

const char* strata_message(void) { return library::message(); }

const char* strata_settings_schema(void) {
  return library::lasting_text([] { return plain(json_text(settings_schema())); });
}

void strata_free(void* memory) { std::free(memory); }
