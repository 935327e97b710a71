// Reads a kit's golden images on this device and compares: the inputs that its own preprocessing makes, by
// their hashes, and the texts that the model reads. Writes results.json, which `paddock device` takes back
// into the project. It uses the preprocessing and the decoder that an app takes (paddock_ocr.h).
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "lite_model.h"
#include "paddock_device.h"
#include "paddock_ocr.h"
#include "paddock_sha256.h"

namespace paddock {

const char kResults[] = "results.json";
// How often each image is read with the clock running, after once without.
const int kRepeats = 5;
const int kDiffers = 5;

// A golden image: what its input must be, and what the model reads in it.
struct Golden {
  std::string model, file, input, text;
  double score;
};

struct Found {
  std::string file, input;
  Reading reading;
};

inline std::string Bytes(const std::string& path) {
  std::ifstream stream(path.c_str(), std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

inline std::string HashOf(const std::string& bytes) {
  Sha256 hash;
  hash.Add(bytes.data(), bytes.size());
  return hash.Hex();
}

// A line of expected.tsv: cells between tabs; \t, \n, \r and \\ stand for what they do in C.
inline std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  for (size_t place = 0; place < line.size(); ++place) {
    if (line[place] == '\t') {
      cells.push_back("");
    } else if (line[place] == '\\' && place + 1 < line.size()) {
      const char mark = line[++place];
      cells.back() += mark == 't' ? '\t' : mark == 'n' ? '\n' : mark == 'r' ? '\r' : mark;
    } else {
      cells.back() += line[place];
    }
  }
  return cells;
}

inline std::vector<Golden> ReadGolden(const std::string& kit) {
  std::ifstream lines((kit + "/golden/expected.tsv").c_str(), std::ios::binary);
  std::vector<Golden> all;
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> cells = Cells(line);
    if (cells.size() != 5) throw std::runtime_error("golden/expected.tsv is not as Paddock wrote it");
    all.push_back({cells[0], cells[1], cells[2], cells[4], std::atof(cells[3].c_str())});
  }
  if (all.empty()) throw std::runtime_error("there is nothing in " + kit + "/golden/expected.tsv");
  return all;
}

// Returns the input of a golden image: of its pixels, which lie there as PPM (red, green, blue).
inline std::vector<float> PrepareGolden(const std::string& path) {
  const std::string bytes = Bytes(path);
  int width = 0, height = 0, start = 0;
  const bool good = std::sscanf(bytes.c_str(), "P6\n%d %d\n255%n", &width, &height, &start) == 2;
  const size_t size = static_cast<size_t>(width) * height * 3;
  if (!good || width < 1 || height < 1 || start == 0 || bytes.size() != start + 1 + size)
    throw std::runtime_error(path + " is not as Paddock wrote it");
  std::vector<uint8_t> pixels(bytes.begin() + start + 1, bytes.end());
  for (size_t place = 0; place < size; place += 3) std::swap(pixels[place], pixels[place + 2]);
  return Prepare(pixels.data(), width, height);
}

inline Reading Run(const Model& model, const std::vector<float>& input,
                   const std::vector<std::string>& characters, std::vector<double>* times) {
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::copy(input.begin(), input.end(), InputOf(model, {1, 3, rules::kHeight, rules::kWidth}));
  model->Run();
  const Output output(model);
  const std::chrono::duration<double, std::milli> gone = std::chrono::steady_clock::now() - started;
  times->push_back(gone.count());
  const std::vector<int64_t>& shape = output.shape;
  Reading read = {"", NAN};  // so said of an output that is no number somewhere
  if (!std::all_of(output.values(), output.values() + output.count, [](float each) { return std::isfinite(each); }))
    return read;
  if (characters.empty()) return Classify(output.values(), static_cast<int64_t>(output.count));
  if (shape.size() != 3 || shape[0] != 1) throw std::runtime_error("the output is not [1, steps, classes]");
  return Decode(output.values(), shape[1], shape[2], characters);
}

// The share of times, nearest rank.
inline double Percentile(std::vector<double> times, int percent) {
  std::sort(times.begin(), times.end());
  const size_t rank = static_cast<size_t>(std::ceil(times.size() * percent / 100.0));
  return times[std::max<size_t>(rank, 1) - 1];
}

inline std::string Quoted(const std::string& text) {
  std::string made = "\"";
  for (const char each : text) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned char>(each));
    if (each == '"' || each == '\\') made += '\\';
    if (static_cast<unsigned char>(each) < 0x20) made += escaped;
    else made += each;
  }
  return made + '"';
}

// A number as JSON has it, which knows no NaN.
inline std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return std::isfinite(value) ? text : "null";
}

struct Checked {
  std::string model_file, model_sha256, dictionary_sha256, library;
  int threads;
  double load_ms;
  std::vector<double> times;
  std::vector<Found> found;
};

inline void WriteResults(const Checked& all) {
  std::ofstream to(kResults, std::ios::binary);
  to << "{\n \"schema_version\": 1,\n \"task\": " << Quoted(rules::kTask)
     << ",\n \"device\": {\"name\": " << Quoted(DeviceName()) << ", \"system\": " << Quoted(SystemName())
     << ", \"abi\": " << Quoted(AbiName()) << ", \"processor\": " << Quoted(ProcessorName())
     << ", \"cores\": " << Cores() << "},\n \"library\": {\"name\": \"Paddle-Lite\", \"version\": "
     << Quoted(all.library) << "},\n \"threads\": " << all.threads
     << ",\n \"model\": {\"file\": " << Quoted(all.model_file) << ", \"sha256\": "
     << Quoted(all.model_sha256) << "},\n \"dictionary_sha256\": " << Quoted(all.dictionary_sha256)
     << ",\n \"load_ms\": " << Number(all.load_ms)
     << ",\n \"latency_ms\": {\"p50\": " << Number(Percentile(all.times, 50)) << ", \"p90\": "
     << Number(Percentile(all.times, 90)) << ", \"p99\": " << Number(Percentile(all.times, 99))
     << ", \"runs\": " << all.times.size()
     << "},\n \"peak_rss_mb\": " << Number(PeakMemory()) << ",\n \"images\": [";
  for (size_t place = 0; place < all.found.size(); ++place) {
    const Found& each = all.found[place];
    to << (place ? ",\n  " : "\n  ") << "{\"file\": " << Quoted(each.file) << ", \"input_sha256\": "
       << Quoted(each.input) << ", \"text\": " << Quoted(each.reading.text)
       << ", \"score\": " << Number(each.reading.score) << "}";
  }
  to << "\n ]\n}\n";
  if (!to.flush()) throw std::runtime_error("results.json cannot be written here");
}

// Says of each golden image whether it is as expected; returns how many are not.
inline int Compare(FILE* out, const std::vector<Golden>& golden, const Checked& all) {
  int wrong = 0;
  const bool known = std::any_of(golden.begin(), golden.end(), [&all](const Golden& each) {
    return each.model == all.model_sha256;
  });
  if (!known) ++wrong, std::fprintf(out, "DIFFERS  %s is no model of this kit\n", all.model_file.c_str());
  if (all.dictionary_sha256 != rules::kDictionarySha256)
    ++wrong, std::fprintf(out, "DIFFERS  dict.txt is not this kit's\n");
  for (const Golden& each : golden)
    for (const Found& found : all.found) {
      if (found.file != each.file || each.model != (known ? all.model_sha256 : golden[0].model)) continue;
      const bool input = found.input == each.input;
      const bool text = found.reading.text == each.text && std::isfinite(found.reading.score);
      wrong += !input || !text;
      std::fprintf(out, "%s  %s  %s %.4f", input && text ? "same   " : "DIFFERS", each.file.c_str(),
                   Quoted(found.reading.text).c_str(), found.reading.score);
      std::fprintf(out, text ? "\n" : ", expected %s\n", Quoted(each.text).c_str());
      if (!input) std::fprintf(out, "         the prepared input is another one: preprocessing\n");
    }
  return wrong;
}

inline Checked Check(const std::string& kit, const std::string& file, int threads,
                     const std::vector<Golden>& golden) {
  Checked all = {file.substr(file.rfind('/') + 1), HashOf(Bytes(file)), "", "", threads, 0, {}, {}};
  std::vector<std::string> characters;
  if (*rules::kDictionarySha256 != '\0') {
    const std::string bytes = Bytes(kit + "/../dict.txt");
    all.dictionary_sha256 = HashOf(bytes);
    characters = ReadDictionary(bytes);
  }
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  const Model model = LoadModel(file, threads);
  if (!model) throw std::runtime_error("the model cannot be loaded");
  const std::chrono::duration<double, std::milli> loaded = std::chrono::steady_clock::now() - started;
  all.load_ms = loaded.count(), all.library = model->GetVersion();
  for (const Golden& each : golden) {
    if (each.model != golden[0].model) continue;  // the same images again, for another model
    const std::vector<float> input = PrepareGolden(kit + "/golden/" + each.file + ".ppm");
    Sha256 hash;
    hash.Add(input.data(), input.size() * sizeof input[0]);  // little endian, as every ABI of Android is
    std::vector<double> first;
    const Reading reading = Run(model, input, characters, &first);
    for (int again = 0; again < kRepeats; ++again) Run(model, input, characters, &all.times);
    all.found.push_back({each.file, hash.Hex(), reading});
  }
  return all;
}

}  // namespace paddock

// Checks all golden images; returns the exit code: 0 all as expected, 5 not, 1 it could not be told.
inline int CheckGolden(FILE* out, const std::string& kit, const std::string& file, int threads) {
  try {
    const std::vector<paddock::Golden> golden = paddock::ReadGolden(kit);
    const paddock::Checked all = paddock::Check(kit, file, threads, golden);
    paddock::WriteResults(all);
    const int wrong = paddock::Compare(out, golden, all);
    std::fprintf(out, "%s  p50 %.1f ms, p90 %.1f ms, %d thread%s; wrote %s\n", wrong ? "FAIL" : "PASS",
                 paddock::Percentile(all.times, 50), paddock::Percentile(all.times, 90), threads,
                 threads > 1 ? "s" : "", paddock::kResults);
    std::fflush(out);
    return wrong ? paddock::kDiffers : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lite_run: %s\n", error.what());
    return 1;
  }
}
