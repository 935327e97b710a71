// lite_run MODEL.nb [THREADS]: runs a Paddle-Lite model on tensors from stdin, for a check on a device.
// lite_run --golden KIT MODEL.nb [THREADS]: reads the golden images of a kit (paddock_check.h), if it was
// compiled in one.
//
// A tensor is a record, little endian: uint32 rank, rank uint32 lengths, and the float32 values. For each
// record on stdin one goes to stdout: uint32 status (0: a tensor follows), and the model's first output as
// such a record. The first status, before any tensor, says that the model is loaded. What the library
// prints goes to stderr. Exit code 0: stdin ended; 1: usage, or a record is malformed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include "lite_model.h"

#if __has_include("paddock_check.h")
#include "paddock_check.h"
#else
static int CheckGolden(FILE*, const std::string&, const std::string&, int) {
  std::fputs("lite_run: it was not compiled in a kit, beside paddock_check.h\n", stderr);
  return 1;
}
#endif

namespace {

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

int Serve(FILE* answers, const char* file, int threads) {
  const Model model = LoadModel(file, threads);
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
    float* input = InputOf(model, std::vector<int64_t>(lengths.begin(), lengths.end()));
    if (!Read(input, 4 * values)) return Fail("malformed record");
    model->Run();

    const Output output(model);
    std::vector<uint32_t> head = {done, static_cast<uint32_t>(output.shape.size())};
    for (int64_t length : output.shape) head.push_back(static_cast<uint32_t>(length));
    Write(answers, head.data(), 4 * head.size());
    Write(answers, output.values(), 4 * output.count);
    std::fflush(answers);
  }
  return std::feof(stdin) ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const bool golden = count > 1 && std::strcmp(words[1], "--golden") == 0;
  const int most = golden ? 5 : 3, model = golden ? 3 : 1;
  if (count <= model || count > most)
    return Fail("usage: lite_run MODEL.nb [THREADS] | lite_run --golden KIT MODEL.nb [THREADS]");
  const int threads = count == most ? std::atoi(words[most - 1]) : 1;
  if (threads < 1) return Fail("THREADS is a number from 1");
  FILE* answers = ClaimStdout();
  if (answers == nullptr) return Fail("stdout is closed");
  return golden ? CheckGolden(answers, words[2], words[model], threads)
                : Serve(answers, words[model], threads);
}
