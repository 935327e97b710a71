// SHA-256 (FIPS 180-4), to say which model, dictionary and inputs a device had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

namespace paddock {

class Sha256 {
 public:
  void Add(const void* from, size_t size) {
    const uint8_t* bytes = static_cast<const uint8_t*>(from);
    length_ += size;
    while (size > 0) {
      const size_t part = size < sizeof block_ - filled_ ? size : sizeof block_ - filled_;
      std::memcpy(block_ + filled_, bytes, part);
      filled_ += part, bytes += part, size -= part;
      if (filled_ == sizeof block_) Mix(), filled_ = 0;
    }
  }

  std::string Hex() {
    uint8_t end[9] = {0x80};
    const uint64_t bits = length_ * 8;
    Add(end, 1);
    while (filled_ != 56) Add(end + 1, 1);
    for (int place = 0; place < 8; ++place) end[1 + place] = static_cast<uint8_t>(bits >> (56 - 8 * place));
    Add(end + 1, 8);
    char text[65];
    for (int place = 0; place < 8; ++place) std::snprintf(text + 8 * place, 9, "%08x", state_[place]);
    return text;
  }

 private:
  static uint32_t Turned(uint32_t value, int by) { return value >> by | value << (32 - by); }

  void Mix() {
    static const uint32_t kRounds[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; ++i)
      w[i] = static_cast<uint32_t>(block_[4 * i]) << 24 | static_cast<uint32_t>(block_[4 * i + 1]) << 16 |
             static_cast<uint32_t>(block_[4 * i + 2]) << 8 | block_[4 * i + 3];
    for (int i = 16; i < 64; ++i)
      w[i] = w[i - 16] + (Turned(w[i - 15], 7) ^ Turned(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
             (Turned(w[i - 2], 17) ^ Turned(w[i - 2], 19) ^ w[i - 2] >> 10);
    std::memcpy(s, state_, sizeof s);
    for (int i = 0; i < 64; ++i) {
      const uint32_t one = s[7] + (Turned(s[4], 6) ^ Turned(s[4], 11) ^ Turned(s[4], 25)) +
                           ((s[4] & s[5]) ^ (~s[4] & s[6])) + kRounds[i] + w[i];
      const uint32_t two = (Turned(s[0], 2) ^ Turned(s[0], 13) ^ Turned(s[0], 22)) +
                           ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      std::memmove(s + 1, s, 7 * sizeof s[0]);
      s[4] += one, s[0] = one + two;
    }
    for (int i = 0; i < 8; ++i) state_[i] += s[i];
  }

  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block_[64] = {};
  size_t filled_ = 0;
  uint64_t length_ = 0;
};

}  // namespace paddock
