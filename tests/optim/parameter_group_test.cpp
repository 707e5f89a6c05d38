#include "optim/parameter_group.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace optim_parameter_group_test {

using namespace strata;
using strata::test::missing;
using strata::test::thrown;

namespace {

using Texts = std::vector<std::string>;

OptimizerSpec optimizer(std::string_view text) { return parse_optimizer(text, Convention::keras, "--lower"); }

std::string groups_error(const Texts& texts) {
  return thrown([&] { parse_groups(texts, 4, Convention::keras); });
}

}  // namespace

TEST_CASE("lower and upper divide the layers", "[optim]") {
  const auto groups = lower_upper_groups(4, 2, optimizer("sgd,lr=0.5"), optimizer("adam"));
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].name == "lower");
  CHECK(groups[0].first == 0);
  CHECK(groups[0].last == 1);
  CHECK(groups[0].optimizer.name() == "sgd");
  CHECK(groups[0].optimizer.value("lr") == 0.5);
  CHECK(groups[1].name == "upper");
  CHECK(groups[1].first == 2);
  CHECK(groups[1].last == 3);
  CHECK(groups[1].optimizer.name() == "adam");
}

TEST_CASE("a group without layers is left out", "[optim]") {
  const auto none = lower_upper_groups(4, 0, optimizer("sgd"), optimizer("adam"));
  REQUIRE(none.size() == 1);
  CHECK(none[0].name == "lower");
  CHECK(none[0].last == 3);
  const auto all = lower_upper_groups(4, 4, optimizer("sgd"), optimizer("adam"));
  REQUIRE(all.size() == 1);
  CHECK(all[0].name == "upper");
  CHECK(all[0].first == 0);
  CHECK(all[0].last == 3);
  CHECK(lower_upper_groups(1, 1, optimizer("sgd"), optimizer("adam")).size() == 1);
}

TEST_CASE("more upper layers than there are is an error", "[optim]") {
  CHECK(thrown([] { lower_upper_groups(4, 5, optimizer("sgd"), optimizer("adam")); }) ==
        "usage: --upper-layers 5: the network has only 4 layers, hidden ones and the output");
}

TEST_CASE("groups parse in any order, ranges and single layers", "[optim]") {
  const auto groups = parse_groups({"3:adam,lr=0.1", "0-1:freeze", "2-2:sgd"}, 4, Convention::torch);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].name == "0-1");
  CHECK(is_frozen(groups[0].optimizer));
  CHECK(groups[1].name == "2-2");
  CHECK(groups[1].optimizer.value("lr") == 1e-3);  // PyTorch's default
  CHECK(groups[2].name == "3-3");
  CHECK(groups[2].first == 3);
  CHECK(groups[2].last == 3);
  CHECK(groups[2].optimizer.value("lr") == 0.1);
  CHECK(parse_groups({"0-3:sgd"}, 4, Convention::keras).size() == 1);
}

TEST_CASE("groups that do not fit the layers are errors that say which", "[optim]") {
  CHECK(missing(groups_error({"0-2:sgd", "2-3:adam"}), {"usage: --group", "layer 2 is in two groups"}) == "");
  CHECK(missing(groups_error({"0-3:sgd", "1-2:adam"}), {"layer 1 is in two groups"}) == "");
  CHECK(missing(groups_error({"0-3:sgd", "0-3:sgd"}), {"layer 0 is in two groups"}) == "");
  CHECK(missing(groups_error({"0:sgd", "2-3:adam"}), {"layer 1 is in no group", "--group 1:freeze"}) == "");
  CHECK(missing(groups_error({"1-3:sgd"}), {"layer 0 is in no group"}) == "");
  CHECK(missing(groups_error({"0-2:sgd"}), {"layer 3 is in no group"}) == "");
  CHECK(missing(groups_error({}), {"layer 0 is in no group"}) == "");
  CHECK(missing(groups_error({"3-0:sgd"}), {"first layer comes after the last", "write 0-3"}) == "");
  CHECK(missing(groups_error({"0-4:sgd"}), {"no layer 4", "0 to 3"}) == "");
  CHECK(missing(groups_error({"9:sgd"}), {"no layer 9"}) == "");
}

TEST_CASE("groups of bad syntax are errors that show the syntax", "[optim]") {
  for (const std::string text : {"", ":", ":sgd", "a:sgd", "0-:sgd", "-1:sgd", "0-x:sgd", "0 - 3:sgd", "1.5:sgd",
                                 "0-3-4:sgd", "99999999999999999999:sgd", "sgd"}) {
    CAPTURE(text);
    CHECK(missing(groups_error({text}), {"usage: --group " + text, "FIRST-LAST:OPTIMIZER"}) == "");
  }
  CHECK(missing(groups_error({"0-3"}), {"the optimizer is missing"}) == "");
  CHECK(missing(groups_error({"0-3:"}), {"usage: --group: no optimizer is called ''"}) == "");
  CHECK(missing(groups_error({"0-3:sgd,lr=x"}), {"lr=x is not a number"}) == "");
}

}  // namespace optim_parameter_group_test
