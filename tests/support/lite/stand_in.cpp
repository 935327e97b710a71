// A library that stands in for Paddle-Lite's: see include/paddle_api.h. Its "model" gives back the first
// channel of its input: as it is, or tripled where the file's name says so. Of a file that is to abort it
// does as Paddle-Lite does where it lacks a kernel.
#include "paddle_api.h"

#include <cstdio>
#include <cstdlib>

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
class Channel : public PaddlePredictor {
 public:
  explicit Channel(float factor) : factor_(factor) {}
  std::unique_ptr<Tensor> GetInput(int) override { return std::unique_ptr<Tensor>(new Tensor(&in_)); }
  std::unique_ptr<const Tensor> GetOutput(int) const override {
    return std::unique_ptr<const Tensor>(new Tensor(const_cast<Stored*>(&out_)));
  }
  void Run() override {
    std::puts("a library prints to stdout what it likes");
    std::fflush(stdout);
    const int64_t rows = in_.lengths[2], columns = in_.lengths[3];
    out_.lengths = {1, rows, columns};
    out_.values.assign(in_.values.begin(), in_.values.begin() + rows * columns);
    for (float& value : out_.values) value *= factor_;
  }

 private:
  float factor_;
  Stored in_, out_;
};
}  // namespace

template <>
std::shared_ptr<PaddlePredictor> CreatePaddlePredictor(const MobileConfig& config) {
  const std::string& name = config.file;
  if (name.find("abort") != std::string::npos) {
    std::fprintf(stderr, "[F  1/ 1  0: 0: 0.000 op.cc:1 %s] can not create operator 'rnn'\n", lite::kTag);
    std::abort();
  }
  return std::make_shared<Channel>(name.find("triple") != std::string::npos ? 3.0f : 1.0f);
}

}  // namespace lite_api
}  // namespace paddle
