// A Paddle-Lite model: loaded from a .nb file, and run on one tensor. It needs C++11 and the library's own
// paddle_api.h: the classes in it differ between versions. The library itself aborts where it cannot load
// or run a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "paddle_api.h"

namespace lite = paddle::lite_api;

typedef std::shared_ptr<lite::PaddlePredictor> Model;

inline Model LoadModel(const std::string& file, int threads) {
  lite::MobileConfig config;
  config.set_model_from_file(file);
  config.set_power_mode(lite::LITE_POWER_NO_BIND);
  config.set_threads(threads);
  return lite::CreatePaddlePredictor<lite::MobileConfig>(config);
}

// Returns where the values of an input of this shape go, before model->Run().
inline float* InputOf(const Model& model, const std::vector<int64_t>& shape) {
  std::unique_ptr<lite::Tensor> input = model->GetInput(0);
  input->Resize(shape);
  return input->mutable_data<float>();
}

// A model's first output, after model->Run().
struct Output {
  explicit Output(const Model& model) : tensor(model->GetOutput(0)), shape(tensor->shape()) {
    for (int64_t length : shape) count *= static_cast<uint64_t>(length);
  }
  const float* values() const { return tensor->data<float>(); }

  std::unique_ptr<const lite::Tensor> tensor;
  std::vector<int64_t> shape;
  uint64_t count = 1;
};
