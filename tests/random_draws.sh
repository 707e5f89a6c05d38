# shellcheck shell=bash
# Random draws that can be repeated: draw MAXIMUM sets $drawn to a number from 0 to MAXIMUM - 1. The seed is STRATA_TEST_SEED, or
# drawn itself and printed. (bash seeds RANDOM anew in subshells, so this is for the shell itself.)

test_seed=${STRATA_TEST_SEED:-$((SRANDOM % 32768))}
RANDOM=$test_seed
echo "random draws: STRATA_TEST_SEED=$test_seed"

# shellcheck disable=SC2034  # for its callers
draw() { drawn=$(((RANDOM << 15 | RANDOM) % $1)); }
