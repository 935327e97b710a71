// Prepares images from stdin (uint32 width and height, and rows of blue, green, red bytes) with the kit's
// own code, and writes the inputs to stdout.
#include <cstdio>

#include "paddock_ocr.h"

int main() {
  uint32_t size[2];
  while (std::fread(size, 4, 2, stdin) == 2) {
    std::vector<uint8_t> pixels(size_t{3} * size[0] * size[1]);
    if (std::fread(pixels.data(), 1, pixels.size(), stdin) != pixels.size()) return 1;
    const std::vector<float> input =
        paddock::Prepare(pixels.data(), static_cast<int>(size[0]), static_cast<int>(size[1]));
    std::fwrite(input.data(), 4, input.size(), stdout);
  }
  return 0;
}
