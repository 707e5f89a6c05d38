#!/usr/bin/env bash
# What the scripts beside this one, which source it, share: real data that an emulated CPU can train on in seconds, and how a
# run there is compared with one here.

# big_endian NUMBER: its four bytes, as printf's escapes.
big_endian() { printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)); }

# first_rows FOLDER PREFIX ROWS: writes the first rows of that part of Fashion-MNIST.
first_rows() (
  set +o pipefail  # head closes the pipe
  source=/usr/share/datasets/fashion-mnist
  for kind in images-idx3 labels-idx1; do
    magic=2051 shape="$(big_endian 28)$(big_endian 28)" header=16 size=784
    if [[ $kind == labels* ]]; then magic=2049 shape='' header=8 size=1; fi
    {
      printf '%b' "$(big_endian $magic)$(big_endian "$3")$shape"
      zcat "$source/$2-$kind-ubyte.gz" | tail -c +$((header + 1)) | head -c $(($3 * size))
    } >"$1/$2-$kind-ubyte"
  done
)

# make_real_rows FOLDER: 400 training and 50 test rows.
make_real_rows() {
  mkdir "$1"
  first_rows "$1" train 400
  first_rows "$1" t10k 50
}

# The losses of a file of metrics, step by step.
losses() { sed -n 's/.*"type":"step".*"loss":\([^,]*\),.*/\1/p' "$1"; }

hash_in() { sed -n 's/.*"weights_hash":"\([0-9a-f]*\)".*/\1/p' "$1"; }

# check_losses FILE OTHER: prints the largest relative difference of ten losses, and fails if that is not below 1e-5.
check_losses() {
  paste <(losses "$1") <(losses "$2") | awk '
    function size(x) { return x < 0 ? -x : x }
    { d = size($1 - $2) / size($2); if (d > largest) largest = d }
    END { print largest; exit !(NR == 10 && largest < 1e-5) }'
}

# refuses TEXT COMMAND…: a usage error of one line with that text. on COMMAND… is strata on the CPU at hand.
refuses() {
  local code=0
  on "${@:2}" >out 2>err || code=$?
  [[ $code == 2 && ! -s out && $(wc -l <err) == 1 ]] || fail "${*:2}: exit code $code, $(head -c 300 err)"
  grep -q -- "$1" err || fail "${*:2}: $(<err)"
}

# tells ENGINE SET: what is used, by --version, by the run's line in err and by its metrics.
tells() {
  on --version | grep -qx "instruction set $2" || fail "--version does not say $2"
  grep -q "^engine  $1.*, $2, 2 threads" err || fail "the run does not say $1, $2: $(grep ^engine err)"
  grep -q "\"type\":\"run\".*\"engine\":\"$1" metrics || fail "the metrics do not say $1"
}
