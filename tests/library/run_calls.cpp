// The runs that same_bits compares with those of the command, and the arrays that both read.
#include <strata.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/library/calls.h"
#include "tests/library/support.h"

namespace strata::calls {

namespace {

/// The array of an NPY file, whose header is plain, and which is kept as long.
struct NpyFile {
  std::string bytes;
  std::vector<std::int64_t> shape;
  strata_array array{};

  explicit NpyFile(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    EXPECT(file != nullptr);
    for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) {
      bytes.push_back(static_cast<char>(byte));
    }
    std::fclose(file);
    const std::size_t header = 10 + static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
    const std::string text = bytes.substr(10, header - 10);
    static const std::map<std::string, int> kTypes{
        {"|u1", STRATA_UINT8}, {"<f4", STRATA_FLOAT32}, {"<f8", STRATA_FLOAT64}, {"<i8", STRATA_INT64}};
    for (const char* at = std::strchr(text.c_str() + text.find("'shape'"), '(') + 1; *at != ')';) {
      char* end = nullptr;
      shape.push_back(std::strtoll(at, &end, 10));
      at = end + std::strspn(end, ", ");
    }
    array = {bytes.data() + header, kTypes.at(text.substr(text.find("'descr': '") + 10, 3)),
             static_cast<int>(shape.size()), shape.data(), nullptr};
  }
};

void write_npy(const std::string& path, const char* descr, const std::string& shape, const void* data,
               std::size_t bytes) {
  std::string header = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  EXPECT(file != nullptr);
  const char start[] = {'\x93',
                        'N',
                        'U',
                        'M',
                        'P',
                        'Y',
                        1,
                        0,
                        static_cast<char>(header.size() & 255U),
                        static_cast<char>(header.size() >> 8U)};
  std::fwrite(start, 1, sizeof(start), file);
  std::fwrite(header.data(), 1, header.size(), file);
  std::fwrite(data, 1, bytes, file);
  std::fclose(file);
}

}  // namespace

/// Prints the hash of a run on data from files by these settings, which say of the run alone.
void hash_of_files(const char* data_settings, const char* settings) {
  Data data;
  EXPECT(strata_data_load(data_settings, &data.handle) == 0);
  std::printf("%s\n", Trainer(data.handle, settings).finish().c_str());
}

/// Prints the hash of a run on those arrays.
void hash_of_arrays(const std::string& folder, const char* settings) {
  const NpyFile features(folder + "/X_train.npy");
  const NpyFile labels(folder + "/y_train.npy");
  Data data;
  EXPECT(strata_data_new(&features.array, nullptr, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, &labels.array, nullptr, 0) == 0);
  std::printf("%s\n", Trainer(data.handle, settings).finish().c_str());
}

/// Arrays of which some columns need offsets, and labels that do not begin at 0.
void write_arrays(const std::string& folder) {
  constexpr std::size_t kColumns = 5;
  std::vector<double> values;
  std::vector<std::int64_t> labels;
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      const double noise = static_cast<double>((r * 7919 + c * 104729) % 1009) / 1009;
      values.push_back(c == 2 ? 1.6e9 + noise : noise * static_cast<double>(c + 1));
    }
    labels.push_back(values[r * kColumns] > 0.5 ? 7 : values[r * kColumns + 1] > 1 ? 3 : -1);
  }
  write_npy(folder + "/X_train.npy", "<f8", "600, 5", values.data(), values.size() * 8);
  write_npy(folder + "/y_train.npy", "<i8", "600,", labels.data(), labels.size() * 8);
}

}  // namespace strata::calls
