// Reading a table of text: from memory, and from a file to a Dataset.
#pragma once

#include "bench/setup.h"

namespace strata::bench {

/// load_table and parse_table on 100 columns of numbers and one of labels. Throws Error(failed) if an answer is wrong.
void bench_tables(const Setup& setup, Report& report);

}  // namespace strata::bench
