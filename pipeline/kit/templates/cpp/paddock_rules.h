// What this project's models are given, and how their output is read. Written by Paddock from
// preprocess.json; the code beside it is the same for every project.
#pragma once

namespace paddock {
namespace rules {

const char kTask[] = "@TASK@";
// The input: float32 [1, 3, kHeight, kWidth], channels blue, green, red. Give every image at this width.
const int kHeight = @HEIGHT@;
const int kWidth = @WIDTH@;
// (value / kDivisor - kMean) / kStd, then zeros on the right.
const float kDivisor = @DIVISOR@f;
const float kMean[3] = {@MEAN@};
const float kStd[3] = {@STD@};
// The output has so many classes; of recognition the first is the blank, which means no character.
const int kClasses = @CLASSES@;
const int kBlank = @BLANK@;
// dict.txt has a character a line; where this is true, a space comes after the last one.
const bool kSpaceAdded = @SPACE@;
const char kDictionarySha256[] = "@DICTIONARY_SHA256@";
// What an orientation model's classes mean, in their order.
const char* const kLabels[] = {@LABELS@};

}  // namespace rules
}  // namespace paddock
