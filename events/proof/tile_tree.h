// The tree of one partition on disk: the hashes of its leaves and of every 256th level above,
// each level in a file of its own that only grows. 8 KiB of level L from a multiple of that on
// are the tile of C2SP's tlog-tiles with that number.
//
//   DIR/tiles-0, -1 …   32 bytes a hash: level L has one for each whole 256^L leaves
//   DIR/offsets         i64 BE a leaf: the offset of its record
//   DIR/synced          how many leaves are surely on the disk, a line of text
//
// What is behind `synced` after a crash of the machine is cut off when the tree is opened, and
// added again by who reads the log. For one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "events/proof/merkle.h"

namespace events::proof {

class TileTree {
 public:
  // Made if absent. corrupt: shorter than it says itself; remove the folder, it is made anew.
  static Result<std::unique_ptr<TileTree>> open(const std::filesystem::path& directory);
  // As it lies there, beside a node that may add to it; changes nothing. not_found: there is none.
  static Result<std::unique_ptr<TileTree>> open_to_read(const std::filesystem::path& directory);
  ~TileTree();  // syncs, unless it was opened to be read

  std::uint64_t size() const;
  Offset next_offset() const;  // after the last leaf's record; zero if there is none

  Status add(Offset offset, const Hash& leaf);  // offsets grow
  Status write();                               // so that others see it
  Status sync();
  // The error of an add or sync that failed: what the files have may not be of one number of
  // leaves. None is given, added or kept any more until the tree is opened anew.
  Status sound() const;

  Result<Hash> leaf(std::uint64_t index) const;
  Result<Offset> offset(std::uint64_t index) const;
  // Nothing if no record of the tree has that offset.
  Result<std::optional<std::uint64_t>> index_of(Offset offset) const;
  Result<Hash> root(std::uint64_t size) const;
  Result<std::vector<Hash>> inclusion(std::uint64_t index, std::uint64_t size) const;
  Result<std::vector<Hash>> consistency(std::uint64_t first, std::uint64_t second) const;

 private:
  struct Files;
  explicit TileTree(std::unique_ptr<Files> files);
  Status load(std::uint64_t size);
  Status try_add(Offset offset, const Hash& leaf);
  Status try_sync();
  Status keep_error(Status done);
  Result<Hash> node(unsigned level, std::uint64_t index) const;
  std::unique_ptr<Files> files_;
};

}  // namespace events::proof
