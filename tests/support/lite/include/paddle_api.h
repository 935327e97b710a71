// What stands in for Paddle-Lite's header: as much of it as stages/device/lite_run.cpp asks for, with a
// model that does next to nothing. It is no part of Paddle-Lite, and fits no real library.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace paddle {
namespace lite_api {

enum PowerMode { LITE_POWER_NO_BIND = 4 };
using shape_t = std::vector<int64_t>;

struct Stored {
  shape_t lengths;
  std::vector<float> values;
};

class Tensor {
 public:
  explicit Tensor(Stored* stored) : stored_(stored) {}
  void Resize(const shape_t& shape);
  template <typename T> T* mutable_data() { return stored_->values.data(); }
  template <typename T> const T* data() const { return stored_->values.data(); }
  shape_t shape() const { return stored_->lengths; }

 private:
  Stored* stored_;
};

struct MobileConfig {
  std::string file;
  void set_model_from_file(const std::string& path) { file = path; }
  void set_power_mode(PowerMode) {}
  void set_threads(int) {}
};

struct PaddlePredictor {
  virtual std::unique_ptr<Tensor> GetInput(int) = 0;
  virtual std::unique_ptr<const Tensor> GetOutput(int) const = 0;
  virtual void Run() = 0;
  virtual std::string GetVersion() const { return "v2.13-rc"; }
  virtual ~PaddlePredictor() = default;
};

template <typename Config>
std::shared_ptr<PaddlePredictor> CreatePaddlePredictor(const Config&);

}  // namespace lite_api
}  // namespace paddle
