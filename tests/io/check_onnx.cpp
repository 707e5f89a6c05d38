// check_onnx FILE…: onnx's own checker and strict shape inference, whose shapes must be those that the outputs declare.
// A program of its own: onnx's library brings other classes of the same names as those that Strata writes files with.
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

onnx::ModelProto parsed(const std::string& path) {
  onnx::ModelProto model;
  std::ifstream in(path, std::ios::binary);
  if (!in || !model.ParseFromIstream(&in)) {
    throw std::runtime_error("it is no ONNX file");
  }
  return model;
}

void check(const std::string& path) {
  onnx::ModelProto model = parsed(path);
  onnx::checker::check_model(model);
  const onnx::GraphProto declared = model.graph();
  for (onnx::ValueInfoProto& output : *model.mutable_graph()->mutable_output()) {
    output.mutable_type()->mutable_tensor_type()->clear_shape();  // to be found out
  }
  onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, false});
  for (int i = 0; i < declared.output_size(); ++i) {
    const std::string inferred = model.graph().output(i).type().SerializeAsString();
    if (inferred != declared.output(i).type().SerializeAsString()) {
      throw std::runtime_error("output " + declared.output(i).name() + " has another type or shape:\n" +
                               model.graph().output(i).type().DebugString());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      check(argv[i]);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: %s\n", argv[i], error.what());
      failed = 1;
    }
  }
  return failed;
}
