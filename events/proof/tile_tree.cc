#include "events/proof/tile_tree.h"

#include <fmt/format.h>

#include <bit>
#include <fstream>

#include "events/proof/growing_file.h"

namespace events::proof {
namespace {

constexpr unsigned tile_height = 8;
constexpr std::uint64_t tile_width = 1u << tile_height;
constexpr std::size_t hash_bytes = 32, offset_bytes = 8;

std::string_view view_of_hash(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Hash hash_at(std::string_view hashes, std::size_t index) {
  Hash hash;
  std::memcpy(hash.data(), hashes.data() + index * hash_bytes, hash_bytes);
  return hash;
}

// Of a number of hashes that is a power of two.
Hash root_of_hashes(std::string_view hashes) {
  std::vector<Hash> row;
  for (std::size_t i = 0; i < hashes.size() / hash_bytes; ++i) row.push_back(hash_at(hashes, i));
  for (; row.size() > 1; row.resize(row.size() / 2)) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  }
  return row.front();
}

std::uint64_t read_synced(const std::filesystem::path& file) {
  std::uint64_t size = 0;
  std::ifstream(file) >> size;
  return size;
}

}  // namespace

struct TileTree::Files {
  std::filesystem::path directory;
  bool read_only = false;
  std::vector<GrowingFile> levels;
  std::unique_ptr<GrowingFile> offsets;
  std::optional<Error> broken;

  Status open_level() {
    auto file = GrowingFile::open(directory / fmt::format("tiles-{}", levels.size()), hash_bytes,
                                  read_only);
    if (!file) return file.error();
    levels.push_back(std::move(*file));
    return {};
  }
};

TileTree::TileTree(std::unique_ptr<Files> files) : files_(std::move(files)) {}

TileTree::~TileTree() {
  if (files_->read_only) return;
  [[maybe_unused]] const auto synced = sync();  // else the log is read again from further back
}

Result<std::unique_ptr<TileTree>> TileTree::open(const std::filesystem::path& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return unavailable(fmt::format("{}: {}", directory.string(), failed.message()));
  auto files = std::make_unique<Files>();
  files->directory = directory;
  std::unique_ptr<TileTree> tree(new TileTree(std::move(files)));
  if (auto loaded = tree->load(read_synced(directory / "synced")); !loaded) {
    tree->files_->read_only = true;
    return loaded.error();
  }
  return tree;
}

Result<std::unique_ptr<TileTree>> TileTree::open_to_read(const std::filesystem::path& directory) {
  if (!std::filesystem::exists(directory / "tiles-0")) {
    return Error{ErrorCode::not_found, fmt::format("{}: there is no tree", directory.string()), {}};
  }
  auto files = std::make_unique<Files>();
  files->directory = directory;
  files->read_only = true;
  std::unique_ptr<TileTree> tree(new TileTree(std::move(files)));
  if (auto loaded = tree->load(UINT64_MAX); !loaded) return loaded.error();
  return tree;
}

Status TileTree::load(std::uint64_t size) {
  auto offsets = GrowingFile::open(files_->directory / "offsets", offset_bytes, files_->read_only);
  if (!offsets) return offsets.error();
  files_->offsets = std::make_unique<GrowingFile>(std::move(*offsets));
  if (auto opened = files_->open_level(); !opened) return opened;
  if (files_->read_only) {
    // Levels above may lag behind it.
    size = std::min(files_->offsets->count(), files_->levels.front().count());
    return files_->levels.front().cut(size);
  }
  if (auto cut = files_->offsets->cut(size); !cut) return cut;
  for (std::uint64_t count = size; true; count /= tile_width) {
    if (auto cut = files_->levels.back().cut(count); !cut) return cut;
    if (count < tile_width) return {};
    if (auto opened = files_->open_level(); !opened) return opened;
  }
}

std::uint64_t TileTree::size() const { return files_->levels.front().count(); }

Offset TileTree::next_offset() const {
  if (size() == 0) return {};
  const auto last = offset(size() - 1);
  return last ? last->next() : Offset{};
}

Status TileTree::sound() const { return files_->broken ? Status(*files_->broken) : Status(); }

Status TileTree::keep_error(Status done) {
  if (done) return done;
  files_->broken = done.error();
  files_->broken->message += "; the tree stands still until the node is started again";
  return *files_->broken;
}

Status TileTree::add(Offset offset, const Hash& leaf) {
  if (auto whole = sound(); !whole) return whole;
  return keep_error(try_add(offset, leaf));
}

Status TileTree::try_add(Offset offset, const Hash& leaf) {
  std::string number;
  for (int shift = 56; shift >= 0; shift -= 8)
    number.push_back(static_cast<char>(offset.value >> shift & 0xff));
  if (auto added = files_->offsets->add(number); !added) return added;
  if (auto added = files_->levels.front().add(view_of_hash(leaf)); !added) return added;
  for (std::size_t level = 0; files_->levels[level].count() % tile_width == 0; ++level) {
    const auto full =
        files_->levels[level].read(files_->levels[level].count() - tile_width, tile_width);
    if (!full) return full.error();
    if (level + 1 == files_->levels.size()) {
      if (auto opened = files_->open_level(); !opened) return opened;
      // A crash may have left some of it, which was not synced.
      if (auto emptied = files_->levels.back().cut(0); !emptied) return emptied;
    }
    if (auto added = files_->levels[level + 1].add(view_of_hash(root_of_hashes(*full))); !added)
      return added;
  }
  return {};
}

Status TileTree::write() {
  if (auto whole = sound(); !whole) return whole;
  for (auto& level : files_->levels)
    if (auto written = level.write(); !written) return written;
  return files_->offsets->write();
}

// What a sync could not bring to the disk the next one may pass over in silence.
Status TileTree::sync() {
  if (auto whole = sound(); !whole) return whole;
  return keep_error(try_sync());
}

Status TileTree::try_sync() {
  for (auto& level : files_->levels)
    if (auto synced = level.sync(); !synced) return synced;
  if (auto synced = files_->offsets->sync(); !synced) return synced;
  return write_whole_file(files_->directory / "synced", fmt::format("{}\n", size()), true);
}

Result<Hash> TileTree::node(unsigned level, std::uint64_t index) const {
  if (auto whole = sound(); !whole) return whole.error();
  const auto top = static_cast<unsigned>(files_->levels.size() - 1);
  const unsigned stored = std::min(level / tile_height, top);
  const unsigned above = level - stored * tile_height;
  const auto hashes = files_->levels[stored].read(index << above, std::uint64_t{1} << above);
  if (!hashes) return hashes.error();
  return root_of_hashes(*hashes);
}

Result<Hash> TileTree::leaf(std::uint64_t index) const { return node(0, index); }

Result<Offset> TileTree::offset(std::uint64_t index) const {
  const auto bytes = files_->offsets->read(index, 1);
  if (!bytes) return bytes.error();
  std::uint64_t number = 0;
  for (const char byte : *bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return Offset{static_cast<std::int64_t>(number)};
}

Result<std::optional<std::uint64_t>> TileTree::index_of(Offset wanted) const {
  std::uint64_t low = 0, high = size();
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto there = offset(middle);
    if (!there) return there.error();
    if (*there < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == size()) return std::optional<std::uint64_t>();
  const auto there = offset(low);
  if (!there) return there.error();
  return *there == wanted ? std::optional(low) : std::nullopt;
}

Result<Hash> TileTree::root(std::uint64_t size) const {
  return root_of(size, [this](unsigned level, std::uint64_t at) { return node(level, at); });
}

Result<std::vector<Hash>> TileTree::inclusion(std::uint64_t index, std::uint64_t size) const {
  return inclusion_proof(index, size,
                         [this](unsigned level, std::uint64_t at) { return node(level, at); });
}

Result<std::vector<Hash>> TileTree::consistency(std::uint64_t first, std::uint64_t second) const {
  return consistency_proof(first, second,
                           [this](unsigned level, std::uint64_t at) { return node(level, at); });
}

}  // namespace events::proof
