// lite_run MODEL.nb [THREADS]: runs a Paddle-Lite model on tensors from stdin, for a check on a device.
//
// A tensor is a record, little endian: uint32 rank, rank uint32 lengths, and the float32 values. For each
// record on stdin one goes to stdout: uint32 status (0: a tensor follows), and the model's first output as
// such a record. The first status, before any tensor, says that the model is loaded. What the library
// prints goes to stderr. Exit code 0: stdin ended; 1: usage, or a record is malformed. The library
// itself aborts where it cannot load or run a file.
//
// It needs C++11 and the library's own paddle_api.h: the classes in it differ between versions.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "paddle_api.h"

namespace {

namespace lite = paddle::lite_api;

const uint32_t kMostDimensions = 8;
const uint64_t kMostValues = uint64_t{1} << 28;

int Fail(const char* why) {
  std::fprintf(stderr, "lite_run: %s\n", why);
  return 1;
}

bool Read(void* to, size_t size) { return std::fread(to, 1, size, stdin) == size; }

void Write(FILE* out, const void* from, size_t size) {
  if (std::fwrite(from, 1, size, out) != size) std::exit(1);  // nobody listens any more
}

// Returns stdout as it was, and sends what the library prints there to stderr.
FILE* ClaimStdout() {
  FILE* answers = fdopen(dup(STDOUT_FILENO), "wb");
  dup2(STDERR_FILENO, STDOUT_FILENO);
  return answers;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2 || count > 3) return Fail("usage: lite_run MODEL.nb [THREADS]");
  const int threads = count == 3 ? std::atoi(words[2]) : 1;
  if (threads < 1) return Fail("THREADS is a number from 1");
  FILE* answers = ClaimStdout();
  if (answers == nullptr) return Fail("stdout is closed");

  lite::MobileConfig config;
  config.set_model_from_file(words[1]);
  config.set_power_mode(lite::LITE_POWER_NO_BIND);
  config.set_threads(threads);
  std::shared_ptr<lite::PaddlePredictor> model =
      lite::CreatePaddlePredictor<lite::MobileConfig>(config);
  if (!model) return Fail("the model cannot be loaded");
  const uint32_t done = 0;
  Write(answers, &done, sizeof done);
  std::fflush(answers);

  uint32_t rank = 0;
  while (Read(&rank, sizeof rank)) {
    std::vector<uint32_t> lengths(rank <= kMostDimensions ? rank : 0);
    if (lengths.empty() || !Read(lengths.data(), 4 * rank)) return Fail("malformed record");
    uint64_t values = 1;
    for (uint32_t length : lengths) {
      values *= length;
      if (values == 0 || values > kMostValues) return Fail("malformed record");
    }
    std::unique_ptr<lite::Tensor> input = model->GetInput(0);
    input->Resize(lite::shape_t(lengths.begin(), lengths.end()));
    if (!Read(input->mutable_data<float>(), 4 * values)) return Fail("malformed record");
    model->Run();

    std::unique_ptr<const lite::Tensor> output = model->GetOutput(0);
    const lite::shape_t shape = output->shape();
    std::vector<uint32_t> head = {done, static_cast<uint32_t>(shape.size())};
    values = 1;
    for (int64_t length : shape) {
      head.push_back(static_cast<uint32_t>(length));
      values *= static_cast<uint64_t>(length);
    }
    Write(answers, head.data(), 4 * head.size());
    Write(answers, output->data<float>(), 4 * values);
    std::fflush(answers);
  }
  return std::feof(stdin) ? 0 : 1;
}
