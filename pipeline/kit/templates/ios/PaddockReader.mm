// The preprocessing and the decoder are the C++ ones (../cpp): this file only brings pixels and strings over.
#import "PaddockReader.h"

#include <exception>
#include <string>
#include <vector>

#include "lite_model.h"
#include "paddock_ocr.h"

@implementation PaddockReading
- (instancetype)initWithReading:(const paddock::Reading &)reading {
  if ((self = [super init])) {
    _text = [[NSString alloc] initWithBytes:reading.text.data()
                                     length:reading.text.size()
                                   encoding:NSUTF8StringEncoding];
    _score = reading.score;
  }
  return self;
}
@end

static NSError *ErrorOf(const std::exception &error) {
  NSString *said = [NSString stringWithUTF8String:error.what()];
  return [NSError errorWithDomain:@"Paddock" code:1 userInfo:@{NSLocalizedDescriptionKey : said}];
}

// Returns rows of blue, green, red of an image, on white.
static std::vector<uint8_t> PixelsOf(CGImageRef image) {
  const size_t width = CGImageGetWidth(image), height = CGImageGetHeight(image);
  std::vector<uint8_t> rgbx(width * height * 4, 255), bgr(width * height * 3);
  CGColorSpaceRef space = CGColorSpaceCreateWithName(kCGColorSpaceSRGB);
  CGContextRef context = CGBitmapContextCreate(rgbx.data(), width, height, 8, width * 4, space,
                                               kCGImageAlphaNoneSkipLast | kCGBitmapByteOrder32Big);
  CGColorSpaceRelease(space);
  if (context == nullptr) throw std::runtime_error("the image has no pixels");
  CGContextDrawImage(context, CGRectMake(0, 0, width, height), image);
  CGContextRelease(context);
  for (size_t place = 0; place < width * height; ++place)
    for (size_t channel = 0; channel < 3; ++channel)
      bgr[3 * place + channel] = rgbx[4 * place + 2 - channel];
  return bgr;
}

@implementation PaddockReader {
  Model _model;
  std::vector<std::string> _characters;
}

- (nullable instancetype)initWithModel:(NSString *)model
                            dictionary:(nullable NSString *)dictionary
                               threads:(NSInteger)threads
                                 error:(NSError **)error {
  if (!(self = [super init])) return nil;
  try {
    if (dictionary != nil) {
      NSData *data = [NSData dataWithContentsOfFile:dictionary];
      const char *bytes = static_cast<const char *>(data.bytes);
      _characters = paddock::ReadDictionary(std::string(bytes, bytes + data.length));
    }
    _model = LoadModel(model.UTF8String, static_cast<int>(threads));
    if (!_model) throw std::runtime_error("the model cannot be loaded");
  } catch (const std::exception &wrong) {
    if (error != nullptr) *error = ErrorOf(wrong);
    return nil;
  }
  return self;
}

- (nullable PaddockReading *)readImage:(CGImageRef)image error:(NSError **)error {
  try {
    const std::vector<uint8_t> pixels = PixelsOf(image);
    const std::vector<float> input = paddock::Prepare(pixels.data(), static_cast<int>(CGImageGetWidth(image)),
                                                      static_cast<int>(CGImageGetHeight(image)));
    std::copy(input.begin(), input.end(),
              InputOf(_model, {1, 3, paddock::rules::kHeight, paddock::rules::kWidth}));
    _model->Run();
    const Output output(_model);
    const paddock::Reading reading =
        _characters.empty()
            ? paddock::Classify(output.values(), static_cast<int64_t>(output.count))
            : paddock::Decode(output.values(), output.shape[1], output.shape[2], _characters);
    return [[PaddockReading alloc] initWithReading:reading];
  } catch (const std::exception &wrong) {
    if (error != nullptr) *error = ErrorOf(wrong);
    return nil;
  }
}

@end
