// A library that stands in for Paddle-Lite's: see include/paddle_api.h. Its "model" is a file whose first word
// is what it does: "double" its input, or "abort" as Paddle-Lite does where it lacks a kernel.
#include "paddle_api.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace paddle {
namespace lite {
namespace kernels {
namespace arm {
struct HardSwishCompute { virtual ~HardSwishCompute(); };
struct LayerNormCompute { virtual ~LayerNormCompute(); };
HardSwishCompute::~HardSwishCompute() = default;
LayerNormCompute::~LayerNormCompute() = default;
}  // namespace arm
}  // namespace kernels

extern const char kTag[];
const char kTag[] = "v2.13-rc";
}  // namespace lite

namespace lite_api {

void Tensor::Resize(const shape_t& shape) {
  int64_t count = 1;
  for (int64_t length : shape) count *= length;
  stored_->lengths = shape;
  stored_->values.resize(static_cast<size_t>(count));
}

namespace {
class Doubler : public PaddlePredictor {
 public:
  std::unique_ptr<Tensor> GetInput(int) override { return std::unique_ptr<Tensor>(new Tensor(&in_)); }
  std::unique_ptr<const Tensor> GetOutput(int) const override {
    return std::unique_ptr<const Tensor>(new Tensor(const_cast<Stored*>(&out_)));
  }
  void Run() override {
    std::puts("a library prints to stdout what it likes");
    std::fflush(stdout);
    out_ = in_;
    for (float& value : out_.values) value *= 2;
  }

 private:
  Stored in_, out_;
};
}  // namespace

template <>
std::shared_ptr<PaddlePredictor> CreatePaddlePredictor(const MobileConfig& config) {
  std::string word;
  std::ifstream(config.file) >> word;
  if (word != "double") {
    std::fprintf(stderr, "[F  1/ 1  0: 0: 0.000 op.cc:1 %s] can not create operator 'rnn'\n", lite::kTag);
    std::abort();
  }
  return std::make_shared<Doubler>();
}

}  // namespace lite_api
}  // namespace paddle
