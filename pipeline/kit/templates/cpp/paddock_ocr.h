// From an image to a model's input, and from its output to text, exactly as Paddock measured it. C++11,
// standard library only: take this file and paddock_rules.h into the app.
//
// Prepare() equals cv2.resize(image, (width, height)) of OpenCV 4 on uint8 with INTER_LINEAR, and the
// arithmetic after it, to the last bit. OpenCV computes in fixed point: 11 bits for each of the two weights.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "paddock_rules.h"

namespace paddock {

// What a model reads; the score is the mean probability of the characters, 0 where there are none.
struct Reading {
  std::string text;
  double score;
};

namespace inner {

const int kOne = 1 << 11;

// For each place of the resized line: where it lies between two old ones, and their weights.
struct Weights {
  std::vector<int> first, second, of_first, of_second;
};

// Two pixels of the old line are always taken; beyond the ends, the last one. Across, OpenCV gives that one
// the whole weight; down, it takes it twice, which rounds in another way.
inline Weights WeightsOf(int from, int to, bool across) {
  Weights all;
  const double scale = 1.0 / (static_cast<double>(to) / from);
  for (int place = 0; place < to; ++place) {
    float share = static_cast<float>((place + 0.5) * scale - 0.5);
    int left = static_cast<int>(std::floor(share));
    share -= static_cast<float>(left);
    if (across && left < 0) left = 0, share = 0;
    if (across && left >= from - 1) left = from - 1, share = 0;
    all.first.push_back(std::min(std::max(left, 0), from - 1));
    all.second.push_back(std::min(std::max(left + 1, 0), from - 1));
    // to the nearest, halves to the even number: the rounding of nearbyint by default
    all.of_first.push_back(static_cast<int>(std::nearbyint((1.0f - share) * kOne)));
    all.of_second.push_back(static_cast<int>(std::nearbyint(share * kOne)));
  }
  return all;
}

inline uint8_t Halved(const uint8_t* top, const uint8_t* bottom) {
  return static_cast<uint8_t>((top[0] + top[3] + bottom[0] + bottom[3] + 2) >> 2);
}

}  // namespace inner

// Resizes rows of three bytes a pixel.
inline std::vector<uint8_t> Resize(const uint8_t* pixels, int width, int height, int to_width,
                                   int to_height) {
  if (width == to_width && height == to_height)
    return std::vector<uint8_t>(pixels, pixels + static_cast<size_t>(width) * height * 3);
  std::vector<uint8_t> made(static_cast<size_t>(to_width) * to_height * 3);
  const size_t row = static_cast<size_t>(width) * 3, to_row = static_cast<size_t>(to_width) * 3;
  if (width == 2 * to_width && height == 2 * to_height) {  // OpenCV averages then
    for (int y = 0; y < to_height; ++y)
      for (size_t x = 0; x < to_row; ++x) {
        const uint8_t* top = pixels + 2 * y * row + x / 3 * 6 + x % 3;
        made[y * to_row + x] = inner::Halved(top, top + row);
      }
    return made;
  }
  const inner::Weights across = inner::WeightsOf(width, to_width, true);
  const inner::Weights down = inner::WeightsOf(height, to_height, false);
  for (int y = 0; y < to_height; ++y) {
    const uint8_t* rows[2] = {pixels + down.first[y] * row, pixels + down.second[y] * row};
    const int weights[2] = {down.of_first[y], down.of_second[y]};
    for (size_t x = 0; x < to_row; ++x) {
      const size_t place = x / 3, channel = x % 3;
      const size_t left = across.first[place] * 3 + channel, right = across.second[place] * 3 + channel;
      int sum = 2;
      for (int each = 0; each < 2; ++each) {
        const int between = rows[each][left] * across.of_first[place] +
                            rows[each][right] * across.of_second[place];
        sum += (weights[each] * (between >> 4)) >> 16;
      }
      made[y * to_row + x] = static_cast<uint8_t>(sum >> 2);
    }
  }
  return made;
}

// How wide an image becomes: its ratio is kept, and what is wider than the model is squeezed.
inline int ResizedWidth(int width, int height) {
  const double ratio = static_cast<double>(width) / height;
  const double wanted = std::ceil(rules::kHeight * ratio);
  return wanted < rules::kWidth ? static_cast<int>(wanted) : rules::kWidth;
}

// Returns the model's input, [3, kHeight, kWidth], of an image in rows of blue, green, red bytes. The image
// is upright (EXIF applied), and what is transparent lies on white, as preprocess.json says.
inline std::vector<float> Prepare(const uint8_t* bgr, int width, int height) {
  if (bgr == nullptr || width < 1 || height < 1) throw std::invalid_argument("an image without pixels");
  const int used = ResizedWidth(width, height);
  const std::vector<uint8_t> resized = Resize(bgr, width, height, used, rules::kHeight);
  const size_t plane = static_cast<size_t>(rules::kHeight) * rules::kWidth;
  std::vector<float> input(3 * plane, 0.0f);
  for (int channel = 0; channel < 3; ++channel) {
    float values[256];
    for (int value = 0; value < 256; ++value)
      values[value] = (static_cast<float>(value) / rules::kDivisor - rules::kMean[channel]) /
                      rules::kStd[channel];
    for (int y = 0; y < rules::kHeight; ++y)
      for (int x = 0; x < used; ++x)
        input[channel * plane + static_cast<size_t>(y) * rules::kWidth + x] =
            values[resized[(static_cast<size_t>(y) * used + x) * 3 + channel]];
  }
  return input;
}

// Returns the text of each class but the blank, from the bytes of dict.txt.
inline std::vector<std::string> ReadDictionary(const std::string& bytes) {
  std::vector<std::string> characters;
  const size_t length = bytes.size() - (!bytes.empty() && bytes.back() == '\n' ? 1 : 0);
  for (size_t start = 0; start <= length;) {
    const size_t end = std::min(bytes.find('\n', start), length);
    const std::string line = bytes.substr(start, end - start);
    const size_t first = line.find_first_not_of('\r'), last = line.find_last_not_of('\r');
    characters.push_back(first == std::string::npos ? "" : line.substr(first, last - first + 1));
    start = end + 1;
  }
  if (rules::kSpaceAdded) characters.push_back(" ");
  if (static_cast<int>(characters.size()) + 1 != rules::kClasses)
    throw std::runtime_error("this dictionary does not belong to the model: it has other classes");
  return characters;
}

// Reads an output [steps, classes]: of each step the most probable class, once where it repeats, and
// without the blanks. Greedy CTC decoding, as PaddleOCR does it.
inline Reading Decode(const float* output, int64_t steps, int64_t classes,
                      const std::vector<std::string>& characters) {
  if (classes != static_cast<int64_t>(characters.size()) + 1)
    throw std::runtime_error("the model has other classes than its dictionary");
  Reading read = {"", 0.0};
  int64_t before = rules::kBlank, kept = 0;
  for (int64_t step = 0; step < steps; ++step) {
    const float* row = output + step * classes;
    const int64_t best = std::max_element(row, row + classes) - row;
    if (best != before && best != rules::kBlank) {
      read.text += characters[static_cast<size_t>(best - 1)];
      read.score += row[best];
      ++kept;
    }
    before = best;
  }
  if (kept > 0) read.score /= static_cast<double>(kept);
  return read;
}

// Reads an orientation model's output: the most probable class, and its probability.
inline Reading Classify(const float* output, int64_t classes) {
  if (classes != rules::kClasses) throw std::runtime_error("the model has other classes than its rules");
  const int64_t best = std::max_element(output, output + classes) - output;
  return {rules::kLabels[best], output[best]};
}

}  // namespace paddock
