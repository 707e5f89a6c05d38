#include "report/page.h"

// The file's bytes, taken in by the assembler: half a megabyte as a literal would cost every build seconds.
asm(".pushsection .rodata\n"
    ".global strata_page_template\n"
    ".global strata_page_template_end\n"
    "strata_page_template:\n"
    ".incbin \"" STRATA_PAGE_TEMPLATE
    "\"\n"
    "strata_page_template_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char strata_page_template[];
extern "C" const char strata_page_template_end[];

namespace strata {

std::string_view page_template() { return {strata_page_template, strata_page_template_end}; }

}  // namespace strata
