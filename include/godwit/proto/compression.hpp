#pragma once

namespace godwit::proto {

// How hard one direction of a connection is compressed. Fixed while a zstd frame lasts.
struct Compression {
  int level = 0;      // zstd's, negative ones too; 0: not at all
  int window_log = 0; // how far back matches reach; 0: as the level has it
  bool long_distance = false;
  bool packs_pages = false; // without a level: pages of listings are compressed all the same

  static constexpr int least_level = -7; // beyond it speed gains nothing
  static constexpr int most_level = 22;
  static constexpr int max_window_log = 25; // 32 MiB: what a peer may make us allocate

  bool operator==(const Compression&) const = default;
};

} // namespace godwit::proto
