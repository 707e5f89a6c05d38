# shellcheck shell=bash
# A folder of small IDX files: make_small_data FOLDER, with 64 training and 16 test rows of 4 x 4 in three classes.

# big_endian NUMBER: its four bytes, as printf's escapes.
big_endian() { printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)); }

# make_part FOLDER PREFIX ROWS: images of 4 x 4 pixels in three classes, a class to each third of the brightness.
make_part() {
  local images labels row
  images="\\x00\\x00\\x08\\x03$(big_endian "$3")$(big_endian 4)$(big_endian 4)"
  labels="\\x00\\x00\\x08\\x01$(big_endian "$3")"
  for ((row = 0; row < $3; ++row)); do
    # shellcheck disable=SC2046  # one word a pixel
    images+=$(printf '\\x%02x' $(for p in {0..15}; do echo $((row % 3 * 80 + (row * 7 + p * 13) % 64)); done))
    labels+=$(printf '\\x%02x' $((row % 3)))
  done
  printf '%b' "$images" >"$1/$2-images-idx3-ubyte"
  printf '%b' "$labels" >"$1/$2-labels-idx1-ubyte"
}

make_small_data() {
  mkdir "$1"
  make_part "$1" train 64
  make_part "$1" t10k 16
}
