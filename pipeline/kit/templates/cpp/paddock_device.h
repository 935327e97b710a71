// What a device says of itself: its name, system and processor, and how much memory a program took.
#pragma once

#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#ifdef __ANDROID__
#include <sys/system_properties.h>
#endif

namespace paddock {

inline std::string AfterColon(const char* file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.compare(0, key.size(), key) == 0) {
      const size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
      return start == std::string::npos ? "" : line.substr(start);
    }
  return "";
}

#ifdef __ANDROID__
inline std::string Property(const char* name) {
  char value[PROP_VALUE_MAX] = "";
  __system_property_get(name, value);
  return value;
}
inline std::string DeviceName() {
  return Property("ro.product.manufacturer") + " " + Property("ro.product.model");
}
inline std::string SystemName() { return "Android " + Property("ro.build.version.release"); }
inline std::string ProcessorName() { return Property("ro.board.platform"); }
#else
inline std::string DeviceName() {
  std::string name;
  std::ifstream board("/proc/device-tree/model");
  std::getline(board, name, '\0');
  if (!name.empty()) return name;
  utsname names;
  return uname(&names) == 0 ? names.nodename : "";
}
inline std::string SystemName() {
  utsname names;
  return uname(&names) == 0 ? std::string(names.sysname) + " " + names.release : "";
}
inline std::string ProcessorName() {
  const std::string name = AfterColon("/proc/cpuinfo", "model name");
  return name.empty() ? AfterColon("/proc/cpuinfo", "Hardware") : name;
}
#endif

inline const char* AbiName() {
#if defined(__aarch64__)
  return "arm64-v8a";
#elif defined(__arm__)
  return "armeabi-v7a";
#elif defined(__x86_64__)
  return "x86_64";
#else
  return "other";
#endif
}

inline unsigned Cores() { return std::thread::hardware_concurrency(); }

// Returns the most memory that the program ever had resident, in MB; 0 if the system does not say.
inline double PeakMemory() {
  return std::atof(AfterColon("/proc/self/status", "VmHWM").c_str()) / 1024.0;
}

}  // namespace paddock
